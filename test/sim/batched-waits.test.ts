// Percentiles of waits with their error: on draws whose percentiles are known.
import t from 'tap';
import { BATCHES } from '../../src/sim/batch-means.ts';
import { BatchedWaits } from '../../src/sim/batched-waits.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';
import { Exponential } from '../../src/sim/variate.ts';

t.test('[SIM13] the interval of a percentile covers the truth nineteen times out of twenty', async (t) => {
  const meanMs = 30_000;
  const draws = new Exponential(meanMs, new RandomStream(9, 'percentiles'));
  const runs = 300;
  for (const share of [0.5, 0.95, 0.99]) {
    const truth = -meanMs * Math.log(1 - share);
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const waits = new BatchedWaits();
      for (let batch = 0; batch < BATCHES; batch++)
        for (let one = 0; one < 200; one++) waits.record(batch, draws.next());
      const found = waits.percentileMs(share) ?? 0;
      if (Math.abs(found - truth) <= (waits.percentileHalfWidthMs(share) ?? 0)) covered++;
    }
    t.ok(covered / runs > 0.9 && covered / runs < 0.99, `${share}: ${covered} of ${runs}`);
  }
});

t.test('[SIM13] batches that differ make it wider, and too few make none', async (t) => {
  const even = new BatchedWaits();
  const uneven = new BatchedWaits();
  const few = new BatchedWaits();
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let one = 1; one <= 100; one++) {
      even.record(batch, one * 1000);
      uneven.record(batch, (batch % 3) * 20_000 + one * 600);
      if (batch < 9) few.record(batch, one * 1000);
    }
  }
  t.equal(even.percentileHalfWidthMs(0.5), 0, 'all batches alike: nothing says that another run would differ');
  t.ok((uneven.percentileHalfWidthMs(0.5) ?? 0) > 1000);
  t.equal(few.percentileHalfWidthMs(0.5), null);
  t.equal(new BatchedWaits().percentileHalfWidthMs(0.5), null);
});

t.test('[SIM13] two together are as one that counted both, whatever their lengths', async (t) => {
  const one = new BatchedWaits();
  const other = new BatchedWaits();
  const both = new BatchedWaits();
  for (let index = 0; index < 3000; index++) {
    const batch = index % BATCHES;
    const ms = index % 7 === 0 ? index * 1e9 : (index * 37) % 100_000;
    (index % 2 === 0 ? one : other).record(batch, ms);
    both.record(batch, ms);
  }
  one.addAll(other);
  for (const share of [0, 0.3, 0.5, 0.9, 1]) {
    t.equal(one.percentileMs(share), both.percentileMs(share));
    t.equal(one.percentileHalfWidthMs(share), both.percentileHalfWidthMs(share));
  }
});
