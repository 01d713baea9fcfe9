// Erlang's formulas against published figures, against sums and integrals done another way, and at their edges.
import t, { type Test } from 'tap';
import { type ErlangQueue, erlangA, erlangB, erlangC, fewestAgents } from '../../src/sim/erlang.ts';

const NEVER = Number.POSITIVE_INFINITY;

function close(t: Test, found: number, expected: number, tolerance: number, what: string): void {
  t.ok(Math.abs(found - expected) <= tolerance, `${what}: expected ${expected}, found ${found}`);
}

t.test('[STF1] Erlang B as in the published tables: the load that so many agents carry at 1 % blocked', async (t) => {
  const loads = [
    [1, 0.0101],
    [2, 0.153],
    [5, 1.361],
    [10, 4.461],
    [20, 12.03],
    [50, 37.9],
    [100, 84.06],
  ] as const;
  for (const [agents, load] of loads) close(t, erlangB(load, agents), 0.01, 1e-4, `${agents} agents`);
  close(t, erlangB(3, 5), 0.11005435, 5e-9, '5 agents, load 3');
  t.equal(erlangB(0, 0), 1);
  t.equal(erlangB(0, 3), 0);
  t.ok(erlangB(1, 10_000) < 1e-290, 'no overflow');
});

t.test('[STF1] Erlang C', async (t) => {
  close(t, erlangC(8, 10), 0.40918015, 5e-9, 'P(wait)');
  t.equal(erlangC(10, 10), 1);
  const ten = erlangA({ arrivalRate: 8, meanHandle: 1, meanPatience: NEVER, agents: 10 }, 0.2);
  close(t, ten.probabilityOfWait, 0.40918015, 5e-9, 'P(wait)');
  close(t, ten.meanWait, 0.20459008, 5e-9, 'mean wait');
  close(t, ten.ofArrivals, 0.72572, 5e-6, 'service level');
  const calls = erlangA({ arrivalRate: 100 / 1800, meanHandle: 180, meanPatience: NEVER, agents: 14 }, 20);
  close(t, calls.probabilityOfWait, 0.174132, 5e-7, 'P(wait)');
  close(t, calls.meanWait, 7.836, 5e-4, 'mean wait');
  close(t, calls.ofArrivals, 0.88835, 5e-7, 'service level');
  t.same(erlangA({ arrivalRate: 10, meanHandle: 1, meanPatience: NEVER, agents: 10 }, 1).meanWait, NEVER);
});

t.test('[STF1] Erlang A', async (t) => {
  const figures = erlangA({ arrivalRate: 10, meanHandle: 1, meanPatience: 2, agents: 10 }, 0.2);
  close(t, figures.probabilityOfWait, 0.619655, 5e-7, 'P(wait)');
  close(t, figures.abandonRatio, 0.103913, 5e-7, 'P(abandon)');
  close(t, figures.meanWait, 0.207826, 5e-7, 'mean wait');
  close(t, figures.ofArrivals, 0.572023, 5e-7, 'of arrivals');
  close(t, figures.ofArrivalsLessShortAbandons, 0.601748, 5e-7, 'less short abandons');
  close(t, figures.notWaitingLonger, 0.621421, 5e-7, 'not waiting longer');
});

const QUEUES: readonly (readonly [queue: ErlangQueue, within: number])[] = [
  [{ arrivalRate: 10, meanHandle: 1, meanPatience: 2, agents: 10 }, 0.2],
  [{ arrivalRate: 10, meanHandle: 1, meanPatience: 2, agents: 3 }, 1],
  [{ arrivalRate: 2, meanHandle: 3, meanPatience: 0.2, agents: 1 }, 0.1],
  [{ arrivalRate: 0.2, meanHandle: 180, meanPatience: 120, agents: 34 }, 20],
  [{ arrivalRate: 0.5, meanHandle: 180, meanPatience: 600, agents: 88 }, 20],
  [{ arrivalRate: 0.9, meanHandle: 1, meanPatience: 50, agents: 1 }, 3],
];

t.test(
  '[STF1] Erlang A by another way: the birth and death process, and the density of the virtual wait',
  async (t) => {
    for (const [queue, within] of QUEUES) {
      const what = JSON.stringify(queue);
      const { arrivalRate, meanHandle, meanPatience, agents } = queue;
      const found = erlangA(queue, within);
      const weights = [1];
      for (let n = 1; n < 4000; n++) {
        const leaving = Math.min(n, agents) / meanHandle + Math.max(0, n - agents) / meanPatience;
        weights.push(((weights.at(-1) ?? 0) * arrivalRate) / leaving);
      }
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      const inLine = weights.reduce((sum, weight, n) => sum + weight * Math.max(0, n - agents), 0) / all;
      const waiting = weights.slice(agents).reduce((sum, weight) => sum + weight, 0) / all;
      close(t, found.probabilityOfWait, waiting, 1e-9, `P(wait) of ${what}`);
      close(t, found.meanWait, inLine / arrivalRate, 1e-9 * (1 + inLine / arrivalRate), `mean wait of ${what}`);
      close(t, found.abandonRatio, inLine / meanPatience / arrivalRate, 1e-9, `P(abandon) of ${what}`);
      // Simpson's rule over the density of the virtual wait, up to the time asked for.
      const before = (weights[agents - 1] ?? 0) / all;
      const density = (x: number): number =>
        arrivalRate *
        before *
        Math.exp(arrivalRate * meanPatience * (1 - Math.exp(-x / meanPatience)) - (agents / meanHandle) * x);
      const answered = 1 - waiting + simpson((x) => density(x) * Math.exp(-x / meanPatience), within);
      const longer = (waiting - simpson(density, within)) * Math.exp(-within / meanPatience);
      close(t, found.ofArrivals, answered, 1e-8, `answered in time of ${what}`);
      close(t, found.notWaitingLonger, 1 - longer, 1e-8, `not waiting longer of ${what}`);
    }
  },
);

function simpson(of: (x: number) => number, to: number): number {
  const count = 2000;
  let sum = of(0) + of(to);
  for (let i = 1; i < count; i++) sum += (i % 2 === 1 ? 4 : 2) * of((i * to) / count);
  return (sum * to) / count / 3;
}

t.test('[STF1] very large, very overloaded and very patient queues have figures too', async (t) => {
  const fluid = erlangA({ arrivalRate: 1000, meanHandle: 1, meanPatience: 500, agents: 500 }, 0.2);
  close(t, fluid.abandonRatio, 0.5, 1e-9, 'half of them leave');
  close(t, fluid.meanWait, 250, 1e-6, 'as long as it takes half of them to leave');
  const large = erlangA({ arrivalRate: 10_000, meanHandle: 1, meanPatience: 1, agents: 10_300 }, 0.1);
  t.ok(large.ofArrivals > 0.99 && large.ofArrivals < 1, `${large.ofArrivals}`);
  const patient = erlangA({ arrivalRate: 8, meanHandle: 1, meanPatience: 1e7, agents: 10 }, 0.2);
  close(t, patient.meanWait, 0.20459008, 5e-9, 'as without patience');
  t.match(erlangA({ arrivalRate: 1, meanHandle: 1, meanPatience: 3, agents: 0 }, 1), { abandonRatio: 1, meanWait: 3 });
  const lossy = { arrivalRate: 3, meanHandle: 1, meanPatience: 0, agents: 5 };
  close(t, erlangA(lossy, 1).abandonRatio, erlangB(3, 5), 1e-12, 'nobody waits: Erlang B');
  close(t, erlangA({ ...lossy, meanPatience: 1e-9 }, 1).ofArrivals, 1 - erlangB(3, 5), 1e-6, 'hardly anybody waits');
  t.match(erlangA({ arrivalRate: 0, meanHandle: 1, meanPatience: 3, agents: 0 }, 1), { ofArrivals: 1, meanWait: 0 });
});

t.test('[STF1] the fewest agents meet the target, one less misses it', async (t) => {
  for (const load of [0.1, 1, 5, 20, 80, 400]) {
    for (const meanPatience of [60, 300, NEVER]) {
      const queue = { arrivalRate: load / 180, meanHandle: 180, meanPatience };
      const agents = fewestAgents(queue, 0.8, 20) ?? 0;
      t.ok(erlangA({ ...queue, agents }, 20).ofArrivals >= 0.8, `load ${load}: ${agents} do`);
      t.ok(erlangA({ ...queue, agents: agents - 1 }, 20).ofArrivals < 0.8, `load ${load}: ${agents - 1} do not`);
    }
  }
  t.equal(fewestAgents({ arrivalRate: 100 / 1800, meanHandle: 180, meanPatience: NEVER }, 0.8, 20), 14);
  t.equal(fewestAgents({ arrivalRate: 0, meanHandle: 180, meanPatience: NEVER }, 0.8, 20), 0);
});
