// The engine resolves calendars: with each policy, at each start, and once a day, before it decides anything by old hours.
import t from 'tap';
import { decodeEvents } from '../../src/wire/event-codec.ts';
import { calendarPolicy } from '../core/oracle/policies.ts';
import { ADMIN, draft, GATEWAY, openWorld, POLICY, settled, type World } from './world.ts';

const DAY_MS = 86_400_000;
const CALENDARS = { office: calendarPolicy({ timeZone: 'UTC' }) };
/** Of 15 January 2027, a Friday, eight in the morning. */
const HOURS_POLICY = {
  ...POLICY,
  queues: POLICY.queues.map((queue) => ({ ...queue, hours: 'office' })),
  calendars: CALENDARS,
};

function typesOf(world: World): string[] {
  return world.disk.commits.flatMap(({ events }) => decodeEvents(events).map(({ event }) => event.type));
}

function submit(world: World, id: string) {
  return world.ask({ type: 'submit', actor: GATEWAY, contact: draft(id) });
}

t.test('[HRS2, HRS4] a policy takes effect with its hours', async (t) => {
  const world = await openWorld({ policy: HOURS_POLICY });
  t.teardown(() => world.engine.stop());
  t.strictSame(typesOf(world), ['policySet', 'hoursResolved']);
  t.match(await submit(world, 'c1'), { error: { reason: 'QUEUE_CLOSED', retryAfterMs: 3_600_000 } });
  world.clock.advance(3_600_000);
  t.match(await submit(world, 'c1'), { ok: { contact: { state: 'QUEUED' } } });
});

t.test('[HRS4] hours that are a day old are resolved anew, before anything is decided', async (t) => {
  const world = await openWorld({ policy: HOURS_POLICY });
  t.teardown(() => world.engine.stop());
  world.clock.advance(DAY_MS - 1);
  await submit(world, 'c1');
  t.strictSame(typesOf(world), ['policySet', 'hoursResolved']);
  world.clock.advance(70 * DAY_MS);
  t.match(await submit(world, 'c2'), { error: { reason: 'QUEUE_CLOSED' } }, 'beyond what was known, at night');
  t.strictSame(typesOf(world), ['policySet', 'hoursResolved', 'hoursResolved']);
  await world.ask({ type: 'setPolicy', actor: ADMIN, policy: POLICY, source: '', fileHash: '' });
  world.clock.advance(2 * DAY_MS);
  await submit(world, 'c3');
  t.strictSame(typesOf(world).slice(3), ['policySet', 'contactSubmitted'], 'without calendars nothing is resolved');
});

t.test('[HRS4] at a start, after `restarted`', async (t) => {
  const world = await openWorld({ policy: HOURS_POLICY });
  t.teardown(() => world.engine.stop());
  await world.ask({ type: 'restart', graceMs: 0 });
  t.strictSame(typesOf(world), ['policySet', 'hoursResolved', 'restarted']);
  world.clock.advance(2 * DAY_MS);
  world.engine.start();
  await settled();
  t.strictSame(typesOf(world).slice(3), ['hoursResolved']);
});

t.test(
  '[DNC7, HRS2] the time zones that contacts name are resolved, each before the first of them comes',
  async (t) => {
    const queues = POLICY.queues.map((queue) => ({ ...queue, contactHours: 'office' }));
    const policy = { ...POLICY, queues, calendars: CALENDARS };
    const world = await openWorld({ policy });
    t.teardown(() => world.engine.stop());
    const call = (id: string, timeZone: string) =>
      world.ask({ type: 'submit', actor: GATEWAY, contact: { ...draft(id), direction: 'OUTBOUND', timeZone } });
    t.match(
      await call('c1', ''),
      { ok: { contact: { state: 'SCHEDULED', dueAt: Date.UTC(2027, 0, 15, 9) } } },
      'at nine',
    );
    t.match(await call('c2', 'Asia/Tokyo'), { ok: { contact: { state: 'QUEUED' } } }, 'five in the afternoon');
    t.match(await call('c3', 'Europe/Madrid'), { ok: { contact: { state: 'QUEUED' } } }, 'nine');
    await call('c4', 'Asia/Tokyo');
    const [_policy, _own, _c1, ...then] = typesOf(world);
    const expected = ['hoursResolved', 'contactSubmitted', 'hoursResolved', 'contactSubmitted', 'contactSubmitted'];
    t.strictSame(then, expected);
    for (const timeZone of ['Mars/Olympus', 'asia/tokyo', 'x']) {
      const refused = await call('c5', timeZone);
      t.match(refused, { error: { reason: 'INVALID_FIELD', path: 'contact.timeZone' } }, timeZone);
    }
    const before = typesOf(world).length;
    world.clock.advance(DAY_MS);
    await world.ask({ type: 'cancel', actor: GATEWAY, contactId: 'c3', cause: 'CANCELLED', version: 0 });
    const resolved = typesOf(world).slice(before);
    t.equal(
      resolved.filter((type) => type === 'hoursResolved').length,
      3,
      'a day later: its own and the two of contacts',
    );
    await world.ask({ type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' });
    const later = typesOf(world).slice(before + resolved.length);
    t.equal(later.filter((type) => type === 'hoursResolved').length, 2, 'nobody in Madrid any more');
  },
);

t.test('[DNC7, CUS6] the time zone of a profile is resolved for the contact that takes it', async (t) => {
  const queues = POLICY.queues.map((queue) => ({ ...queue, contactHours: 'office' }));
  const world = await openWorld({ policy: { ...POLICY, queues, calendars: CALENDARS } });
  t.teardown(() => world.engine.stop());
  const profile = { name: '', segment: '', value: 0, owner: '', language: '', version: 0 };
  // As a router with another database may have taken it.
  for (const [id, timeZone] of Object.entries({ kim: 'Asia/Tokyo', lee: 'Mars/Olympus' })) {
    await world.ask({ type: 'putCustomer', actor: ADMIN, customer: { ...profile, id, timeZone } });
  }
  const call = (id: string, customerId: string) =>
    world.ask({ type: 'submit', actor: GATEWAY, contact: { ...draft(id), direction: 'OUTBOUND', customerId } });
  const contact = { state: 'QUEUED', timeZone: 'Asia/Tokyo' };
  t.match(await call('c1', 'kim'), { ok: { contact } }, 'five in the afternoon');
  t.match(
    await call('c2', 'lee'),
    { ok: { contact: { state: 'QUEUED' } } },
    'a zone that nobody knows keeps nobody back',
  );
});
