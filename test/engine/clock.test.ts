// The router's time, with both clocks set by hand.
import t from 'tap';
import { EngineClock } from '../../src/engine/clock.ts';
import { HandClock, START_MS } from './world.ts';

t.test('[RST5] it starts at the later of the wall clock and the last journalled instant', async (t) => {
  const source = new HandClock();
  t.equal(new EngineClock(source, 0).now(), START_MS);
  t.equal(new EngineClock(source, START_MS + 5000).now(), START_MS + 5000);
});

t.test('[RST5] it goes on with the monotonic clock while the wall clock stands', async (t) => {
  const source = new HandClock();
  const clock = new EngineClock(source, START_MS + 60_000);
  source.monotonic += 1000;
  const after = clock.now();
  t.ok(after > START_MS + 60_000, 'not standing');
  t.ok(after <= START_MS + 61_000, 'not running ahead');
});

t.test('[RST5] a forward jump of the wall clock is adopted at once', async (t) => {
  const source = new HandClock();
  const clock = new EngineClock(source, 0);
  source.wall += 3_600_000;
  t.equal(clock.now(), START_MS + 3_600_000);
});

t.test('[RST5] a backward jump is slewed: never back, slower until the wall clock has caught up', async (t) => {
  const source = new HandClock();
  const clock = new EngineClock(source, 0);
  source.advance(10_000);
  t.equal(clock.now(), START_MS + 10_000);
  source.wall -= 5000;
  t.equal(clock.now(), START_MS + 10_000, 'not back');
  t.ok(clock.gapSeconds() < -4.9, 'the gap is told');
  let last = clock.now();
  for (let step = 0; step < 100; step++) {
    source.advance(100);
    const now = clock.now();
    t.ok(now > last, 'always on');
    last = now;
  }
  t.equal(last, START_MS + 19_500, 'at 95 % of the pace');
  source.advance(200_000);
  t.ok(Math.abs(clock.gapSeconds()) < 0.01, 'until both agree');
});
