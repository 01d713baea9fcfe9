// Samplers: the distribution that they are asked for, and one draw's place in it whatever the parameters.
import t, { type Test } from 'tap';
import { RandomStream } from '../../src/sim/random-stream.ts';
import type { Distribution } from '../../src/sim/scenario.ts';
import { samplerOf } from '../../src/sim/variate.ts';

function sample(distribution: Distribution, size: number, seed = 1): number[] {
  const sampler = samplerOf(distribution, new RandomStream(seed, 'sample'));
  return Array.from({ length: size }, () => sampler.next());
}

/** Mean within 4.5 standard errors, and shares below some points. */
function follows(
  t: Test,
  values: readonly number[],
  mean: number,
  deviation: number,
  shares: [number, number][],
): void {
  const size = values.length;
  const average = values.reduce((sum, value) => sum + value, 0) / size;
  t.ok(Math.abs(average - mean) < (4.5 * deviation) / Math.sqrt(size), `mean ${average}, wanted ${mean}`);
  for (const [below, wanted] of shares) {
    const share = values.filter((value) => value < below).length / size;
    const error = Math.sqrt((wanted * (1 - wanted)) / size);
    t.ok(Math.abs(share - wanted) < 4.5 * error, `${share} below ${below}, wanted ${wanted}`);
  }
}

t.test('[SIM2] exponential', async (t) => {
  const values = sample({ kind: 'exponential', meanMs: 180 }, 200_000);
  follows(t, values, 180, 180, [
    [18, 1 - Math.exp(-0.1)],
    [180, 1 - Math.exp(-1)],
    [720, 1 - Math.exp(-4)],
  ]);
});

t.test('[SIM2] lognormal: mean and coefficient of variation', async (t) => {
  const values = sample({ kind: 'lognormal', meanMs: 180, cv: 1.2 }, 200_000);
  const deviation = 180 * 1.2;
  const sigma = Math.sqrt(Math.log(1 + 1.44));
  const median = 180 * Math.exp(-(sigma ** 2) / 2);
  follows(t, values, 180, deviation, [
    [median, 0.5],
    [median * Math.exp(sigma), 0.841345],
    [median * Math.exp(-2 * sigma), 0.02275],
  ]);
  const steady = sample({ kind: 'lognormal', meanMs: 180, cv: 0 }, 10);
  t.ok(
    steady.every((value) => Math.abs(value - 180) < 1e-9),
    'without variation it is constant',
  );
});

t.test('[SIM2] constant and empirical', async (t) => {
  t.strictSame(sample({ kind: 'constant', ms: 7 }, 3), [7, 7, 7]);
  const values = sample({ kind: 'empirical', valuesMs: [10, 20, 60] }, 100_000);
  t.strictSame(new Set(values), new Set([10, 20, 60]));
  follows(t, values, 30, Math.sqrt((400 + 100 + 900) / 3), [
    [15, 1 / 3],
    [30, 2 / 3],
  ]);
});

t.test('[SIM3] a mean twice as long makes the same customers twice as slow', async (t) => {
  const slow = sample({ kind: 'exponential', meanMs: 200 }, 1000);
  t.strictSame(
    sample({ kind: 'exponential', meanMs: 100 }, 1000),
    slow.map((value) => value / 2),
  );
  const wide = sample({ kind: 'lognormal', meanMs: 200, cv: 0.5 }, 1000);
  for (const [index, value] of sample({ kind: 'lognormal', meanMs: 100, cv: 0.5 }, 1000).entries()) {
    t.ok(Math.abs(value / ((wide[index] ?? 0) / 2) - 1) < 1e-12);
  }
});
