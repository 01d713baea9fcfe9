// Rates: the bucket, the subjects' registry, and how a spell of refusals is told.
import t from 'tap';
import { defaultLimits } from '../../src/edge/limits.ts';
import { RateBucket, RefusalSpell, SubjectRates } from '../../src/edge/rate-limit.ts';

t.test('[LIM4] a bucket grants its burst, then its rate, and says how long to wait', async (t) => {
  const bucket = new RateBucket({ perSecond: 50, burst: 200 }, 0);
  for (let i = 0; i < 200; i++) t.equal(bucket.take(0), 0);
  t.equal(bucket.take(0), 20);
  t.equal(bucket.take(19), 1);
  t.equal(bucket.take(20), 0);
  t.equal(bucket.take(20), 20);
  let granted = 0;
  for (let now = 21; now <= 1_020; now++) if (bucket.take(now) === 0) granted += 1;
  t.equal(granted, 50);
});

t.test('a clock that goes back grants nothing, one that jumps ahead no more than the burst', async (t) => {
  const bucket = new RateBucket({ perSecond: 10, burst: 2 }, 1_000);
  t.equal(bucket.take(1_000), 0);
  t.equal(bucket.take(1_000), 0);
  t.equal(bucket.take(0), 100);
  t.equal(bucket.take(1_000_000), 0);
  t.equal(bucket.take(1_000_000), 0);
  t.equal(bucket.take(1_000_000), 100);
});

t.test('every subject has its own bucket by role and id; full ones are forgotten', async (t) => {
  const rates = new SubjectRates({ ...defaultLimits.rateByRole, agent: { perSecond: 10, burst: 1 } });
  t.equal(rates.take('agent', 'ana', 0), 0);
  t.equal(rates.take('agent', 'ana', 0), 100);
  t.equal(rates.take('agent', 'ben', 0), 0);
  t.equal(rates.take('gateway', 'ana', 0), 0);
  t.equal(rates.subjectCount, 3);
  rates.sweep(50);
  t.equal(rates.subjectCount, 2, 'one request in 50 ms fills a gateway of 10,000 a second');
  rates.sweep(100);
  t.equal(rates.subjectCount, 0);
});

t.test('a spell lasts as long as refusals come without a pause of a second', async (t) => {
  const cases: [refusedAt: number[], lengthMs: number, name: string][] = [
    [[0], 0, 'a first refusal'],
    [[0, 500, 1_000, 1_900], 1_900, 'a run'],
    [[0, 999, 1_999, 2_100], 101, 'a pause of a second ends it'],
    [[0, 900, 1_800, 2_700, 3_600, 4_500, 5_400], 5_400, 'as long as it goes on'],
  ];
  for (const [refusedAt, lengthMs, name] of cases) {
    const spell = new RefusalSpell();
    t.equal(refusedAt.map((at) => spell.refused(at)).at(-1), lengthMs, name);
  }
});
