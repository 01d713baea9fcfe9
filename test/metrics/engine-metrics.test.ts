// Metrics of the real engine over the memory journal, against a recount of what the journal keeps.
import t, { type Test } from 'tap';
import type { Contact } from '../../src/core/contact.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { refusalReasons } from '../../src/core/refusal.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { ADMIN, agentActor, draft, GATEWAY, openWorld, POLICY, signIn, VOICE, type World } from '../engine/world.ts';
import { Scrape } from './fake-engine.ts';
import { Recount } from './recount.ts';

function queue(name: string): ResolvedPolicy['queues'][number] {
  const limits = { waiting: 1000, waitMs: 120_000 };
  return { name, requires: [], serviceLevel: { withinMs: 20_000, target: 0.8 }, clockRate: 1, headStartMs: 0, limits };
}

const PAIR: ResolvedPolicy = {
  ...POLICY,
  channels: {
    voice: { ...VOICE, wrapUpMs: 5000, assigned: { maxMs: 90_000, agentLostMs: 30_000, then: 'requeue' } },
    chat: { ...VOICE, cost: 30, limit: 3 },
  },
  segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 30_000, clockRate: 2 } },
  queues: [{ ...queue('billing'), relax: [{ afterMs: 5000, headStartMs: 1000 }] }, queue('sales')],
  presence: {
    graceMs: 10_000,
    missesBeforeBusy: 0,
    declineCoolDownMs: 10_000,
    declineReasons: { tea: { coolDownMs: 1 } },
  },
};
const AGENTS = ['id-ana', 'id-ben', 'id-cleo'];

/** A random history of contacts with ids that begin with `id-`. */
class History {
  readonly #world: World;
  readonly #prng: Prng;
  #contactCount = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#prng = new Prng(seed);
  }

  async run(stepCount: number): Promise<void> {
    for (const id of AGENTS) await signIn(this.#world, id);
    for (let step = 0; step < stepCount; step++) await this.#step();
  }

  async #step(): Promise<void> {
    const dice = this.#prng.below(21);
    if (dice < 6) await this.#submit();
    else if (dice < 10) await this.#answer('OFFERED', 'accept');
    else if (dice < 11) await this.#answer('OFFERED', 'decline');
    else if (dice < 13) await this.#close('ASSIGNED', 'complete');
    else if (dice < 14) await this.#close('ASSIGNED', 'end');
    else if (dice < 15) await this.#close('QUEUED', 'cancel');
    else if (dice < 16) await this.#presence();
    else if (dice < 17) await this.#assign();
    else {
      this.#world.clock.advance(this.#prng.below(15_000));
      await this.#world.ask({ type: 'tick' });
    }
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#prng.below(items.length)];
  }

  #open(state: Contact['phase']['state']): Contact | undefined {
    const all = [...this.#world.core.state.known.values()].flatMap(({ contact }) => contact ?? []);
    return this.#pick(all.filter((contact) => contact.phase.state === state));
  }

  async #submit(): Promise<void> {
    const contact = draft(`id-${++this.#contactCount}`, {
      channel: this.#pick(['voice', 'chat']) ?? '',
      queue: this.#pick(['billing', 'sales']) ?? '',
      segment: this.#pick(['', 'gold']) ?? '',
      customerId: `id-customer-${this.#contactCount}`,
      journeyId: `id-journey-${this.#contactCount}`,
      intent: `id-intent-${this.#contactCount}`,
    });
    await this.#world.ask({ type: 'submit', actor: GATEWAY, contact });
  }

  async #answer(state: 'OFFERED', type: 'accept' | 'decline'): Promise<void> {
    const phase = this.#open(state)?.phase;
    if (phase?.state !== 'OFFERED') return;
    const actor = agentActor(phase.offer.agent.id);
    await this.#world.ask({
      type,
      actor,
      offerId: `o${phase.offer.seq}`,
      reason: this.#pick(['tea', 'id-reason']) ?? '',
    });
  }

  async #close(state: 'QUEUED' | 'ASSIGNED', type: 'cancel' | 'complete' | 'end'): Promise<void> {
    const contact = this.#open(state);
    if (contact === undefined) return;
    const actor = state === 'ASSIGNED' ? agentActor(contact.agentId) : GATEWAY;
    const cause = this.#prng.chance(0.5) ? 'ABANDONED' : 'CANCELLED';
    await this.#world.ask({ type, actor, contactId: contact.id, cause, version: 0 });
  }

  async #assign(): Promise<void> {
    const contactId = this.#open('QUEUED')?.id ?? '';
    const agentId = this.#pick(AGENTS) ?? '';
    await this.#world.ask({ type: 'assign', actor: { role: 'supervisor', id: 'sue' }, contactId, agentId });
  }

  async #presence(): Promise<void> {
    const agentId = this.#pick(AGENTS) ?? '';
    const presence = this.#prng.chance(0.3) ? 'BUSY' : 'AVAILABLE';
    await this.#world.ask({
      type: 'setPresence',
      actor: agentActor(agentId),
      agentId,
      presence,
      reason: 'id-tea',
      channels: [],
    });
  }
}

for (const seed of [1, 2, 3]) {
  t.test(`[MET2] the counters agree with the journal's events, seed ${seed}`, async (t) => {
    const world = await openWorld({ policy: PAIR });
    const afterSeq = world.core.seq;
    const metrics = new Metrics({ port: world.engine, edgeCounts: () => undefined });
    await new History(world, seed).run(1500);
    const scrape = await Scrape.of(metrics);
    const expected = new Recount(PAIR).add(world.disk, afterSeq);
    t.same(scrape.counts('contacts_submitted_total'), expected.submitted);
    t.same(scrape.counts('contacts_closed_total'), expected.closed);
    t.same(scrape.counts('offers_total'), expected.offers);
    t.same(scrape.counts('declines_total'), expected.declines);
    t.same(Object.keys(expected.declines).sort(), ['other', 'tea'], '[OFF16]');
    t.same(scrape.counts('assigns_total'), expected.assigns, '[PULL7]');
    t.same(scrape.counts('service_level_answers_total'), expected.answers);
    t.same(scrape.counts('relaxations_total'), expected.relaxations);
    t.ok((expected.relaxations.billing ?? 0) > 0, 'the history has relaxations');
    t.equal(scrape.value('journal_events_total'), expected.eventCount);
    t.equal(scrape.value('journal_events_total'), world.core.seq - afterSeq);
    for (const { name, waiting } of world.core.state.queues.values()) {
      t.equal(
        scrape.value('speed_of_answer_seconds_sum', { queue: name })?.toFixed(3),
        seconds(expected.waitSeconds[name]),
      );
      t.equal(
        scrape.value('handle_time_seconds_sum', { queue: name })?.toFixed(3),
        seconds(expected.handleSeconds[name]),
      );
      t.equal(scrape.value('contacts_waiting', { queue: name }), waiting.size);
    }
    for (const outcome of ['ACCEPTED', 'DECLINED', 'MISSED', 'REVOKED']) {
      t.ok(
        Object.keys(expected.offers).some((key) => key.endsWith(outcome)),
        `the history has ${outcome}`,
      );
    }
    for (const state of ['COMPLETED', 'ABANDONED', 'CANCELLED', 'EXPIRED']) {
      t.ok(
        Object.keys(expected.closed).some((key) => key.endsWith(state)),
        `the history has ${state}`,
      );
    }
    boundedLabels(t, scrape, PAIR);
    world.engine.stop();
  });
}

function seconds(sum: number | undefined): string {
  return (sum ?? 0).toFixed(3);
}

/** No label says anything but a name of the policy or a word of a closed list. */
function boundedLabels(t: Test, scrape: Scrape, policy: ResolvedPolicy): void {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    queue: policy.queues.map(({ name }) => name),
    channel: Object.keys(policy.channels),
    segment: Object.keys(policy.segments),
    state: ['COMPLETED', 'ABANDONED', 'CANCELLED', 'EXPIRED'],
    outcome: ['ACCEPTED', 'DECLINED', 'MISSED', 'REVOKED', 'contained', 'handed_over'],
    within: ['true', 'false'],
    presence: ['AVAILABLE', 'BUSY', 'DRAINING', 'OFFLINE'],
    role: ['gateway', 'agent', 'supervisor', 'admin'],
    reason: [...Object.keys(refusalReasons), ...Object.keys(policy.presence.declineReasons ?? {}), 'other'],
    to: ['queue', 'requirement', 'agent', 'consult'],
    cause: ['AGENT', 'SUPERVISOR', 'AGENT_LOST', 'TOO_LONG'],
  };
  for (const { samples } of scrape.own) {
    for (const { name, labels } of samples) {
      for (const [label, value] of Object.entries(labels)) {
        if (label !== 'le' && allowed[label]?.includes(value) !== true) t.fail(`[MET1] ${name}{${label}="${value}"}`);
      }
    }
  }
  t.notMatch(scrape.text, /"[^"]*\b(id-|session-|gw\b|o\d)/, '[MET1] no id anywhere');
}

t.test('[MET2, RLX4] overflows count by the queue that is left', async (t) => {
  const relax = [
    { afterMs: 1000, headStartMs: 1 },
    { afterMs: 2000, overflowTo: 'sales' },
  ];
  const policy = { ...PAIR, queues: [{ ...queue('billing'), relax }, queue('sales')] };
  const world = await openWorld({ policy });
  const metrics = new Metrics({ port: world.engine, edgeCounts: () => undefined });
  for (const id of ['c1', 'c2']) {
    await world.ask({ type: 'submit', actor: GATEWAY, contact: draft(id, { queue: 'billing' }) });
  }
  world.clock.advance(2000);
  await world.ask({ type: 'tick' });
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('relaxations_total'), { billing: 2 });
  t.same(scrape.counts('overflows_total'), { billing: 2 });
  t.equal(scrape.value('contacts_waiting', { queue: 'sales' }), 2);
  world.engine.stop();
});

t.test('[CBK5, ATT6] callbacks and attempts that failed count by queue', async (t) => {
  const callback = { withinMs: 60_000, attempts: 2, spacingMs: 1000 };
  const policy = { ...PAIR, queues: [{ ...queue('billing'), callback }, queue('sales')] };
  const world = await openWorld({ policy });
  const metrics = new Metrics({ port: world.engine, edgeCounts: () => undefined });
  await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c1', { queue: 'billing' }) });
  await world.ask({ type: 'callback', actor: GATEWAY, contactId: 'c1', version: 0 });
  await signIn(world, 'id-ana');
  for (const _attempt of [1, 2]) {
    await world.ask({ type: 'assign', actor: { role: 'supervisor', id: 'boss' }, contactId: 'c1', agentId: 'id-ana' });
    await world.ask({ type: 'retry', actor: GATEWAY, contactId: 'c1', version: 0 });
    world.clock.advance(1000);
    await world.ask({ type: 'tick' });
  }
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('callbacks_total'), { billing: 1 });
  t.same(scrape.counts('attempts_failed_total'), { billing: 2 });
  world.engine.stop();
});

t.test('[MET2] a policy that drops a queue and a segment leaves their counters', async (t) => {
  const world = await openWorld({ policy: PAIR });
  const metrics = new Metrics({ port: world.engine, edgeCounts: () => undefined });
  const contact = draft('id-1', { queue: 'sales', segment: 'gold' });
  await world.ask({ type: 'submit', actor: GATEWAY, contact });
  await world.ask({ type: 'cancel', actor: GATEWAY, contactId: 'id-1', cause: 'ABANDONED', version: 0 });
  const policy: ResolvedPolicy = { ...PAIR, segments: POLICY.segments, queues: [queue('billing'), queue('returns')] };
  await world.ask({ type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' });
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('contacts_submitted_total'), { 'sales voice gold': 1 });
  t.same(scrape.counts('contacts_closed_total'), { 'sales voice gold ABANDONED': 1 });
  t.equal(scrape.value('contacts_waiting', { queue: 'sales' }), undefined);
  t.equal(scrape.value('contacts_waiting', { queue: 'returns' }), 0);
  world.engine.stop();
});

t.test('[MET1] gauges are right for who begins to count late', async (t) => {
  const world = await openWorld({ policy: PAIR });
  await signIn(world, 'id-ana');
  for (const id of ['id-1', 'id-2', 'id-3']) {
    await world.ask({ type: 'submit', actor: GATEWAY, contact: draft(id, { queue: 'billing' }) });
    world.clock.advance(2000);
  }
  const scrape = await Scrape.of(new Metrics({ port: world.engine, edgeCounts: () => undefined }));
  t.same(scrape.counts('contacts_submitted_total'), {}, 'counters start at 0');
  t.same(scrape.counts('contacts_waiting'), { billing: 2 });
  t.same(scrape.counts('oldest_wait_seconds'), { billing: 4 });
  t.same(scrape.counts('agents'), { AVAILABLE: 1 });
  t.equal(scrape.value('agent_load_ratio'), 1);
  t.equal(scrape.value('clock_gap_seconds'), 0);
  world.engine.stop();
});

t.test('[BLD5] an agent counts as full at most, also while what it holds yields', async (t) => {
  const channels = { voice: VOICE, chat: { ...VOICE, cost: 50, limit: 2, yieldsTo: ['voice'] } };
  const world = await openWorld({ policy: { ...PAIR, channels } });
  await signIn(world, 'id-ana');
  await signIn(world, 'id-ben');
  for (const [index, channel] of ['chat', 'chat', 'chat', 'voice', 'voice'].entries()) {
    const contact = draft(`id-${index}`, { channel, queue: 'billing' });
    await world.ask({ type: 'submit', actor: GATEWAY, contact });
  }
  const loads = [...world.core.state.agents.values()].map(({ load }) => load);
  t.same(loads.sort(), [150, 200]);
  const scrape = await Scrape.of(new Metrics({ port: world.engine, edgeCounts: () => undefined }));
  t.equal(scrape.value('agent_load_ratio'), 1);
  world.engine.stop();
});

t.test('[MET2] submit to offer is the time until the commit that carries both is durable', async (t) => {
  const world = await openWorld({ policy: PAIR });
  const metrics = new Metrics({ port: world.engine, edgeCounts: () => undefined });
  await signIn(world, 'id-ana');
  world.valve.close();
  const reply = world.ask({ type: 'submit', actor: GATEWAY, contact: draft('id-1', { queue: 'billing' }) });
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  world.clock.advance(30);
  world.valve.open();
  await reply;
  const scrape = await Scrape.of(metrics);
  t.equal(scrape.value('submit_to_offer_seconds_count'), 1);
  t.equal(scrape.value('submit_to_offer_seconds_sum'), 0.03);
  t.equal(scrape.value('journal_commit_seconds_sum'), 0.03);
  world.engine.stop();
});
