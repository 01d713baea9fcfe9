// When the engine wakes by itself: its timers are caught and run by hand.
import t, { type Test } from 'tap';
import { draft, GATEWAY, openWorld, POLICY, settled, signIn, VOICE, type World } from './world.ts';

const DAY_MS = 86_400_000;

interface Timer {
  readonly run: () => void;
  readonly delayMs: number;
  isOff: boolean;
}

/** Every timer that is set from now on, in order. */
function catchTimers(t: Test): { readonly timers: Timer[]; next(): Timer | undefined } {
  const timers: Timer[] = [];
  t.intercept(globalThis, 'setTimeout', {
    value: (run: () => void, delayMs: number): Timer => {
      const timer = { run, delayMs, isOff: false };
      timers.push(timer);
      return timer;
    },
  });
  t.intercept(globalThis, 'clearTimeout', {
    value: (timer: Timer | undefined): void => {
      if (timer !== undefined) timer.isOff = true;
    },
  });
  return { timers, next: () => timers.findLast(({ isOff }) => !isOff) };
}

function submit(world: World, id: string) {
  return world.ask({ type: 'submit', actor: GATEWAY, contact: draft(id) });
}

/** Time passes and the timer that waits comes, as late as it is. */
async function run(world: World, timer: Timer | undefined, lateMs = 0): Promise<void> {
  world.clock.advance((timer?.delayMs ?? 0) + lateMs);
  if (timer !== undefined) timer.isOff = true;
  timer?.run();
  await settled();
}

function stateOf(world: World, id: string): string | undefined {
  const known = world.core.state.known.get(id);
  return known?.contact?.phase.state ?? known?.tombstone?.state;
}

t.test('[TIME4] a deadline fires when it is due, with nobody asking', async (t) => {
  const { next } = catchTimers(t);
  const world = await openWorld();
  await signIn(world, 'ana');
  await submit(world, 'c1');
  t.equal(next()?.delayMs, VOICE.offerTimeoutMs + 500, 'the offer of c1');
  await run(world, next());
  t.equal(world.core.state.agents.get('ana')?.presence, 'BUSY', 'missed');
  t.equal(next()?.delayMs, POLICY.presence.declineCoolDownMs, 'its cool-down comes next');
  world.engine.stop();
  t.equal(next(), undefined, 'and nothing after the end');
});

t.test('[TIME4] an earlier deadline is not missed for a later one', async (t) => {
  const { next } = catchTimers(t);
  const world = await openWorld();
  await submit(world, 'c1');
  t.equal(next()?.delayMs, 7 * DAY_MS, 'the wait limit of c1');
  await signIn(world, 'ana');
  t.equal(next()?.delayMs, VOICE.offerTimeoutMs + 500, 'its offer');
  world.engine.stop();
});

t.test('[TIME4] a deadline further ahead than timers reach', async (t) => {
  const { next } = catchTimers(t);
  const [queue] = POLICY.queues;
  const queues = queue === undefined ? [] : [{ ...queue, limits: { ...queue.limits, waitMs: 60 * DAY_MS } }];
  const world = await openWorld({ policy: { ...POLICY, queues } });
  await submit(world, 'c1');
  const limitMs = 2 ** 31 - 1;
  const delays: (number | undefined)[] = [];
  for (let round = 0; round < 3; round++) {
    t.equal(stateOf(world, 'c1'), 'QUEUED');
    delays.push(next()?.delayMs);
    await run(world, next());
  }
  t.same(delays, [limitMs, limitMs, 60 * DAY_MS - 2 * limitMs]);
  t.equal(stateOf(world, 'c1'), 'EXPIRED');
  world.engine.stop();
});

t.test('[RST5] a timer that comes before the router thinks so is set again for the rest', async (t) => {
  const { next } = catchTimers(t);
  const world = await openWorld();
  await signIn(world, 'ana');
  await submit(world, 'c1');
  // The wall clock goes back an hour: the router's time goes slower until they agree.
  world.clock.wall -= 3_600_000;
  const delays: number[] = [];
  while (stateOf(world, 'c1') === 'OFFERED' && delays.length < 10) {
    delays.push(next()?.delayMs ?? 0);
    await run(world, next());
  }
  t.equal(stateOf(world, 'c1'), 'QUEUED');
  t.ok(delays.length > 1 && delays.every((delayMs) => delayMs >= 1), `set for ${delays.join(', ')} ms`);
  world.engine.stop();
});

t.test('[EDGE7] what is closed fires no more deadlines, and leaves everything durable', async (t) => {
  const { next } = catchTimers(t);
  const world = await openWorld();
  await signIn(world, 'ana');
  world.valve.close();
  world.engine.execute({ type: 'submit', actor: GATEWAY, contact: draft('c1') }, () => undefined);
  const closed = world.engine.close();
  t.equal(next(), undefined, 'nothing wakes it');
  await settled();
  world.valve.pass();
  await settled();
  world.valve.open();
  await closed;
  t.equal(world.engine.gauges().durableSeq, world.core.seq);
});

t.test('[RST6] [RST3] while the journal stalls it looks again and again; then time goes on', async (t) => {
  const { next } = catchTimers(t);
  const world = await openWorld();
  await signIn(world, 'ana');
  await submit(world, 'c1');
  const offer = next();
  world.clock.advance(19_000);
  world.valve.close();
  await signInAgain(world);
  await run(world, offer, -19_000);
  t.equal(stateOf(world, 'c1'), 'OFFERED', 'its time is over, and nobody says so');
  for (let look = 0; look < 3; look++) {
    t.equal(next()?.delayMs, 100);
    await run(world, next());
  }
  t.equal(stateOf(world, 'c1'), 'OFFERED');
  world.valve.open();
  await settled();
  t.equal(stateOf(world, 'c1'), 'QUEUED', 'an offer that had left before is missed');
  t.equal(world.core.state.agents.get('ana')?.presence, 'BUSY');
  world.engine.stop();
});

/** Something that makes an event. */
async function signInAgain(world: World): Promise<void> {
  const actor = { role: 'gateway', id: 'gw' } as const;
  world.engine.execute({ type: 'openSession', actor, sessionId: 'session-gw' }, () => undefined);
  await settled();
}
