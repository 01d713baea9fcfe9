// Flows through networks, against a search for the least cut over all subsets of nodes.
import t from 'tap';
import { FlowNetwork } from '../../src/lib/max-flow.ts';
import { Prng } from '../../src/lib/prng.ts';

type Arc = readonly [from: number, to: number, capacity: number];

function networkOf(nodeCount: number, arcs: readonly Arc[]): FlowNetwork {
  const network = new FlowNetwork(nodeCount);
  for (const [from, to, capacity] of arcs) network.connect(from, to, capacity);
  return network;
}

/** The least capacity of arcs that lead out of any set with node 0 and without the last (Ford and Fulkerson: it is the greatest flow). */
function leastCut(nodeCount: number, arcs: readonly Arc[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let inner = 0; inner < 2 ** (nodeCount - 2); inner++) {
    const isIn = (node: number): boolean => node === 0 || (node < nodeCount - 1 && ((inner >> (node - 1)) & 1) === 1);
    const cut = arcs.reduce((sum, [from, to, capacity]) => sum + (isIn(from) && !isIn(to) ? capacity : 0), 0);
    least = Math.min(least, cut);
  }
  return least;
}

t.test('small networks', async (t) => {
  t.equal(networkOf(2, []).maximize(0, 1), 0, 'no way');
  t.equal(
    networkOf(3, [
      [0, 1, 3],
      [1, 2, 2],
    ]).maximize(0, 2),
    2,
    'the narrowest place',
  );
  const crossed: Arc[] = [
    [0, 1, 1],
    [0, 2, 1],
    [1, 2, 1],
    [1, 3, 1],
    [2, 3, 1],
  ];
  t.equal(networkOf(4, crossed).maximize(0, 3), 2, 'a path is given up for a better one');
  const wide: Arc[] = [
    [0, 1, 2.5],
    [1, 2, Number.POSITIVE_INFINITY],
    [2, 3, 4],
  ];
  const network = networkOf(4, wide);
  t.equal(network.maximize(0, 3), 2.5, 'an arc without a bound');
  t.same(network.reachable(0), [true, false, false, false], 'what is short of supply');
});

t.test('the greatest flow is the least cut, and the side of the source is one', async (t) => {
  const prng = new Prng(11);
  for (let round = 0; round < 300; round++) {
    const nodeCount = 3 + prng.below(5);
    const arcs: Arc[] = [];
    for (let from = 0; from < nodeCount - 1; from++) {
      for (let to = 1; to < nodeCount; to++) {
        if (from !== to && prng.below(100) < 60)
          arcs.push([from, to, prng.below(2) === 0 ? prng.below(10) : prng.below(1000) / 7]);
      }
    }
    const network = networkOf(nodeCount, arcs);
    const flow = network.maximize(0, nodeCount - 1);
    const expected = leastCut(nodeCount, arcs);
    if (Math.abs(flow - expected) > 1e-9 * (1 + expected)) t.fail(`round ${round}: ${flow}, not ${expected}`);
    const side = network.reachable(0);
    const cut = arcs.reduce((sum, [from, to, capacity]) => sum + (side[from] && !side[to] ? capacity : 0), 0);
    if (side[nodeCount - 1] || Math.abs(cut - expected) > 1e-9 * (1 + expected)) t.fail(`round ${round}: no least cut`);
  }
  t.pass('300 networks');
});

t.test('a thousand to a thousand does not take long', async (t) => {
  const count = 1_000;
  const network = new FlowNetwork(2 * count + 2);
  for (let index = 0; index < count; index++) {
    network.connect(0, 1 + index, 1 + (index % 7));
    network.connect(1 + count + index, 2 * count + 1, 1 + (index % 5));
    for (let step = 0; step < 50; step++) {
      network.connect(1 + index, 1 + count + ((index * 31 + step * 17) % count), Number.POSITIVE_INFINITY);
    }
  }
  t.equal(network.maximize(0, 2 * count + 1), 3_000, 'all that the sink takes');
});
