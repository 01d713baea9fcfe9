// Explanations of the past: what was answered then, to anybody, is answered again; from whatever snapshots, in whatever order it is asked.
import fc from 'fast-check';
import t from 'tap';
import type { Actor } from '../../src/core/commands.ts';
import type { Core } from '../../src/core/core.ts';
import type { Explanation } from '../../src/core/explanation.ts';
import { Rebuilder, RUNNERS_UP_MAX } from '../../src/engine/rebuilder.ts';
import type { Archive } from '../../src/journal/journal.ts';
import { JournalFailure } from '../../src/journal/journal-failure.ts';
import { openMemoryArchive } from '../../src/journal/memory-archive.ts';
import { openMemoryJournalReader } from '../../src/journal/memory-journal.ts';
import { historyArb, restlessArb } from '../core/oracle/moves.ts';
import { plainPolicy } from '../core/oracle/policies.ts';
import { ADMIN, Run } from '../core/oracle/run-history.ts';
import { runs } from '../core/oracle/runs.ts';
import { agentActor, GATEWAY, NOON, needs, Stage } from '../core/oracle/stage.ts';
import { askedOf, diskOf, explainedBy, rebuilderOf, saveSnapshots } from './past-disk.ts';

const FILE = 'test/engine/rebuilder.test.ts';

/** What was answered right after a step. */
interface Then {
  readonly at: number;
  readonly actor: Actor;
  readonly contactId: string;
  readonly answer: ReturnType<Core['query']>;
}

/** Everything that could have been asked after every step of the history. */
function witnessed(run: Run, contactsMax: number): Then[] {
  const { core } = run;
  const ids = [...core.state.known.keys()].slice(-contactsMax);
  return [...ids, 'nobody'].flatMap((contactId) => {
    const known = core.state.known.get(contactId);
    const agentId = (known?.contact ?? known?.tombstone)?.agentId ?? 'a1';
    const actors: Actor[] = [
      ADMIN,
      { role: 'gateway', id: known?.gateway.id ?? 'g9' },
      { role: 'gateway', id: 'g9' },
      { role: 'agent', id: agentId },
      { role: 'agent', id: 'a9' },
    ];
    return actors.map((actor) => {
      const answer = core.query({ type: 'explain', actor, contactId }, core.at);
      return { at: core.seq, actor, contactId, answer: structuredClone(answer) };
    });
  });
}

/** Holds one answer against what was answered then; whether its offer's choice was found again. */
function compare(run: Run, rebuilder: Rebuilder, { at, actor, contactId, answer }: Then): boolean {
  const outcome = askedOf(rebuilder, contactId, at, actor);
  if ('error' in answer || 'error' in outcome) {
    const [then, now] = [answer, outcome].map((one) => JSON.stringify(one));
    if (then !== now) run.fail(`after ${at} ${contactId} was ${then}, and is ${now}`);
    return false;
  }
  const { explanation: now } = outcome.ok;
  const then: Explanation = { ...(answer.ok.explanation as Explanation), at };
  const last = run.journal[at - 1]?.event;
  const isItsLast = last?.type === 'offerMade' && last.contactId === contactId;
  const isChoice = isItsLast && now.offer?.offerId === `o${at}`;
  if (!isChoice) {
    if (JSON.stringify(sorted(then)) !== JSON.stringify(sorted(now))) {
      run.fail(`after ${at}: ${JSON.stringify(sorted(then))}\nis now ${JSON.stringify(sorted(now))}`);
    }
    return false;
  }
  const { offer } = now;
  // Of several pending offers the present tells the first.
  const kept = then.offer?.offerId === offer?.offerId ? (then.offer?.runnersUp ?? []) : [];
  const found = offer?.runnersUp ?? [];
  if (JSON.stringify(found.slice(0, kept.length)) !== JSON.stringify(kept))
    run.fail(`other runners-up of ${contactId}`);
  const sum = offer?.parts.reduce((rest, { seconds }) => rest - seconds, offer.rank.total) ?? 1;
  if (Math.abs(sum) > 1e-6 || offer?.approximate !== false) run.fail(`${contactId}: not the parts of its rank`);
  if (offer?.parts.some(({ what }) => what === 'readiness')) run.fail(`${contactId}: idling and load in one`);
  checkChoice(run, rebuilder, { at, actor, contactId, answer }, [
    offer?.agentId ?? '',
    ...found.map(({ agentId }) => agentId),
  ]);
  return true;
}

/** Right before its offer, at the same instant, exactly those had nothing in the way who then got it or came next. */
function checkChoice(run: Run, rebuilder: Rebuilder, { at, contactId }: Then, chosen: readonly string[]): void {
  if (run.journal[at - 2]?.at !== run.journal[at - 1]?.at) return;
  const { state, waiting: before } = explainedBy(rebuilder, contactId, at - 1, ADMIN);
  // Of one that is offered to somebody already it is not told.
  if (state === 'OFFERED') return;
  const free = before?.agents.filter(({ obstacle }) => obstacle === 'FREE').map(({ agentId }) => agentId) ?? [];
  const expected = free.length > RUNNERS_UP_MAX + 1 ? chosen.length === RUNNERS_UP_MAX + 1 : same(free, chosen);
  if (!expected) run.fail(`${contactId} at ${at}: free were ${free}, chosen from ${chosen}`);
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return String([...one].sort()) === String([...other].sort());
}

/** Keys in order: what is compared is what is said. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

const rich = plainPolicy({
  fit: { perLevelMs: 3000, affinityMs: 30_000, breadthMs: 500 },
  readiness: { idleRate: 50, idleCapMs: 600_000, loadMs: 20_000 },
});

/** Offered to a0 (best) of twelve who could have had it; then accepted and closed. The policy keeps no runners-up. */
function life(): { readonly stage: Stage; readonly offerSeq: number; readonly closedSeq: number } {
  const stage = new Stage(rich);
  for (let index = 0; index < 12; index++)
    stage.works(`a${index}`, { skills: { billing: 12 - index > 10 ? 10 : 12 - index } });
  stage.works('other', { skills: { sales: 3 } });
  stage.presence('a3', 'BUSY', { reason: 'lunch' });
  stage.tick(10_000);
  const submitted = stage.submit('c1', { requires: [needs('billing', 1)] });
  const offerSeq = stage.run.core.seq;
  if (submitted.full.at(-1)?.type !== 'offerMade') throw new Error('it is offered at once');
  stage.accept('c1');
  stage.complete('c1', agentActor('a0'));
  const closedSeq = stage.run.core.seq;
  stage.tick(10_000);
  stage.putAgent('a0', { skills: {} });
  return { stage, offerSeq, closedSeq };
}

t.test('[EXP8] the choice of an offer that kept nothing is found again', async (t) => {
  const { stage, offerSeq } = life();
  const rebuilder = rebuilderOf(diskOf(stage.run.journal));
  const then = explainedBy(rebuilder, 'c1', offerSeq);
  t.match(then, { contactId: 'c1', state: 'OFFERED', at: offerSeq, asOf: stage.run.journal[offerSeq - 1]?.at });
  const { offer } = then;
  t.match(offer, { offerId: `o${offerSeq}`, agentId: 'a0', approximate: false });
  t.match(offer?.parts.at(-1), { of: 'READINESS', what: 'idle', seconds: 0.5 }, 'shares that were not kept');
  t.equal(offer?.runnersUp.length, RUNNERS_UP_MAX);
  t.strictSame(
    offer?.runnersUp.map(({ agentId }) => agentId),
    ['a1', 'a2', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10', 'a11'],
    'best first, without a3, who was at lunch',
  );
  t.match(offer?.runnersUp[2], { agentId: 'a4', why: /behind: fit −6 s/ });
  const before = explainedBy(rebuilder, 'c1', offerSeq - 1);
  t.match(before, {
    state: 'QUEUED',
    waiting: {
      obstacles: [
        { obstacle: 'FREE', agents: 11 },
        { obstacle: 'BUSY', agents: 1 },
      ],
      missing: [{ missing: 'billing ≥ 1', agents: 1 }],
    },
  });
  const after = explainedBy(rebuilder, 'c1', offerSeq + 1);
  t.match(after, { state: 'ASSIGNED', offer: { runnersUp: [] } }, 'later the offer tells what it kept');
  t.strictSame(explainedBy(rebuilder, 'c1', offerSeq), then, 'backwards as forwards');
});

t.test('[EXP6] as it stood: before it was there, closed, and who may ask', async (t) => {
  const { stage, offerSeq, closedSeq } = life();
  const rebuilder = rebuilderOf(diskOf(stage.run.journal));
  const reason = (at: number, actor = GATEWAY): string => {
    const outcome = askedOf(rebuilder, 'c1', at, actor);
    return 'error' in outcome ? outcome.error.reason : outcome.ok.explanation.state;
  };
  t.strictSame(
    [offerSeq - 2, offerSeq - 1, offerSeq, offerSeq + 1, closedSeq, closedSeq + 1].map((at) => reason(at)),
    ['NO_SUCH_CONTACT', 'QUEUED', 'OFFERED', 'ASSIGNED', 'COMPLETED', 'COMPLETED'],
  );
  t.equal(reason(offerSeq, { role: 'gateway', id: 'g9' }), 'NO_SUCH_CONTACT');
  t.equal(reason(offerSeq - 1, agentActor('a0')), 'NO_SUCH_CONTACT', 'not its own yet');
  t.equal(reason(offerSeq, agentActor('a0')), 'OFFERED');
  t.equal(reason(offerSeq, agentActor('a1')), 'NO_SUCH_CONTACT');
  t.strictSame(explainedBy(rebuilder, 'c1', closedSeq), {
    contactId: 'c1',
    state: 'COMPLETED',
    asOf: stage.run.journal[closedSeq - 1]?.at,
    at: closedSeq,
  });
});

t.test('[EXP7] what is no longer kept is refused, with the first event that is', async (t) => {
  const { stage, offerSeq, closedSeq } = life();
  const disk = diskOf(stage.run.journal);
  saveSnapshots(disk, stage.run.journal, [3, offerSeq, closedSeq]);
  const gone = (at: number): string => {
    const outcome = askedOf(rebuilderOf(disk), 'c1', at);
    return 'error' in outcome
      ? `${outcome.error.code} ${outcome.error.reason} ${outcome.error.path}: ${outcome.error.message}`
      : '';
  };
  t.equal(gone(offerSeq), '');
  disk.commits.splice(
    0,
    disk.commits.findIndex(({ firstSeq, count }) => firstSeq + count > offerSeq),
  );
  const why = (at: number): string =>
    `OUT_OF_RANGE HISTORY_GONE at: the state after event ${at} can no longer be rebuilt: ask for ${offerSeq} or later`;
  t.equal(gone(2), why(2));
  t.equal(gone(offerSeq - 1), why(offerSeq - 1));
  t.equal(gone(closedSeq), '');
  const choice = explainedBy(rebuilderOf(disk), 'c1', offerSeq);
  t.match(
    choice,
    { offer: { agentId: 'a0', runnersUp: [] } },
    'the state right before is gone, and the choice with it',
  );
  disk.commits.splice(0, disk.commits.length - 1);
  disk.snapshots = [];
  t.equal(gone(closedSeq), `OUT_OF_RANGE HISTORY_GONE at: the state after event ${closedSeq} can no longer be rebuilt`);
});

t.test('[EXP9] a snapshot that goes while it is read: another one does', async (t) => {
  const { stage, offerSeq } = life();
  const disk = diskOf(stage.run.journal);
  saveSnapshots(disk, stage.run.journal, [3, offerSeq - 1]);
  const archive = openMemoryArchive(disk);
  let failureCount = 1;
  const failing: Pick<Archive, 'latestSnapshot' | 'snapshotSeqs'> = {
    snapshotSeqs: archive.snapshotSeqs,
    latestSnapshot: (onDamaged, throughSeq) => {
      if (failureCount-- > 0) throw new JournalFailure('IO', 'no such file');
      return archive.latestSnapshot(onDamaged, throughSeq);
    },
  };
  const rebuilder = new Rebuilder({ reader: openMemoryJournalReader(disk), archive: failing });
  t.equal(explainedBy(rebuilder, 'c1', offerSeq).state, 'OFFERED');
  failureCount = 2;
  t.throws(() => explainedBy(rebuilder, 'c1', 5), { code: 'IO' }, 'once');
  t.match(askedOf(rebuilder, 'c1', 5), { error: { reason: 'NO_SUCH_CONTACT' } }, 'a passing trouble passes');
});

t.test('[EXP6, EXP8] in any history the past is answered as it was answered then', async (t) => {
  let answerCount = 0;
  let choiceCount = 0;
  fc.assert(
    fc.property(fc.oneof(historyArb, restlessArb), fc.integer(), (history, salt) => {
      const run = new Run();
      const thens: Then[] = [];
      run.step({ type: 'setPolicy', actor: ADMIN, policy: history.policy, source: '', fileHash: '' }, NOON);
      for (const move of history.moves) {
        const before = run.core.seq;
        run.move(move);
        if (run.core.seq > before) thens.push(...witnessed(run, 4));
      }
      const disk = diskOf(run.journal);
      const { length } = run.journal;
      saveSnapshots(
        disk,
        run.journal,
        [length >> 2, length >> 1, length].map((seq) => Math.max(1, seq)),
      );
      const rebuilder = rebuilderOf(disk);
      const few = thens.filter((_, index) => ((index * 2_654_435_761 + salt) >>> 0) % 8 === 0);
      // Forwards, as one who follows an incident; then some back and forth.
      for (const then of [...few, ...few.filter((_, index) => index % 9 === 0).reverse()]) {
        answerCount++;
        if (compare(run, rebuilder, then)) choiceCount++;
      }
    }),
    runs(t, FILE, 40, 1000),
  );
  t.comment(`${answerCount} answers, ${choiceCount} of them choices of offers found again`);
  t.ok(choiceCount > 0);
});
