// The world around the router, customer by customer: arrivals, patience, lines, agents' hours and answers, conversations and wrap-up.
import t from 'tap';
import { simulate } from '../../src/sim/simulate.ts';
import { calendarPolicy, channelPolicy } from '../core/oracle/policies.ts';
import { anyOf, constant, group, HOUR, policy, queue, scenario, template } from './plain-scenario.ts';
import { type Line, runScript, type ScriptedRun } from './scripted.ts';

const ONE = [group('a', 1)];
const patience = (seconds: number): { patienceMs: number } => ({ patienceMs: seconds * 1000 });
const wrapUp = (seconds: number): { wrapUpMs: number } => ({ wrapUpMs: seconds * 1000 });
const shift = (from: number, to: number, period = 24): { fromMs: number; toMs: number; periodMs: number } => {
  return { fromMs: from * HOUR, toMs: to * HOUR, periodMs: period * HOUR };
};

t.test('[SIM1] the world’s instants are real numbers, the router’s their whole part', async (t) => {
  const { told } = runScript({ agents: ONE }, [
    [0.0004, 1.00025],
    [0.1007, 1],
  ]);
  t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 0.89995 a-1']);
  const short = policy({ queues: [queue('main', { limits: { waiting: 10, waitMs: 5000 } })] });
  const { told: late } = runScript({ agents: ONE, policy: short }, [
    [0, 60],
    [10.0007, 1],
    [15.0025, 1],
  ]);
  t.strictSame(
    late,
    ['c1 answered 0 a-1', 'c2 expired 4.9993', 'c3 expired 4.9995'],
    'a deadline of the router is a whole millisecond',
  );
});

t.test('[SIM1, RLX1, RLX4] relaxations and overflows happen at their instants', async (t) => {
  const main = {
    requires: anyOf('es'),
    relax: [
      { afterMs: 5000, requires: anyOf('fr') },
      { afterMs: 9000, overflowTo: 'rest' },
    ],
  };
  const agents = [group('french', 1, { skills: { fr: 1 } }), group('any', 1)];
  const { told } = runScript({ agents, policy: policy({ queues: [queue('main', main), queue('rest')] }) }, [
    [0, 60],
    [1, 10],
    [2.5, 10],
  ]);
  t.strictSame(told, ['c1 answered 5 french-1', 'c2 answered 9 any-1', 'c3 answered 17.5 any-1']);
});

t.test('[SIM1, BOT1, BOT3] bots come first in scenarios too', async (t) => {
  const agents = [group('person', 2), group('bot', 1, { skills: { bot: 1 } })];
  const first = { skill: 'bot', forMs: 3000 };
  const { told } = runScript({ agents, policy: policy({ queues: [queue('main', { first })] }) }, [
    [0, 60],
    [1, 10],
    [2.5, 10],
  ]);
  t.strictSame(told, ['c1 answered 0 bot-1', 'c2 answered 3 person-1', 'c3 answered 3 person-2']);
});

t.test('[FAN3, SIM6] of several agents who ring the first to answer has the contact', async (t) => {
  const agents = [group('slow', 3)];
  const after = { kind: 'exponential', meanMs: 6000 } as const;
  const answer = { after, declineRatio: 0, missRatio: 0 };
  const run = (fanOut: number): ScriptedRun => {
    const asks = policy({ queues: [queue('main', fanOut === 1 ? {} : { fanOut })] });
    const lines = Array.from({ length: 300 }, (_, index): Line => [index * 100, 1]);
    return runScript({ agents, policy: asks, answer, measureMs: 10 * HOUR }, lines);
  };
  const meanOf = ({ outcomes }: ScriptedRun): number =>
    outcomes.reduce((sum, { waitedMs }) => sum + waitedMs, 0) / outcomes.length;
  const [one, three] = [run(1), run(3)];
  t.equal(three.outcomes.filter(({ outcome }) => outcome === 'answered').length, 300);
  t.ok(Math.abs(meanOf(one) - 6000) < 900, `one after ${meanOf(one)} ms`);
  t.ok(Math.abs(meanOf(three) - 2000) < 350, `the first of three after ${meanOf(three)} ms`);
});

t.test('[FAN4, SIM6] who declines or misses leaves the others ringing', async (t) => {
  const agents = [group('a', 4)];
  const asks = policy({
    queues: [queue('main', { fanOut: 3 })],
    channels: { voice: channelPolicy({ offerTimeoutMs: 10_000 }) },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
  });
  for (const after of [constant(0), constant(2), { kind: 'exponential', meanMs: 8000 } as const]) {
    const answer = { after, declineRatio: 0.4, missRatio: 0.3 };
    const lines = Array.from({ length: 200 }, (_, index): Line => [index * 37, 5]);
    const { told } = runScript({ agents, policy: asks, answer, measureMs: 3 * HOUR }, lines);
    t.equal(told.filter((text) => text.includes('answered')).length, 200);
  }
});

t.test('[SIM5] agents sign in when their shift begins, and end what they have when it ends', async (t) => {
  const agents = [group('early', 1, { shifts: [shift(0, 1)] }), group('late', 1, { shifts: [shift(2, 3)] })];
  const { told, report } = runScript({ agents, measureMs: 6 * HOUR }, [
    [3590, 600],
    [3595, 60],
    [3700, 60],
    [8000, 60],
  ]);
  t.strictSame(told, [
    'c1 answered 0 early-1',
    'c2 answered 3605 late-1',
    'c3 answered 3560 late-1',
    'c4 answered 0 late-1',
  ]);
  t.equal(report.agents['early-1']?.occupancy, 600 / 4190, 'draining is time signed in');
  t.equal(report.agents['late-1']?.occupancy, 180 / 3600);
});

t.test('[SIM5] who still drains when the next shift begins is available again', async (t) => {
  const agents = [group('a', 1, { capacity: 200, limits: { voice: 2 }, shifts: [shift(0, 1), shift(2, 3)] })];
  const { told } = runScript({ agents, measureMs: 6 * HOUR }, [
    [3500, 5000],
    [4000, 10],
    [8000, 10],
  ]);
  t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 3200 a-1', 'c3 answered 0 a-1']);
});

t.test(
  '[SIM5] shifts that touch are one; they repeat, also over midnight; one without a period is there once',
  async (t) => {
    const once = Number.POSITIVE_INFINITY;
    const cases: [shifts: ReturnType<typeof shift>[], wanted: number[]][] = [
      [
        [shift(0, 2), shift(2, 4)],
        [0, 0, 0, 61_200, 0],
      ],
      [[shift(22, 30)], [0, 0, 0, 54_000, 0]],
      [
        [shift(0, 2, once), shift(40, 41, once)],
        [0, 0, 133_200, 118_801, 54_002],
      ],
    ];
    for (const [shifts, wanted] of cases) {
      const { outcomes } = runScript({ agents: [group('a', 1, { shifts })], measureMs: 100 * HOUR }, [
        [0, 1],
        [7190, 20],
        [3 * 3600, 1],
        [7 * 3600, 1],
        [25 * 3600, 1],
      ]);
      const waits = new Map(outcomes.map(({ recordedId, waitedMs }) => [recordedId, waitedMs / 1000]));
      t.strictSame(
        ['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => waits.get(id)),
        wanted,
      );
    }
  },
);

t.test('[SIM5] an agent’s factor multiplies conversation and wrap-up', async (t) => {
  const channels = { voice: channelPolicy({ wrapUpMs: 60_000 }) };
  const agents = [group('slow', 1, { handleFactor: 1.5 })];
  const { told } = runScript({ agents, policy: policy({ channels }) }, [
    [0, 100, wrapUp(20)],
    [1, 10],
  ]);
  t.strictSame(told, ['c1 answered 0 slow-1', 'c2 answered 179 slow-1']);
});

t.test(
  '[SIM6] an offer is answered after a while; too late is missed, and the agent is back after the cool-down',
  async (t) => {
    const answer = { after: constant(7), declineRatio: 0, missRatio: 0 };
    t.strictSame(runScript({ agents: ONE, answer }, [[0, 10]]).told, ['c1 answered 7 a-1']);
    const slow = { ...answer, after: constant(20) };
    const { told, report } = runScript({ agents: ONE, answer: slow }, [[0, 10, patience(100)]]);
    // Offered for 20.5 s, then BUSY and cooling down for 30 s, offered again until 71 s, again from 101 s on: gone by then.
    t.strictSame(told, ['c1 abandoned 100']);
    t.equal(report.agents['a-1']?.occupancy, 41 / 3600);
    const meanwhile = runScript({ agents: ONE, answer: slow }, [
      [0, 10, patience(21)],
      [22, 10, patience(20)],
    ]);
    t.equal(meanwhile.report.agents['a-1']?.occupancy, 20.5 / 3600, 'nothing is offered to an agent who is BUSY');
  },
);

t.test('[SIM6] offers are declined and missed as often as the scenario says', async (t) => {
  const answer = { after: constant(1), declineRatio: 0.3, missRatio: 0.1 };
  const presence = { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 0 };
  const lines = Array.from({ length: 8000 }, (_, index) => [index * 200, 1] as const);
  const { outcomes } = runScript({ agents: ONE, answer, policy: policy({ presence }), measureMs: 500 * HOUR }, lines);
  // Each contact is offered until it is accepted: a decline costs 1 s, a miss 20.5 s.
  const waits = outcomes.map(({ waitedMs }) => waitedMs / 1000);
  const near = (count: number, share: number): void => {
    const wanted = share * waits.length;
    t.ok(Math.abs(count - wanted) < 4.5 * Math.sqrt(wanted * (1 - share)), `${count}, wanted ${wanted}`);
  };
  near(waits.filter((wait) => wait === 1).length, 0.6);
  near(waits.filter((wait) => wait === 2).length, 0.3 * 0.6);
  near(waits.filter((wait) => wait === 21.5).length, 0.1 * 0.6);
  t.equal(waits.length, 8000);
});

t.test('[SIM6] a contact declined by one agent is another’s at once', async (t) => {
  const answer = { after: constant(2), declineRatio: 1, missRatio: 0 };
  const { told } = runScript({ agents: [group('a', 3)], answer }, [[0, 10, patience(7)]]);
  t.strictSame(told, ['c1 abandoned 7'], 'three declines, then nobody is left for 30 s');
});

t.test('[SIM6, OFF13] what the router accepts itself is answered at once, whatever agents do', async (t) => {
  const answer = { after: constant(2), declineRatio: 0.5, missRatio: 0.5 };
  const automatic = policy({ channels: { voice: channelPolicy({ autoAccept: true, wrapUpMs: 60_000 }) } });
  const { told } = runScript({ agents: ONE, answer, policy: automatic }, [
    [0, 10, wrapUp(5)],
    [1, 10],
  ]);
  t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 14 a-1']);
});

t.test('[OFF17] a cap on offers in a simulated site', async (t) => {
  const presence = { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000, offersPerMinute: 2 };
  const { told } = runScript({ agents: ONE, policy: policy({ presence }) }, [
    [0, 10],
    [10, 10],
    [20, 10],
  ]);
  t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 0 a-1', 'c3 answered 40 a-1']);
});

t.test('[SIM6] a scenario in which time stands still is stopped', async (t) => {
  const answer = { after: constant(0), declineRatio: 1, missRatio: 0 };
  const presence = { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 0 };
  t.throws(() => runScript({ agents: ONE, answer, policy: policy({ presence }) }, [[0, 10]]), /time goes on/);
});

t.test('[SIM7] patience counts from the arrival, in line and while offered', async (t) => {
  const slow = { after: constant(15), declineRatio: 0, missRatio: 0 };
  t.strictSame(runScript({ agents: ONE, answer: slow }, [[0, 10, patience(12)]]).told, ['c1 abandoned 12']);
  const { told, report } = runScript({ agents: ONE }, [
    [0, 100],
    [10, 50, patience(30)],
    [20, 50, patience(80.5)],
    [30, 50, patience(0)],
    [120, 5],
  ]);
  t.strictSame(told, [
    'c1 answered 0 a-1',
    'c4 abandoned 0',
    'c2 abandoned 30',
    'c3 answered 80 a-1',
    'c5 answered 30 a-1',
  ]);
  t.match(report.total, { arrivals: 5, answered: 3, abandoned: 2 });
  t.strictSame(
    runScript({ agents: ONE }, [[5, 10, patience(0)]]).told,
    ['c1 answered 0 a-1'],
    'a free agent is quicker',
  );
});

t.test('[SIM8] contacts above the lines are blocked; those in wrap-up take none', async (t) => {
  const channels = { voice: channelPolicy({ wrapUpMs: 600_000 }) };
  const { told, report } = runScript({ agents: ONE, lines: 2, policy: policy({ channels }) }, [
    [0, 100, wrapUp(300)],
    [10, 50],
    [20, 50],
    [110, 50],
    [120, 50],
    [410, 50],
  ]);
  t.strictSame(told, [
    'c1 answered 0 a-1',
    'c3 blocked 0',
    'c5 blocked 0',
    'c2 answered 390 a-1',
    'c6 blocked 0',
    'c4 answered 340 a-1',
  ]);
  t.match(report.total, { arrivals: 6, blocked: 3, answered: 3, blockedRatio: 0.5 });
});

t.test('[SIM8] a full queue blocks too; any other refusal is a fault', async (t) => {
  const queues = [queue('main', { limits: { waiting: 1, waitMs: 3_600_000 } })];
  const { told } = runScript({ agents: ONE, policy: policy({ queues }) }, [
    [0, 100],
    [1, 1],
    [2, 1],
    [101, 1],
  ]);
  t.strictSame(told, ['c1 answered 0 a-1', 'c3 blocked 0', 'c2 answered 99 a-1', 'c4 answered 0 a-1']);
  const contact = template({ queue: 'elsewhere' });
  t.throws(() => runScript({ agents: ONE }, [[0, 1, { contact }]]), /c is refused: .*elsewhere/);
});

t.test('[SIM9] a contact without wrap-up is completed at once, one with it when that ends', async (t) => {
  const channels = { voice: channelPolicy({ wrapUpMs: 60_000 }) };
  const { told, report } = runScript({ agents: ONE, policy: policy({ channels }) }, [
    [0, 100],
    [1, 100, wrapUp(25)],
    [2, 0, wrapUp(100)],
    [3, 0],
  ]);
  // The channel's 60 s end a wrap-up that would be longer.
  t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 99 a-1', 'c3 answered 223 a-1', 'c4 answered 282 a-1']);
  t.equal(report.agents['a-1']?.handled, 4);
  t.equal(report.agents['a-1']?.occupancy, 285 / 3600);
});

t.test('[SIM9] several contacts at once, each with its own time', async (t) => {
  const channels = { chat: channelPolicy({ cost: 30, limit: 2 }) };
  const contact = template({ channel: 'chat' });
  const { told, report } = runScript({ agents: ONE, policy: policy({ channels }) }, [
    [0, 100, { contact }],
    [10, 20, { contact }],
    [20, 10, { contact }],
    [200, 10, { contact }],
  ]);
  t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 0 a-1', 'c3 answered 10 a-1', 'c4 answered 0 a-1']);
  t.equal(report.agents['a-1']?.occupancy, 110 / 3600);
});

t.test(
  '[SIM9] the router’s longest conversation: back in line with its age, the next agent goes on; or over',
  async (t) => {
    const assigned = { maxMs: 60_000, agentLostMs: 300_000 };
    const requeues = { voice: channelPolicy({ assigned: { ...assigned, then: 'requeue' } }) };
    const { told } = runScript({ agents: ONE, policy: policy({ channels: requeues }) }, [
      [0, 100, patience(15)],
      [10, 20],
      [76, 5],
      [81, 5],
    ]);
    // c1 is back in line at 60 s, behind c2, which has waited longer; it leaves 15 s later, and so c3 need not wait for it.
    t.strictSame(told, ['c1 answered 0 a-1', 'c2 answered 50 a-1', 'c3 answered 4 a-1', 'c4 answered 4 a-1']);
    const stays = runScript({ agents: ONE, policy: policy({ channels: requeues }) }, [
      [0, 65],
      [10, 20],
      [81, 5],
    ]);
    t.strictSame(stays.told, ['c1 answered 0 a-1', 'c2 answered 50 a-1', 'c3 answered 4 a-1'], 'the 5 s that are left');
    const ends = { voice: channelPolicy({ assigned: { ...assigned, then: 'end' } }) };
    const over = runScript({ agents: ONE, policy: policy({ channels: ends }) }, [
      [0, 100],
      [10, 20],
    ]);
    t.strictSame(over.told, ['c1 answered 0 a-1', 'c2 answered 50 a-1']);
  },
);

t.test('[SIM3] the same customers meet another staff', async (t) => {
  const facts = { measureMs: 10 * HOUR, policy: policy({ queues: [queue('main', { requires: anyOf('x') })] }) };
  const seen = (count: number): string[] => {
    const arrivals: string[] = [];
    simulate(scenario({ ...facts, agents: [group('a', count, { skills: { x: 1 } })] }), {
      seed: 4,
      onContact: ({ atMs }) => arrivals.push(String(atMs)),
    });
    return arrivals.sort();
  };
  t.strictSame(seen(9), seen(12));
  t.ok(seen(9).length > 2500);
});

t.test('[SIM17] hours count from the begin of the run; who comes while all is closed is blocked', async (t) => {
  const calendars = { early: calendarPolicy({ weekly: [[[10, 20]], [], [], [], [], [], []], holidays: [] }) };
  const closed = { then: 'overflow', overflowTo: 'other' } as const;
  const small = queue('other', { limits: { waiting: 0, waitMs: 1000 } });
  const run = (more: object): readonly string[] => {
    const changes = policy({ queues: [queue('main', { hours: 'early', ...more }), small], calendars });
    return runScript({ agents: ONE, policy: changes }, [
      [5, 1],
      [600, 1],
      [1199, 5],
      [1200, 1],
    ]).told;
  };
  const blocked = ['c1 blocked 0', 'c2 answered 0 a-1', 'c3 answered 0 a-1', 'c4 blocked 0'];
  t.strictSame(run({}), blocked);
  t.strictSame(run({ closed }), blocked, 'the other queue is full');
  t.strictSame(run({ closed: { then: 'schedule' } }), blocked, 'nobody is called back');
});
