// The histogram against plain sorting.
import fc from 'fast-check';
import t from 'tap';
import { LatencyHistogram } from '../../src/lib/latency-histogram.ts';

t.test('without samples everything is 0', async (t) => {
  const histogram = new LatencyHistogram();
  t.equal(histogram.count, 0);
  t.equal(histogram.percentileUs(0.5), 0);
  t.equal(histogram.maxUs, 0);
});

t.test('short durations are exact, percentiles go by nearest rank', async (t) => {
  const histogram = new LatencyHistogram();
  for (let us = 1; us <= 100; us += 1) histogram.record(us);
  t.equal(histogram.percentileUs(0.5), 50);
  t.equal(histogram.percentileUs(0.99), 99);
  t.equal(histogram.percentileUs(1), 100);
  histogram.reset();
  t.equal(histogram.count, 0);
  t.equal(histogram.percentileUs(1), 0);
});

t.test('out of range is clamped', async (t) => {
  const histogram = new LatencyHistogram();
  histogram.record(-5);
  histogram.record(1e15);
  t.equal(histogram.percentileUs(0.5), 0);
  t.equal(histogram.percentileUs(1), 2_147_483_647);
});

t.test('any percentile of any samples is at most 0.8 % above the sorted one', async (t) => {
  const samples = fc.array(fc.integer({ min: 0, max: 2_147_483_647 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(samples, fc.double({ min: 0.001, max: 1, noNaN: true }), (durations, share) => {
      const histogram = new LatencyHistogram();
      for (const us of durations) histogram.record(us);
      const sorted = [...durations].sort((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
      const found = histogram.percentileUs(share);
      return found >= exact && found <= exact * 1.008 + 1 && histogram.maxUs === sorted.at(-1);
    }),
  );
  t.pass('fast-check found no counterexample');
});
