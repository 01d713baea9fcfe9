// The product-limit estimate: a published example, ties, conditional draws, and what is beyond the last end.
import t from 'tap';
import { KaplanMeier, type Lasting } from '../../src/sim/kaplan-meier.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';

const ended = (ms: number): Lasting => ({ ms, ended: true });
const bound = (ms: number): Lasting => ({ ms, ended: false });

t.test('[RPL2] the remission times of Freireich and others (1963), as textbooks have them', async (t) => {
  const ends = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(ended);
  const bounds = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(bound);
  const estimate = new KaplanMeier([...bounds, ...ends]);
  const shares = [6, 7, 10, 13, 16, 22, 23].map((ms) => estimate.lasting(ms).toFixed(3));
  t.same(shares, ['0.857', '0.807', '0.753', '0.690', '0.627', '0.538', '0.448']);
  t.equal(estimate.lasting(5.9), 1);
  t.equal(estimate.lasting(1000), estimate.lasting(23));
  t.equal(estimate.endCount, 9);
});

t.test('[RPL2] at one duration those who end come before those of whom no more is known', async (t) => {
  const estimate = new KaplanMeier([bound(5), ended(5), ended(5), bound(5)]);
  t.equal(estimate.lasting(5), 0.5);
});

t.test('[RPL2] a draw is longer than what was seen, in the proportions of the estimate', async (t) => {
  const estimate = new KaplanMeier([10, 20, 30, 40].map(ended));
  const counts = new Map<number, number>();
  for (let i = 0; i < 600; i++) {
    const drawn = estimate.drawBeyond(10, (i + 0.5) / 600);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  t.same(
    [...counts].sort(([a], [b]) => a - b),
    [
      [20, 200],
      [30, 200],
      [40, 200],
    ],
  );
  t.equal(estimate.drawBeyond(40, 0.5), Number.POSITIVE_INFINITY, 'nobody was seen to last longer');
});

t.test('[RPL2] what is left beyond the last end never ends', async (t) => {
  const estimate = new KaplanMeier([ended(10), bound(20), bound(20), bound(20)]);
  t.equal(estimate.drawBeyond(0, 0.9), 10);
  t.equal(estimate.drawBeyond(0, 0.7), Number.POSITIVE_INFINITY);
  t.equal(estimate.drawBeyond(10, 0.001), Number.POSITIVE_INFINITY);
  t.equal(new KaplanMeier([]).drawBeyond(0, 0.5), Number.POSITIVE_INFINITY);
});

t.test('[RPL2] patience comes back out of waits that answers cut short', async (t) => {
  // Exponential patience of mean 100, cut by answers that come after a time of mean 60.
  const stream = new RandomStream(1, 'test');
  const observations = Array.from({ length: 20_000 }, () => {
    const [patience, answer] = [-100 * Math.log(stream.uniform()), -60 * Math.log(stream.uniform())];
    return patience < answer ? ended(patience) : bound(answer);
  });
  const estimate = new KaplanMeier(observations);
  for (const ms of [20, 50, 100, 200]) {
    const error = estimate.lasting(ms) - Math.exp(-ms / 100);
    t.ok(Math.abs(error) < 0.015, `longer than ${ms}: off by ${error}`);
  }
});
