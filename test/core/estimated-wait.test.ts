// Estimated waits: what is kept of a line, the formula, and how far off it is in steady flow.
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import { Heap } from '../../src/lib/heap.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';
import { plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { agentActor, draft, GATEWAY, NOON, Stage } from './oracle/stage.ts';

const MINUTE = 60_000;
const estimate = { minutes: 10, answersMin: 2 };

function queueOf(stage: Stage): { waiting: number; estimatedWaitMs?: number } | undefined {
  return stage.ask({ type: 'queues' }).queues?.[0];
}

/** One agent, who has answered two that stood in line for 30 s each; offers were pending for 4 s each. */
function twoAnswered(): Stage {
  const stage = new Stage(plainPolicy({ estimate }));
  stage.works('a1');
  stage.answered('c0');
  stage.submit('c1');
  stage.submit('c2');
  for (const [done, next] of [
    ['c0', 'c1'],
    ['c1', 'c2'],
  ] as const) {
    stage.wait(30_000).complete(done, agentActor('a1'));
    stage.wait(4000).accept(next);
  }
  return stage;
}

t.test('[EST2] position × time in line per answer, and the time that offers are pending', async (t) => {
  const stage = twoAnswered();
  // In line from c1's submit until c2's offer: 64 s. Two answers, 4 s each.
  stage.submit('c3');
  stage.submit('c4');
  t.equal(stage.view('c3').estimatedWaitMs, 32_000 + 4000);
  t.equal(stage.view('c4').estimatedWaitMs, 64_000 + 4000);
  stage.wait(10_000);
  t.equal(stage.view('c3').estimatedWaitMs, 37_000 + 4000, 'the present stretch counts');
  stage.cancel('c4', 'ABANDONED');
  t.equal(stage.view('c3').estimatedWaitMs, Math.round((2 * 74_000) / 5) + 4000, 'half of those who left stood ahead');
});

t.test('[EST3] a queue tells what a newcomer would wait', async (t) => {
  const stage = twoAnswered();
  t.match(queueOf(stage), { waiting: 0, estimatedWaitMs: 36_000 });
  stage.submit('c3');
  t.match(queueOf(stage), { waiting: 1, estimatedWaitMs: 68_000 });
  stage.works('a2');
  stage.works('a3');
  t.match(queueOf(stage), { waiting: 0, estimatedWaitMs: 0 }, 'an agent is free');
});

t.test('[EST1, EST2] only the last minutes count, and only enough answers', async (t) => {
  const stage = twoAnswered();
  stage.submit('c3');
  stage.wait(8 * MINUTE);
  t.equal(stage.view('c3').estimatedWaitMs, (64_000 + 8 * MINUTE) / 2 + 4000);
  stage.wait(2 * MINUTE);
  t.equal(stage.view('c3').estimatedWaitMs, undefined, 'the answers are too old');
});

t.test('[EST1] who is offered at once leaves no trace', async (t) => {
  const stage = new Stage(plainPolicy({ estimate: { minutes: 10, answersMin: 1 } }));
  stage.works('a1');
  for (const id of ['c1', 'c2', 'c3']) {
    stage.answered(id);
    stage.wait(1000).complete(id, agentActor('a1'));
  }
  const [flow] = [...stage.run.core.records()].filter(({ kind }) => kind === 'queueFlow');
  t.match(flow, { lineSince: 0, lined: [] });
  stage.works('a1');
  stage.presence('a1', 'BUSY');
  t.equal(queueOf(stage)?.estimatedWaitMs, undefined);
});

t.test('[EST5] a policy without estimates keeps nothing', async (t) => {
  const stage = twoAnswered();
  stage.submit('c3');
  stage.policy(plainPolicy());
  t.equal(stage.view('c3').estimatedWaitMs, undefined);
  t.equal(queueOf(stage)?.estimatedWaitMs, undefined);
  stage.policy(plainPolicy({ estimate }));
  t.equal(stage.view('c3').estimatedWaitMs, undefined, 'it begins anew');
  const [flow] = [...stage.run.core.records()].filter(({ kind }) => kind === 'queueFlow');
  t.match(flow, { lineSince: stage.now, lined: [] });
});

interface Centre {
  readonly agents: number;
  /** Mean arrivals an hour by queue. */
  readonly perHour: readonly number[];
  readonly handleS: number;
  readonly patienceS: number;
  readonly ringS: number;
  readonly hours: number;
}

interface Happening {
  heapIndex: number;
  readonly at: number;
  readonly order: number;
  readonly what: 'arrive' | 'accept' | 'complete' | 'leave';
  readonly id: string;
  readonly agentId: string;
}

/** Relative errors of the estimates that contacts got as they joined the line, of those that were answered. */
function errorsIn(centre: Centre, seed: number): number[] {
  const core = new Core();
  const queues = centre.perHour.map((_, index) => queuePolicy(`q${index}`));
  const policy = plainPolicy({ queues, estimate: { minutes: 10, answersMin: 5 } });
  core.step({ type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' }, NOON);
  const happenings = new Heap<Happening>(
    (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order),
  );
  const streams = new Map<string, RandomStream>();
  const drawn = (name: string, meanMs: number): number => {
    const stream = streams.get(name) ?? new RandomStream(seed, name);
    streams.set(name, stream);
    return Math.round(-meanMs * Math.log(stream.uniform()));
  };
  let count = 0;
  const plan = (at: number, what: Happening['what'], id: string, agentId = ''): void =>
    happenings.push({ heapIndex: -1, at, order: count++, what, id, agentId });
  const estimates = new Map<string, { readonly at: number; readonly waitMs: number }>();
  const answered = new Set<string>();
  const errors: number[] = [];
  const act = (command: Parameters<Core['step']>[0], now: number): void => {
    const { events, firstSeq } = core.step(command, now);
    for (const [index, event] of events.entries()) {
      if (event.type === 'offerMade') plan(now + centre.ringS * 1000, 'accept', `o${firstSeq + index}`, event.agentId);
      if (event.type !== 'offerAccepted') continue;
      answered.add(event.contactId);
      plan(now + drawn('handle', centre.handleS * 1000), 'complete', event.contactId, event.agentId);
      const estimated = estimates.get(event.contactId);
      if (estimated !== undefined)
        errors.push(Math.abs(estimated.waitMs - (now - estimated.at)) / (now - estimated.at));
    }
  };
  for (let index = 0; index < centre.agents; index++) {
    const id = `a${index}`;
    core.step(
      { type: 'putAgent', actor: ADMIN, agent: { id, name: '', skills: {}, capacity: 100, limits: {}, version: 0 } },
      NOON,
    );
    core.step({ type: 'openSession', actor: agentActor(id), sessionId: id }, NOON);
    core.step(
      { type: 'setPresence', actor: agentActor(id), agentId: id, presence: 'AVAILABLE', reason: '', channels: [] },
      NOON,
    );
  }
  for (const { name } of queues) plan(NOON, 'arrive', name);
  const end = NOON + centre.hours * 60 * MINUTE;
  const warm = NOON + 60 * MINUTE;
  for (let next = happenings.peek(); next !== undefined && next.at < end; next = happenings.peek()) {
    happenings.remove(next);
    const { at: now, what, id, agentId } = next;
    if (what === 'accept') act({ type: 'accept', actor: agentActor(agentId), offerId: id }, now);
    if (what === 'complete') act({ type: 'complete', actor: agentActor(agentId), contactId: id, version: 0 }, now);
    if (what === 'leave' && !answered.has(id))
      act({ type: 'cancel', actor: GATEWAY, contactId: id, cause: 'ABANDONED', version: 0 }, now);
    if (what !== 'arrive') continue;
    const contactId = `c${count}`;
    act({ type: 'submit', actor: GATEWAY, contact: draft(contactId, { queue: id }) }, now);
    const outcome = core.query({ type: 'get', actor: GATEWAY, contactId }, now);
    const contact = 'ok' in outcome ? outcome.ok.contact : undefined;
    const waitMs = contact !== undefined && 'estimatedWaitMs' in contact ? contact.estimatedWaitMs : undefined;
    if (waitMs !== undefined && now > warm) estimates.set(contactId, { at: now, waitMs });
    plan(now + drawn('patience', centre.patienceS * 1000), 'leave', contactId);
    plan(now + drawn(id, 3_600_000 / (centre.perHour[Number(id.slice(1))] ?? 1)), 'arrive', id);
  }
  return errors;
}

const centres: Readonly<Record<string, Centre>> = {
  'load 1.0': { agents: 100, perHour: [2000], handleS: 180, patienceS: 600, ringS: 0, hours: 6 },
  'load 0.98': { agents: 100, perHour: [1960], handleS: 180, patienceS: 1800, ringS: 0, hours: 6 },
  'load 1.1, offers pending for 5 s': {
    agents: 100,
    perHour: [2140],
    handleS: 180,
    patienceS: 300,
    ringS: 5,
    hours: 6,
  },
  'two queues with the same agents': {
    agents: 150,
    perHour: [2000, 1100],
    handleS: 180,
    patienceS: 600,
    ringS: 0,
    hours: 6,
  },
};

for (const [name, centre] of Object.entries(centres)) {
  t.test(`[EST4] in steady flow: ${name}`, async (t) => {
    const errors = errorsIn(centre, 7).sort((one, other) => one - other);
    const median = errors[Math.floor(errors.length / 2)] ?? 1;
    t.comment(`median error ${(100 * median).toFixed(1)} % over ${errors.length} contacts that waited`);
    t.ok(errors.length > 1000, `${errors.length} contacts waited`);
    t.ok(median <= 0.25, `median error ${(100 * median).toFixed(1)} %`);
  });
}
