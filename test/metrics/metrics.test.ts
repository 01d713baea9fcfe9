// What is counted of batches made by hand, and how it is shown.
import t from 'tap';
import { refusalReasons } from '../../src/core/refusal.ts';
import { entryOf, metricNames } from '../../src/metrics/catalogue.ts';
import { readExposition } from './exposition-text.ts';
import {
  AT,
  accepted,
  closed,
  FakeEngine,
  metricsOf,
  offered,
  Scrape,
  step,
  subject,
  submitted,
} from './fake-engine.ts';

t.test(
  '[MET1] a scrape has every metric of the catalogue, its kind, help and labels, and no other of its prefix',
  async (t) => {
    const engine = new FakeEngine();
    engine.useQueues('billing');
    const metrics = metricsOf(engine);
    engine.happens(submitted('c1'), accepted('c1', 1000), closed('c1', 'COMPLETED', { assignedAt: AT }));
    const scrape = await Scrape.of(metrics);
    t.same(
      scrape.own.map(({ name }) => name),
      metricNames,
    );
    for (const name of metricNames) {
      const family = scrape.families.get(name);
      const { kind, help, labels } = entryOf(name);
      t.match(family, { kind, help }, name);
      t.ok((family?.samples.length ?? 0) > 0, `${name} has samples`);
      for (const sample of family?.samples ?? []) {
        const { le: _, ...own } = sample.labels;
        t.same(Object.keys(own).sort(), [...labels].sort(), `labels of ${sample.name}`);
      }
    }
    t.ok(scrape.families.has('process_cpu_seconds_total'), 'and those of the process');
    t.ok(scrape.families.has('nodejs_eventloop_lag_seconds'));
    const listing = [...scrape.families.keys()].filter((name) => /^nodejs_active_/.test(name));
    t.strictSame(listing, [], 'none that lists every socket');
  },
);

t.test('[MET1] a router that has done nothing shows every series of its queues at 0', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  t.same(
    (await Scrape.of(metrics)).own.map(({ name }) => name),
    metricNames,
    'even before there is a policy',
  );
  engine.useQueues('billing', 'sales');
  const scrape = await Scrape.of(metrics);
  for (const queue of ['billing', 'sales']) {
    t.equal(scrape.value('contacts_waiting', { queue }), 0);
    t.equal(scrape.value('oldest_wait_seconds', { queue }), 0);
    t.equal(scrape.value('offers_total', { queue, outcome: 'MISSED' }), 0);
    t.equal(scrape.value('speed_of_answer_seconds_count', { queue }), 0);
  }
  t.equal(scrape.value('rejections_total', { reason: 'QUEUE_FULL' }), 0);
  t.equal(scrape.value('connections', { role: 'agent' }), 0);
});

t.test(
  '[MET2] contacts are counted by queue, channel and segment when they come, and by state when they close',
  async (t) => {
    const engine = new FakeEngine();
    const metrics = metricsOf(engine);
    const gold = { queue: 'sales', channel: 'chat', segment: 'gold' };
    engine.happens(submitted('c1'));
    engine.happens(submitted('c2'));
    engine.happens(submitted('c3', gold));
    engine.happens(closed('c1', 'ABANDONED'));
    engine.happens(closed('c3', 'COMPLETED', { ...gold, assignedAt: AT }), closed('c2', 'EXPIRED'));
    const scrape = await Scrape.of(metrics);
    t.same(scrape.counts('contacts_submitted_total'), { 'billing voice default': 2, 'sales chat gold': 1 });
    t.same(scrape.counts('contacts_closed_total'), {
      'billing voice default ABANDONED': 1,
      'billing voice default EXPIRED': 1,
      'sales chat gold COMPLETED': 1,
    });
    t.equal(scrape.value('contacts_closed_total', { ...gold, state: 'ABANDONED' }), 0, 'the others are there, at 0');
    t.equal(scrape.value('journal_events_total'), 6);
  },
);

t.test('[MET2] an offer counts once, by how it ended', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  const pair = { contactId: 'c1', agentId: 'ana' };
  engine.happens(offered('c1'));
  t.same((await Scrape.of(metrics)).counts('offers_total'), {}, 'a pending offer does not count yet');
  engine.happens([{ type: 'offerDeclined', ...pair, reason: '', coolDownUntil: 0 }, subject()]);
  engine.happens([{ type: 'offerMissed', ...pair, coolDownUntil: 0 }, subject()]);
  engine.happens([{ type: 'offerMissed', ...pair, coolDownUntil: 0 }, subject({ queue: 'sales' })]);
  engine.happens([{ type: 'offerRevoked', ...pair, reason: 'AGENT_BUSY' }, subject()]);
  engine.happens(accepted('c1', 0));
  t.same((await Scrape.of(metrics)).counts('offers_total'), {
    'billing ACCEPTED': 1,
    'billing DECLINED': 1,
    'billing MISSED': 1,
    'billing REVOKED': 1,
    'sales MISSED': 1,
  });
});

t.test('[PULL7] pulls and assigns count by themselves and as answers, not as offers', async (t) => {
  const engine = new FakeEngine();
  engine.useQueues('sales');
  const metrics = metricsOf(engine);
  const facts = { contactId: 'c1', agentId: 'ana', by: 'sue', cost: 1, assignedUntil: AT } as const;
  const told = subject({ waitedMs: 5000, assignedAt: AT });
  engine.happens([{ type: 'contactAssigned', ...facts, cause: 'PULL' }, told]);
  engine.happens([{ type: 'contactAssigned', ...facts, cause: 'ASSIGN' }, told]);
  engine.happens([{ type: 'contactAssigned', ...facts, cause: 'PULL' }, told]);
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('pulls_total'), { billing: 2 });
  t.same(scrape.counts('assigns_total'), { billing: 1 });
  t.same(scrape.counts('offers_total'), {});
  t.same(scrape.counts('service_level_answers_total'), { 'billing default true': 3 });
  t.equal(scrape.value('speed_of_answer_seconds_sum', { queue: 'billing' }), 15);
  t.equal(scrape.value('pulls_total', { queue: 'sales' }), 0);
});

t.test('[OFF16] declines count by reason, those that no policy names together', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  t.equal((await Scrape.of(metrics)).value('declines_total', { reason: 'other' }), 0);
  const decline = { type: 'offerDeclined', contactId: 'c1', agentId: 'ana', reason: 'x', coolDownUntil: 0 } as const;
  for (const declineReason of ['lunch', 'other', 'lunch']) engine.happens([decline, subject({ declineReason })]);
  t.same((await Scrape.of(metrics)).counts('declines_total'), { lunch: 2, other: 1 });
});

t.test('[MET2] requeues count by cause, transfers by what they name and where they lead', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  const requeued = { type: 'contactRequeued', contactId: 'c1', agentId: 'ana', agedFrom: AT, waitUntil: AT } as const;
  for (const cause of ['AGENT', 'AGENT', 'SUPERVISOR', 'TOO_LONG'] as const) {
    engine.happens([{ ...requeued, cause, coolDownUntil: 0 }, subject()]);
  }
  const place = { segment: 'default', requires: [], requirement: [], clockRate: 1000, headStartUs: 0 } as const;
  const times = { waitUntil: AT, agedFrom: AT, preferredAgents: [], preferredForMs: 0, preferredUntil: 0 } as const;
  for (const [queue, to] of [
    ['sales', 'QUEUE'],
    ['sales', 'ONE_AGENT'],
    ['billing', 'REQUIREMENT'],
    ['billing', 'CONSULT'],
  ] as const) {
    const who = { contactId: 'c1', agentId: 'ana', cause: 'AGENT', by: 'ana', coolDownUntil: 0 } as const;
    const none = { consultId: '', toAgentId: '', cost: 0, assignedUntil: 0, agentLostUntil: 0 } as const;
    engine.happens([
      { type: 'contactTransferred', ...who, ...place, ...times, ...none, queue, to },
      subject({ queue }),
    ]);
  }
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('requeues_total'), { 'billing AGENT': 2, 'billing SUPERVISOR': 1, 'billing TOO_LONG': 1 });
  t.same(scrape.counts('transfers_total'), {
    'sales queue': 1,
    'sales agent': 1,
    'billing requirement': 1,
    'billing consult': 1,
  });
});

t.test('[BOT8, MET2] what bots keep from people counts as contained, what they give away as handed over', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  const closed = { type: 'contactClosed', contactId: 'c1', cause: 'AGENT', endedNow: true } as const;
  engine.happens([{ ...closed, state: 'COMPLETED' }, subject({ isSelfServed: true })]);
  engine.happens([{ ...closed, state: 'COMPLETED' }, subject()]);
  engine.happens([{ ...closed, state: 'ABANDONED' }, subject({ isSelfServed: true })]);
  const requeued = { type: 'contactRequeued', contactId: 'c1', agentId: 'b1', agedFrom: AT, waitUntil: AT } as const;
  const given = { ...requeued, cause: 'AGENT', coolDownUntil: 0 } as const;
  engine.happens([given, subject()]);
  engine.happens([{ ...given, handedOverFrom: 'selfService' }, subject()]);
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('self_service_total'), {
    'billing contained': 1,
    'selfService handed_over': 1,
  });
});

t.test('[MET2] an answer counts by how long the contact waited, within the service level or later', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  engine.happens(accepted('c1', 0));
  engine.happens(accepted('c2', 20_000));
  engine.happens(accepted('c3', 20_001));
  engine.happens(accepted('c4', 100_000_000, { segment: 'gold' }));
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('service_level_answers_total'), {
    'billing default true': 2,
    'billing default false': 1,
    'billing gold false': 1,
  });
  const bucket = (le: string) => scrape.value('speed_of_answer_seconds_bucket', { queue: 'billing', le });
  t.same(['0.1', '10', '20', '30', '86400', '+Inf'].map(bucket), [1, 1, 2, 3, 3, 4]);
  t.equal(scrape.value('speed_of_answer_seconds_sum', { queue: 'billing' }), 100_040.001);
  t.equal(scrape.value('speed_of_answer_seconds_count', { queue: 'billing' }), 4);
});

t.test('[MET2] handle time runs from the accept to the close, of answered contacts only', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  engine.happens(closed('c1', 'COMPLETED', { assignedAt: AT - 90_500 }));
  engine.happens(closed('c2', 'ABANDONED'));
  const scrape = await Scrape.of(metrics);
  t.equal(scrape.value('handle_time_seconds_count', { queue: 'billing' }), 1);
  t.equal(scrape.value('handle_time_seconds_sum', { queue: 'billing' }), 90.5);
  t.equal(scrape.value('handle_time_seconds_bucket', { queue: 'billing', le: '60' }), 0);
  t.equal(scrape.value('handle_time_seconds_bucket', { queue: 'billing', le: '120' }), 1);
});

t.test('[MET2] submit to offer: of contacts offered in the step of their submit, until that is durable', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  const times = { startedMs: 1000, decisionUs: 60 };
  const waits = step([submitted('c1')], times);
  const isOffered = step([submitted('c2'), offered('c2')], times);
  const another = step([submitted('c3'), offered('c1')], times);
  const later = step([offered('c3')], times);
  engine.commit([waits, isOffered, another, later], { commitMs: 0.75, durableMs: 1004 });
  const scrape = await Scrape.of(metrics);
  t.equal(scrape.value('submit_to_offer_seconds_count'), 1);
  t.equal(scrape.value('submit_to_offer_seconds_sum'), 0.004);
  t.equal(scrape.value('decision_seconds_count'), 4);
  t.equal(scrape.value('decision_seconds_bucket', { le: '0.00005' }), 0);
  t.equal(scrape.value('decision_seconds_bucket', { le: '0.0001' }), 4);
  t.equal(scrape.value('journal_commit_seconds_count'), 1);
  t.equal(scrape.value('journal_commit_seconds_sum'), 0.000_75);
});

t.test('[MET1] gauges are what engine and edge say at the scrape', async (t) => {
  const engine = new FakeEngine();
  engine.state = {
    ...engine.state,
    clockGapSeconds: -2.5,
    queues: [{ name: 'billing', waiting: 7, oldestWaitMs: 61_500, gate: 'PACE', open: false, scheduled: 3 }],
    agentsByPresence: { AVAILABLE: 4, BUSY: 3, DRAINING: 2, OFFLINE: 1 },
    agentLoadRatio: 0.85,
    customerCount: 7,
  };
  const metrics = metricsOf(engine, {
    connectionsByRole: { gateway: 1, agent: 9, supervisor: 0, admin: 0 },
    slowConsumerCount: 5,
    rejectionsByReason: new Map([['OFFER_EXPIRED', 6]]),
  });
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('contacts_waiting'), { billing: 7 });
  t.same(scrape.counts('oldest_wait_seconds'), { billing: 61.5 });
  t.same(scrape.counts('queue_gate_shut'), { billing: 1 });
  t.same(scrape.counts('agents'), { AVAILABLE: 4, BUSY: 3, DRAINING: 2, OFFLINE: 1 });
  t.equal(scrape.value('agent_load_ratio'), 0.85);
  t.equal(scrape.value('clock_gap_seconds'), -2.5);
  t.equal(scrape.value('customers'), 7);
  t.same(scrape.counts('connections'), { gateway: 1, agent: 9 });
  t.equal(scrape.value('slow_consumers_total'), 5);
  t.same(scrape.counts('rejections_total'), { OFFER_EXPIRED: 6 });
  t.equal(scrape.families.get('cordboard_rejections_total')?.samples.length, Object.keys(refusalReasons).length);
});

t.test('[MET2] what a policy no longer names keeps its counters and has no gauges', async (t) => {
  const engine = new FakeEngine();
  engine.useQueues('billing', 'sales');
  const metrics = metricsOf(engine);
  engine.happens(submitted('c1', { queue: 'sales', segment: 'gold' }), accepted('c1', 0, { queue: 'sales' }));
  await metrics.render();
  engine.useQueues('billing', 'returns');
  const scrape = await Scrape.of(metrics);
  t.same(scrape.counts('contacts_submitted_total'), { 'sales voice gold': 1 });
  t.same(scrape.counts('offers_total'), { 'sales ACCEPTED': 1 });
  t.equal(scrape.value('contacts_waiting', { queue: 'sales' }), undefined);
  t.equal(scrape.value('contacts_waiting', { queue: 'returns' }), 0);
  t.equal(scrape.value('offers_total', { queue: 'returns', outcome: 'ACCEPTED' }), 0);
});

t.test('[MET1] names of any characters come through', async (t) => {
  const names = ['north "east"', 'back\\slash', 'two\nlines', 'größe 好', '__proto__', 'a,b="c"}', ''];
  const engine = new FakeEngine();
  engine.useQueues(...names);
  const metrics = metricsOf(engine);
  for (const name of names) engine.happens(submitted('c', { queue: name, channel: name, segment: name }));
  const { families } = await Scrape.of(metrics);
  const shown = families.get('cordboard_contacts_submitted_total')?.samples.map(({ labels }) => labels);
  t.same(
    shown,
    names.map((name) => ({ queue: name, channel: name, segment: name })),
  );
});

t.test('a scrape of many queues gives way to the router, and still shows each metric once and whole', async (t) => {
  const names = Array.from({ length: 700 }, (_, index) => `queue-${index}`);
  const engine = new FakeEngine();
  engine.useQueues(...names);
  const metrics = metricsOf(engine);
  let turnCount = 0;
  let isDone = false;
  const countTurns = (): void => {
    turnCount++;
    // What happens between two pages must not tear a histogram.
    engine.happens(submitted('c'), accepted('c', turnCount), submitted('d', { queue: `new-${turnCount % 9}` }));
    if (!isDone) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  const { text } = await metrics.render();
  isDone = true;
  t.ok(turnCount > 1, `${turnCount} turns of the event loop`);
  const family = readExposition(text).get('cordboard_speed_of_answer_seconds');
  t.ok((family?.samples.length ?? 0) >= 700 * 19);
});

t.test('who scrapes while a scrape is under way gets the same one', async (t) => {
  const engine = new FakeEngine();
  engine.useQueues('billing');
  const metrics = metricsOf(engine);
  const [first, second] = await Promise.all([metrics.render(), metrics.render()]);
  t.equal(first, second);
  t.equal(engine.gaugesCount, 1);
  t.not(await metrics.render(), first);
  t.equal(engine.gaugesCount, 2);
});

t.test('a scrape that fails says so, and the next one is tried anew', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  engine.gauges = () => {
    throw new Error('not now');
  };
  await t.rejects(metrics.render(), { message: 'not now' });
  Reflect.deleteProperty(engine, 'gauges');
  t.ok((await metrics.render()).text.length > 0);
});

t.test('closed metrics count no more', async (t) => {
  const engine = new FakeEngine();
  const metrics = metricsOf(engine);
  engine.happens(submitted('c1'));
  metrics.close();
  engine.happens(submitted('c2'));
  t.equal(engine.committed$.observed, false);
  t.equal((await Scrape.of(metrics)).value('journal_events_total'), 1);
});
