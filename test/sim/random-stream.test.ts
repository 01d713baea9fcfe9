// Streams of random numbers: fixed by seed and name, and as random as the figures need.
import t from 'tap';
import { RandomStream } from '../../src/sim/random-stream.ts';

t.test('[SIM2] a seed and a name mean the same numbers for ever', async (t) => {
  const stream = new RandomStream(1, 'traffic all arrivals');
  t.strictSame(
    [stream.bits(), stream.bits(), stream.bits(), stream.uniform()],
    [-805348050, 1745324767, 1300558156, 0.5587063104799929],
  );
});

t.test('[SIM3] streams of other names and other seeds have nothing to do with each other', async (t) => {
  const names = ['traffic a arrivals', 'traffic b arrivals', 'traffic a handle', 'agent a choice'];
  const streams = names.flatMap((name) => [1, 2, -1, 2 ** 40].map((seed) => new RandomStream(seed, name)));
  const samples = streams.map((stream) => Array.from({ length: 4000 }, () => stream.uniform() - 0.5));
  for (const [index, one] of samples.entries()) {
    for (const other of samples.slice(index + 1)) {
      const correlation = one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0) * 12;
      t.ok(Math.abs(correlation) / Math.sqrt(4000) < 4.5);
    }
  }
});

t.test('[SIM2] uniforms fill the unit interval evenly and are never 0 or 1', async (t) => {
  const stream = new RandomStream(5, 'even');
  const counts = new Array<number>(64).fill(0);
  const size = 640_000;
  let least = 1;
  let most = 0;
  for (let index = 0; index < size; index++) {
    const value = stream.uniform();
    least = Math.min(least, value);
    most = Math.max(most, value);
    const cell = Math.floor(value * 64);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - size / 64) ** 2 / (size / 64), 0);
  t.ok(least > 0 && most < 1 && least < 1e-4 && most > 1 - 1e-4);
  // 63 degrees of freedom: mean 63, standard deviation 11.2.
  t.ok(chiSquare > 63 - 45 && chiSquare < 63 + 45, `χ² = ${chiSquare.toFixed(1)}`);
});

t.test('[SIM2] every bit is set half of the time', async (t) => {
  const stream = new RandomStream(6, 'bits');
  const counts = new Array<number>(32).fill(0);
  for (let index = 0; index < 100_000; index++) {
    const bits = stream.bits();
    for (let bit = 0; bit < 32; bit++) counts[bit] = (counts[bit] ?? 0) + ((bits >>> bit) & 1);
  }
  for (const count of counts) t.ok(Math.abs(count - 50_000) < 4.5 * 158);
});
