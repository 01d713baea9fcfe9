// Larger than fast-check's histories: hundreds in line, scores of agents, more demand classes than are kept. Events only are compared.
import t from 'tap';
import type { Actor, Command } from '../../src/core/commands.ts';
import { Core, type Tuning } from '../../src/core/core.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Oracle } from './oracle/oracle.ts';
import { canonicalText, normalized } from './oracle/picture.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { isFullRun } from './oracle/runs.ts';
import { agentActor, draft, GATEWAY, NOON, needs, Stage } from './oracle/stage.ts';

// The oracle's work grows with the cube: the full run takes minutes.
const CONTACTS = isFullRun ? 300 : 100;
const AGENTS = isFullRun ? 60 : 25;
const SKILLS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const policy = (cost: number): ResolvedPolicy =>
  plainPolicy({
    channels: {
      voice: channelPolicy({ cost: cost * 100, limit: 1 }),
      chat: channelPolicy({ cost: cost * 25, limit: 4 }),
    },
    segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 10_000, clockRate: 2.5 } },
    queues: [
      queuePolicy('sales', { when: { intent: ['sales'] }, requires: [needs('a', 1), needs('b', 2)] }),
      queuePolicy('rest'),
    ],
    fit: { perLevelMs: 1000, affinityMs: 20_000, breadthMs: 500 },
    readiness: { idleRate: 500, idleCapMs: 60_000, loadMs: 8000 },
    presence: { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 5000 },
  });

/** Core and oracle, stepped together. */
class Duel {
  readonly core: Core;
  readonly #oracle = new Oracle();
  readonly #fail: (what: string) => void;
  offerCount = 0;

  constructor(fail: (what: string) => void, tuning: Tuning = {}) {
    this.#fail = fail;
    this.core = new Core(tuning);
  }

  get pending(): readonly { readonly offerId: string; readonly agentId: string }[] {
    return this.#oracle.state.contacts
      .filter(({ state }) => state === 'OFFERED')
      .map(({ offerSeq, agentId }) => ({ offerId: `o${offerSeq}`, agentId }));
  }

  get assigned(): readonly { readonly id: string; readonly agentId: string }[] {
    return this.#oracle.state.contacts.filter(({ state }) => state === 'ASSIGNED');
  }

  step(command: Command, now: number): void {
    const expected = this.#oracle.step(command, now).events;
    const { events } = this.core.step(command, now);
    this.offerCount += events.filter(({ type }) => type === 'offerMade').length;
    const [wanted, given] = [expected, events].map((list) => list.map((event) => canonicalText(normalized(event))));
    const at = wanted?.findIndex((text, index) => text !== given?.[index]) ?? -1;
    if (at !== -1 || wanted?.length !== given?.length) {
      this.#fail(`${canonicalText(command)}\nexpected ${wanted?.[at]}\nactual   ${given?.[at]}`);
    }
  }
}

t.setTimeout(isFullRun ? 900_000 : 120_000);

t.test(`[RANK1, ROOM6] ${CONTACTS} in line, ${AGENTS} agents, all free at once`, async (t) => {
  for (const seed of isFullRun ? [1, 2, 3] : [1, 2]) {
    const random = new Prng(seed);
    const duel = new Duel((what) => t.fail(`seed ${seed}: ${what}`), { suppliersScannedMax: 4 * (seed - 1) });
    let now = NOON;
    duel.step({ type: 'setPolicy', actor: ADMIN, policy: policy(1000), source: '', fileHash: '' }, now);
    now = hire(duel, random, now);
    for (let index = 0; index < CONTACTS; index++) {
      now += random.below(200);
      duel.step({ type: 'submit', actor: GATEWAY, contact: anyDraft(random, `c${index}`) }, now);
    }
    duel.step({ type: 'setPolicy', actor: ADMIN, policy: policy(1), source: '', fileHash: '' }, now);
    t.ok(duel.offerCount >= AGENTS, `${duel.offerCount} offers in one step`);
    for (let index = 0; index < CONTACTS / 2; index++) {
      now += random.below(300);
      duel.step(answer(duel, random), now);
    }
    t.equal(Core.fromRecords(duel.core.records()).stateHash(), duel.core.stateHash());
  }
});

/** The agents, one after the other; the instant of the last. */
function hire(duel: Duel, random: Prng, from: number): number {
  let now = from;
  for (let index = 0; index < AGENTS; index++) {
    const id = `a${index}`;
    const skills = Object.fromEntries(
      SKILLS.filter(() => random.below(2) === 0).map((skill) => [skill, 1 + random.below(5)]),
    );
    const agent = {
      id,
      name: '',
      skills,
      capacity: 100,
      limits: random.below(4) === 0 ? { voice: 0 } : {},
      version: 0,
    };
    duel.step({ type: 'putAgent', actor: ADMIN, agent }, now);
    duel.step({ type: 'openSession', actor: agentActor(id), sessionId: `s${index}` }, now);
    const actor: Actor = agentActor(id);
    now += 37;
    duel.step({ type: 'setPresence', actor, agentId: id, presence: 'AVAILABLE', reason: '', channels: [] }, now);
  }
  return now;
}

function anyDraft(random: Prng, id: string): ReturnType<typeof draft> {
  const skill = (): string => SKILLS[random.below(SKILLS.length)] ?? 'a';
  const requires =
    [[], [needs(skill(), 1 + random.below(3))], [needs(skill(), 2), needs(skill(), 1)]][random.below(3)] ?? [];
  return draft(id, {
    channel: random.below(3) === 0 ? 'voice' : 'chat',
    intent: random.below(4) === 0 ? 'sales' : '',
    segment: random.below(4) === 0 ? 'gold' : '',
    tier: random.below(20) === 0 ? 1 : 0,
    requires,
    prefers: random.below(3) === 0 ? [{ skill: skill(), secondsPerLevel: 2 }] : [],
    preferredAgents: random.below(5) === 0 ? [`a${random.below(AGENTS)}`] : [],
  });
}

function answer(duel: Duel, random: Prng): Command {
  const { pending, assigned } = duel;
  const offer = pending[random.below(Math.max(1, pending.length))];
  const held = assigned[random.below(Math.max(1, assigned.length))];
  if (offer !== undefined && random.below(5) > 1)
    return { type: 'accept', actor: agentActor(offer.agentId), offerId: offer.offerId };
  if (held !== undefined && random.below(2) === 0) {
    return { type: 'complete', actor: agentActor(held.agentId), contactId: held.id, version: 0 };
  }
  if (offer === undefined) return { type: 'tick' };
  return { type: 'decline', actor: agentActor(offer.agentId), offerId: offer.offerId, reason: '' };
}

t.test('[LIM5, ROOM6] demand classes that nobody uses are forgotten, and come back', async (t) => {
  const stage = new Stage(plainPolicy({ forgetMs: 1000 }));
  stage.works('a1', { skills: { s7: 1, s1300: 1 } });
  stage.works('a2', { skills: { s8: 2 } });
  for (const agent of ['a1', 'a2']) stage.presence(agent, 'AVAILABLE', { channels: [] });
  for (let index = 0; index < 1400; index++) {
    stage.submit(`c${index}`, { requires: [needs(`s${index}`, 1)] });
    stage.wait(500).cancel(`c${index}`, 'CANCELLED');
    stage.wait(500);
  }
  t.strictSame(stage.submit('again7', { requires: [needs('s7', 1)] }).events.slice(-1), ['offerMade again7 a1']);
  t.strictSame(stage.submit('again8', { requires: [needs('s8', 2)] }).events.slice(-1), ['offerMade again8 a2']);
  stage.cancel('again7', 'CANCELLED');
  t.strictSame(stage.submit('again1300', { requires: [needs('s1300', 1)] }).events.slice(-1), [
    'offerMade again1300 a1',
  ]);
});

t.test('[TIME8] a core that only applied for long goes on as the one that decided', async (t) => {
  const live = new Core();
  const follower = new Core();
  const step = (command: Command, now: number): readonly unknown[] => {
    const { events, at } = live.step(command, now);
    for (const event of events) follower.apply(event, at);
    return events;
  };
  step({ type: 'setPolicy', actor: ADMIN, policy: { ...policy(1), forgetMs: 1000 }, source: '', fileHash: '' }, NOON);
  let now = NOON;
  for (let index = 0; index < 6000; index++) {
    now += 10;
    const id = `c${index}`;
    const requires = [needs(`s${index % 3000}`, 1)];
    step(
      { type: 'submit', actor: GATEWAY, contact: draft(id, { channel: 'chat', preferredAgents: ['a1'], requires }) },
      now,
    );
    if (index % 10 !== 0) step({ type: 'cancel', actor: GATEWAY, contactId: id, cause: 'CANCELLED', version: 0 }, now);
  }
  t.equal(follower.stateHash(), live.stateHash());
  const skills = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`s${index * 10}`, 1]));
  const agent = { id: 'a1', name: '', skills, capacity: 100, limits: {}, version: 0 };
  const commands: Command[] = [
    { type: 'putAgent', actor: ADMIN, agent },
    { type: 'openSession', actor: agentActor('a1'), sessionId: 's1' },
    { type: 'setPresence', actor: agentActor('a1'), agentId: 'a1', presence: 'AVAILABLE', reason: '', channels: [] },
  ];
  let offerCount = 0;
  for (const command of commands) {
    const { events } = live.step(command, now);
    t.strictSame(follower.step(command, now).events, events);
    offerCount += events.filter(({ type }) => type === 'offerMade').length;
  }
  t.equal(offerCount, 4);
});
