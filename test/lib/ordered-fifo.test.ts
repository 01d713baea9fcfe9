// The ordered queue against a sorted list: mostly ascending inserts, some that come back late.
import fc from 'fast-check';
import t from 'tap';
import { type FifoItem, OrderedFifo } from '../../src/lib/ordered-fifo.ts';

function itemOf(order: number): FifoItem {
  return { order, heapIndex: -1, fifoPlace: 'none', fifoPrevious: undefined, fifoNext: undefined };
}

t.test('inserts, removals and searches agree with a sorted list', async () => {
  const operation = fc.record({ kind: fc.constantFrom('new', 'new', 'remove', 'return'), pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const queue = new OrderedFifo<FifoItem>();
      const inside: FifoItem[] = [];
      const outside: FifoItem[] = [];
      let last = 0;
      for (const { kind, pick } of operations) {
        if (kind === 'new' || (kind === 'return' && outside.length === 0)) {
          const item = itemOf(++last);
          queue.insert(item);
          inside.push(item);
        } else if (kind === 'return') {
          const [item] = outside.splice(pick % outside.length, 1);
          if (item === undefined) continue;
          queue.insert(item);
          inside.push(item);
        } else if (inside.length > 0) {
          const [item] = inside.splice(pick % inside.length, 1);
          if (item === undefined) continue;
          queue.remove(item);
          outside.push(item);
        }
        inside.sort((a, b) => a.order - b.order);
        const odd = queue.firstWhere((item) => item.order % 2 === 1, undefined);
        if (queue.first() !== inside[0] || queue.size !== inside.length) return false;
        if (odd !== inside.find((item) => item.order % 2 === 1)) return false;
        if ([...queue].length !== inside.length) return false;
      }
      return true;
    }),
    { numRuns: 300, seed: 1 },
  );
});

t.test('an item is in one queue at a time', async (t) => {
  const queue = new OrderedFifo<FifoItem>();
  const item = itemOf(1);
  t.throws(() => queue.remove(item));
  queue.insert(item);
  t.throws(() => queue.insert(item));
});
