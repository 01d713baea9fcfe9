// `cordboard replay` as a process, on journals of days that were played: figures, JSON, other policies and agents, what is refused.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { DAY_AT, type DayPlan, HOUR_MS, playDay, policyOf, queue } from '../sim/recorded-day.ts';
import { snapshotOf } from '../sim/recordings.ts';
import { cordboard } from './run-cordboard.ts';

// Processes are slow to start where much else runs.
t.setTimeout(240_000);

const GOLD = { when: { segment: ['gold'] } } as const;

const PLAN: DayPlan = {
  seed: 3,
  policy: policyOf([queue('gold', GOLD), queue('rest')]),
  hours: 4,
  agents: Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`a${index}`, {}])),
  acceptAfterMs: 2000,
  traffics: [
    {
      draft: { segment: 'gold' },
      meanIntervalMs: 90_000,
      meanHandleMs: 180_000,
      wrapUpMs: 30_000,
      meanPatienceMs: 120_000,
    },
    { draft: {}, meanIntervalMs: 60_000, meanHandleMs: 180_000, wrapUpMs: 30_000, meanPatienceMs: 120_000 },
  ],
};

const POLICY = `
channels: { voice: { wrapUp: 60s } }
segments: { gold: { headStart: 10m } }
queues: { gold: { when: { segment: gold } }, rest: {} }
fit: { secondsPerLevel: 0s, affinity: 0s, breadth: 0s }
readiness: { idleRate: 1, loadSeconds: 0s }
`;

async function journalOf(directory: string, plan: DayPlan): Promise<string> {
  const data = join(directory, 'data');
  const journal = await openSqliteJournal(data);
  for (const commit of playDay(plan).recorder.commits) await journal.append(commit);
  await journal.close();
  return data;
}

const FROM = '2027-01-15T09:00:00Z';
const TO = '2027-01-15T11:00+00:00';

t.test('[RPL4] recorded and replayed figures stand side by side', async (t) => {
  const data = await journalOf(t.testdir(), PLAN);
  const { exitCode, stdout, stderr } = cordboard(['replay', '--data', data, '--from', FROM, '--to', TO]);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  t.match(stdout, /^2027-01-15T09:00:00\.000Z to 2027-01-15T11:00:00\.000Z: \d+ contacts, seed 1, hash [0-9a-f]{32}$/m);
  const figuresOf = (run: string): string | undefined => stdout.match(new RegExp(`^total +${run} +(.*)$`, 'm'))?.[1];
  t.ok(figuresOf('recorded'));
  t.equal(figuresOf('replayed'), figuresOf('recorded'));
  t.match(stdout, 'From recorded to replayed no contact is treated otherwise.');
});

t.test('[RPL4] another policy, as JSON: three sets of figures and who is treated otherwise', async (t) => {
  const directory = t.testdir({ 'policy.yaml': POLICY });
  const data = await journalOf(directory, PLAN);
  const policy = ['--policy', join(directory, 'policy.yaml')];
  const run = (...more: string[]): string => {
    const { exitCode, stdout, stderr } = cordboard(['replay', '--data', data, '--from', FROM, '--to', TO, ...more]);
    t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
    return stdout;
  };
  const { recorded, replayed, other, changes, changedCount, from } = JSON.parse(run(...policy, '--json', '--top', '7'));
  t.equal(from, '2027-01-15T09:00:00.000Z');
  t.equal(replayed.traffic.gold.waitSecondsMean, recorded.traffic.gold.waitSecondsMean);
  t.ok(other.traffic.gold.waitSecondsMean < recorded.traffic.gold.waitSecondsMean);
  t.ok(other.wallSeconds > 0);
  t.equal(changes.length, 7);
  t.ok(changedCount > 7);
  t.match(changes[0], {
    contactId: /^\d-\d+$/,
    queue: /^(gold|rest)$/,
    submittedAt: /^2027-01-15T(09|10):/,
    recorded: { outcome: /./, waitSeconds: Number },
    replayed: { outcome: /./, waitSeconds: Number },
    other: { outcome: /./, waitSeconds: Number },
  });
  const text = run(...policy, '--top', '2');
  t.match(text, /^gold +other /m);
  t.equal(
    text.trimEnd().split('\n').length - text.split('\n').findIndex((line) => line.startsWith('From replayed')),
    4,
  );
});

t.test('[RPL1] other agents, relative instants, variables', async (t) => {
  const agents = 'agents:\n  - { id: two, count: 2 }\n  - { id: noon, shift: { from: 10h, to: 12h } }\n';
  const directory = t.testdir({ 'staff.yaml': agents });
  const data = await journalOf(directory, PLAN);
  const env = { CORDBOARD_DATA: data, CORDBOARD_FROM: '-3h', CORDBOARD_JSON: 'true' };
  const { exitCode, stdout, stderr } = cordboard(
    ['replay', '--staff', join(directory, 'staff.yaml'), '--seed', '5'],
    env,
  );
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  const { other, replayed, from, to } = JSON.parse(stdout);
  t.equal(Date.parse(to) - Date.parse(from), 3 * HOUR_MS);
  t.same(Object.keys(other.agents), ['two-1', 'two-2', 'noon']);
  t.equal(replayed.seed, 5);
  t.ok(other.total.abandonRatio > replayed.total.abandonRatio);
});

t.test('[RPL1] the data directory keeps its content, and a router may hold it', async (t) => {
  const data = await journalOf(t.testdir(), PLAN);
  const before = readFileSync(join(data, 'journal.db'));
  const journal = await openSqliteJournal(data);
  t.equal(cordboard(['replay', '--data', data, '--from', FROM]).exitCode, 0);
  await journal.close();
  t.ok(before.equals(readFileSync(join(data, 'journal.db'))));
  const copy = join(t.testdirName, 'copy');
  mkdirSync(copy);
  copyFileSync(join(data, 'journal.db'), join(copy, 'journal.db'));
  t.equal(cordboard(['replay', '--data', copy, '--from', FROM]).exitCode, 0, 'a copy of the journal is enough');
  t.notOk(readdirSync(copy).includes('lock.db'));
});

t.test('[RPL1] a pruned journal: who was there is known from the snapshot', async (t) => {
  const data = join(t.testdir(), 'data');
  const { recorder } = playDay(PLAN);
  const journal = await openSqliteJournal(data);
  for (const commit of recorder.commits) await journal.append(commit);
  const archive = openSqliteArchive(data);
  const snapshot = snapshotOf(recorder);
  archive.saveSnapshot(snapshot, snapshot.chunks);
  archive.close();
  const { commitCount, firstSeq } = await journal.prune({ behindSeq: snapshot.seq, beforeAt: DAY_AT + HOUR_MS / 2 });
  t.ok(commitCount > 0 && firstSeq > 1);
  const { exitCode, stdout, stderr } = cordboard(['replay', '--data', data, '--from', FROM, '--to', TO, '--json']);
  await journal.close();
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  const { recorded, replayed } = JSON.parse(stdout);
  t.same(Object.keys(replayed.agents).sort(), Object.keys(PLAN.agents));
  t.equal(replayed.total.arrivals, recorded.total.arrivals);
  const difference = replayed.total.waitSecondsMean - recorded.total.waitSecondsMean;
  t.ok(Math.abs(difference) < recorded.total.ci95.waitSecondsMean, `${difference} s of wait`);
});

t.test('[RPL1] what is refused: one line a reason, and the exit code', async (t) => {
  const directory = t.testdir({
    'bad.yaml': 'channels: { voice: {} }\nqueues: {}\n',
    'other.yaml': 'channels: { chat: {} }\nqueues: { all: {} }\n',
    'agents.yaml': 'agents:\n  - { id: a }\n  - { id: a, skils: {} }\n',
    'twice.yaml': 'agents:\n  - { id: a }\n  - { id: a }\n',
    empty: {},
  });
  const data = await journalOf(directory, { ...PLAN, hours: 2 });
  const file = (name: string): string => join(directory, name);
  const refused = (args: readonly string[], exitCode: number, line: RegExp): void => {
    const ended = cordboard(['replay', ...args]);
    t.match(ended, { exitCode, stdout: '', stderr: line });
    t.equal(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr);
  };
  const at = ['--data', data, '--from', FROM];
  refused(['--data', data], 2, /--from: missing; expected an instant such as 2027/);
  refused(['--data', data, '--from', 'noon'], 2, /--from: expected an instant such as .*, found "noon"/);
  refused(['--data', data, '--from', '2027-01-15T07:59:59Z'], 1, /the earliest beginning is 2027-01-15T08:00:00\.000Z/);
  refused(['--data', data, '--from', '2028-01-15'], 1, /the journal tells of 2027-01-15T08:00:00\.000Z to 2027/);
  refused(['--data', file('empty'), '--from', '-1h'], 1, /expected a data directory, found no .*journal\.db/);
  refused([...at, '--policy', file('none.yaml')], 2, /cannot read .*none\.yaml/);
  refused([...at, '--policy', file('bad.yaml')], 2, /bad\.yaml:2:9 queues: expected an object with 1 to 1000 names/);
  refused(
    [...at, '--policy', file('other.yaml')],
    1,
    /other\.yaml: the policy has no channel voice: \d+ recorded contacts/,
  );
  refused([...at, '--staff', file('agents.yaml')], 2, /agents\.yaml:3:14 agents\[1\]\.skils: unknown key/);
  refused(
    [...at, '--staff', file('twice.yaml')],
    2,
    /twice\.yaml:3:\d+ agents\[1\]\.id: expected ids that are there once/,
  );
  mkdirSync(file('foreign'));
  writeFileSync(file('foreign/journal.db'), 'no database');
  refused(['--data', file('foreign'), '--from', '-1h'], 1, /journal\.db/);
  t.equal(DAY_AT, Date.parse('2027-01-15T08:00:00Z'));
});
