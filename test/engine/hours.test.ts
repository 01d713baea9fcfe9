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
