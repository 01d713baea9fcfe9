// Replays of days whose truth is known: as it was, under another policy, with other agents.
import t from 'tap';
import type { Replay, ReplayRequest } from '../../src/sim/replay.ts';
import { replay } from '../../src/sim/replay.ts';
import { replayJson, replayText } from '../../src/sim/replay-table.ts';
import type { TrafficReport } from '../../src/sim/report.ts';
import type { AgentGroup } from '../../src/sim/scenario.ts';
import {
  DAY_AT,
  type DayPlan,
  draft,
  GATEWAY,
  HOUR_MS,
  playDay,
  policyOf,
  queue,
  Recorder,
  VOICE,
} from './recorded-day.ts';
import { recordingOf } from './recordings.ts';

const FROM = DAY_AT + HOUR_MS;
const TO = DAY_AT + 11 * HOUR_MS;
const GOLD = { when: { segment: ['gold'] } } as const;
const POLICY = policyOf([queue('gold', GOLD), queue('rest')]);

const PLAN: DayPlan = {
  seed: 7,
  policy: POLICY,
  hours: 13,
  agents: agentsNamed(14),
  acceptAfterMs: 2000,
  traffics: [
    {
      draft: { segment: 'gold' },
      meanIntervalMs: 36_000,
      meanHandleMs: 180_000,
      wrapUpMs: 30_000,
      meanPatienceMs: 120_000,
    },
    { draft: {}, meanIntervalMs: 24_000, meanHandleMs: 180_000, wrapUpMs: 30_000, meanPatienceMs: 120_000 },
  ],
  breaks: { everyMs: 2 * HOUR_MS, lastMs: 900_000 },
};

function agentsNamed(count: number): DayPlan['agents'] {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, {}]));
}

function replayed(plan: DayPlan, request: Partial<ReplayRequest> = {}, to = TO): Replay {
  const result = replay(recordingOf(playDay(plan).recorder, FROM, to), { seed: 1, ...request });
  if ('faults' in result) throw new Error(result.faults.join('; '));
  return result.replay;
}

/** The figures that are compared, without the errors of them. */
function figures({ ci95: _, ...measures }: TrafficReport): object {
  return measures;
}

t.test('[RPL4] a day on which all answers take as long comes out of the replay contact by contact', async (t) => {
  const { recorded, replayed: again, changes, warnings } = replayed(PLAN);
  t.ok(recorded.total.arrivals > 2000, `${recorded.total.arrivals} contacts`);
  t.ok((recorded.total.abandonRatio ?? 0) > 0.1, 'with waits and customers who leave');
  for (const name of ['gold', 'rest']) {
    const [was, is] = [recorded.traffic[name], again.traffic[name]];
    t.ok(was !== undefined && is !== undefined, name);
    if (was !== undefined && is !== undefined) t.same(figures(is), figures(was));
  }
  t.same(figures(again.total), figures(recorded.total));
  t.same(changes, []);
  t.same(warnings, []);
});

t.test('[RPL4] where answers take now this, now that long, the figures agree within their error', async (t) => {
  // Every second agent takes five times as long to answer; the replay knows the delays, not whose they are.
  const slow = (agentId: string): number => (Number(agentId.slice(1)) % 2 === 0 ? 1000 : 5000);
  const { recorded, replayed: again, changes } = replayed({ ...PLAN, acceptAfterMs: slow });
  t.ok(changes.length > 0);
  for (const name of ['gold', 'rest']) {
    const [was, is] = [recorded.traffic[name], again.traffic[name]];
    const error = was?.ci95.waitSecondsMean ?? 0;
    const difference = (is?.waitSecondsMean ?? 0) - (was?.waitSecondsMean ?? 0);
    t.ok(error > 0 && Math.abs(difference) < error, `${name}: ${difference} s of wait, error ${error}`);
    const level = (is?.serviceLevel.ofArrivals ?? 0) - (was?.serviceLevel.ofArrivals ?? 0);
    t.ok(Math.abs(level) < (was?.ci95.serviceLevel.ofArrivals ?? 0), `${name}: ${level} of service level`);
  }
});

t.test('[RPL4] under another policy: what the day itself would have been under it', async (t) => {
  const strict = policyOf([queue('gold', { ...GOLD, headStartMs: 600_000 }), queue('rest')]);
  const { replayed: own, other, changes } = replayed(PLAN, { policy: strict });
  // The truth: the same customers, met by a router with that policy.
  const { recorded: truth } = replayed({ ...PLAN, policy: strict });
  const wait = (report: { traffic: Readonly<Record<string, TrafficReport>> } | undefined, name: string): number =>
    report?.traffic[name]?.waitSecondsMean ?? Number.NaN;
  t.ok(wait(other, 'gold') < 0.7 * wait(own, 'gold'), 'gold waits less');
  t.ok(wait(other, 'rest') > 1.1 * wait(own, 'rest'), 'the rest waits longer');
  for (const name of ['gold', 'rest']) {
    const error = truth.traffic[name]?.ci95.waitSecondsMean ?? 0;
    const difference = wait(other, name) - wait(truth, name);
    t.ok(Math.abs(difference) < error, `${name}: ${difference} s from the truth, its error ${error}`);
  }
  const [first, second] = changes;
  t.ok(first !== undefined && second !== undefined && sizeOf(first) >= sizeOf(second), 'greatest change first');
  t.equal(new Set(changes.map(({ contactId }) => contactId)).size, changes.length);
  t.match(first, { recorded: first?.replayed, other: { outcome: /answered|abandoned/ } });
});

function sizeOf({ replayed: before, other: after }: Replay['changes'][number]): number {
  return Math.abs((after?.waitSeconds ?? 0) - before.waitSeconds);
}

t.test('[RPL2] with fewer agents: as many leave as would have left', async (t) => {
  const plan = { ...PLAN, breaks: { everyMs: 100 * HOUR_MS, lastMs: 1 }, agents: agentsNamed(15), seed: 11 };
  const fewer = 12;
  const { recorded: truth } = replayed({ ...plan, agents: agentsNamed(fewer) });
  const agents: AgentGroup[] = Array.from({ length: fewer }, (_, index) => ({
    id: `a${index}`,
    agentIds: [`a${index}`],
    skills: {},
    capacity: 100,
    limits: {},
    handleFactor: 1,
    shifts: [{ fromMs: 0, toMs: 24 * HOUR_MS, periodMs: 24 * HOUR_MS }],
  }));
  const { replayed: own, other } = replayed(plan, { agents });
  const difference = (other?.total.abandonRatio ?? 0) - (truth.total.abandonRatio ?? 0);
  const change = (truth.total.abandonRatio ?? 0) - (own.total.abandonRatio ?? 0);
  const error = truth.total.ci95.abandonRatio ?? 0;
  t.ok(change > 0.08, `${change} more leave with ${fewer} agents`);
  t.ok(Math.abs(difference) < error, `${difference} from the truth, its error ${error}`);
});

t.test('[RPL1] shifts of other agents are in time of day, wherever the replay begins', async (t) => {
  // The replay begins at 08:00; the only agent comes at 10:00 and goes at 12:00.
  const shifts = [{ fromMs: 10 * HOUR_MS, toMs: 12 * HOUR_MS, periodMs: 24 * HOUR_MS }];
  const only: AgentGroup = {
    id: 'late',
    agentIds: ['late'],
    skills: {},
    capacity: 100,
    limits: {},
    handleFactor: 1,
    shifts,
  };
  const { other, changes } = replayed({ ...PLAN, hours: 6 }, { agents: [only] }, DAY_AT + 5 * HOUR_MS);
  t.ok((other?.agents.late?.handled ?? 0) > 10);
  const answers = changes.flatMap(({ submittedAt, other: after }) =>
    after?.outcome === 'answered' ? [Date.parse(submittedAt) + 1000 * after.waitSeconds] : [],
  );
  t.ok(Math.min(...answers) >= DAY_AT + 2 * HOUR_MS, 'not before 10:00');
  t.ok(Math.max(...answers) <= DAY_AT + 4 * HOUR_MS + 2000, 'not after 12:00');
});

t.test('[RPL1] a policy that does not take what was recorded is refused, with how many', async (t) => {
  const recording = recordingOf(playDay({ ...PLAN, hours: 2 }).recorder, FROM, FROM + 1_800_000);
  const gold = recording.contacts.filter(({ queue: name }) => name === 'gold').length;
  const none = policyOf([queue('gold', GOLD)]);
  t.same(replay(recording, { seed: 1, policy: none }), {
    faults: [
      `the policy has no queue that takes them: ${recording.contacts.length - gold} recorded contacts could not be submitted`,
    ],
    of: 'other',
  });
  const segments = { default: { headStartMs: 0, clockRate: 1 } };
  t.same(replay(recording, { seed: 1, policy: { ...POLICY, segments } }), {
    faults: [`the policy has no segment gold: ${gold} recorded contacts could not be submitted`],
    of: 'other',
  });
  const channels = { chat: VOICE };
  t.match(replay(recording, { seed: 1, policy: { ...POLICY, channels } }), { faults: [/no channel voice/] });
});

t.test(
  '[RPL1] contacts that the policy at the beginning cannot take are told as such, whatever is tried',
  async (t) => {
    const recorder = new Recorder();
    recorder.setPolicy(DAY_AT, POLICY);
    recorder.do(FROM, { type: 'submit', actor: GATEWAY, contact: draft('one') });
    recorder.setPolicy(FROM + 1000, policyOf([queue('gold', GOLD), queue('rest'), queue('new')]));
    recorder.do(FROM + 2000, { type: 'submit', actor: GATEWAY, contact: draft('two', { queue: 'new' }) });
    recorder.do(FROM + HOUR_MS, { type: 'submit', actor: GATEWAY, contact: draft('three') });
    const recording = recordingOf(recorder, FROM, FROM + HOUR_MS);
    const refused = {
      faults: ['the policy has no queue new: 1 recorded contact could not be submitted'],
      of: 'recorded',
    };
    t.same(replay(recording, { seed: 1 }), refused);
    t.same(replay(recording, { seed: 1, policy: policyOf([queue('new')]) }), refused);
  },
);

t.test('[RPL4] the same seed, the same replay; in text and as JSON', async (t) => {
  const recording = recordingOf(playDay({ ...PLAN, hours: 4 }).recorder, FROM, FROM + 2 * HOUR_MS);
  const policy = policyOf([queue('gold', { ...GOLD, headStartMs: 600_000 }), queue('rest')]);
  const [one, two] = [1, 1].map((seed) => replay(recording, { seed, policy }));
  t.same(one, two);
  if (one === undefined || 'faults' in one) return t.fail('no replay');
  const json = JSON.parse(replayJson(recording, one.replay, 3));
  t.match(json, { from: '2027-01-15T09:00:00.000Z', to: '2027-01-15T11:00:00.000Z', changes: { length: 3 } });
  t.equal(json.changedCount, one.replay.changes.length);
  t.same(Object.keys(json.recorded.traffic), ['gold', 'rest']);
  t.equal(json.other.hash, one.replay.other?.hash);
  const text = replayText(recording, one.replay, 3);
  for (const row of [/^gold +recorded/m, /^gold +replayed/m, /^gold +other/m, /^total +other/m]) t.match(text, row);
  t.match(text, /From replayed to other [\d,]+ contacts are treated otherwise; most of all:/);
  t.match(replayText(recording, { ...one.replay, changes: [] }, 3), 'no contact is treated otherwise');
});
