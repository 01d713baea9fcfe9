// The indexed heap against a sorted list.
import fc from 'fast-check';
import t from 'tap';
import { Heap, type HeapItem } from '../../src/lib/heap.ts';

interface Item extends HeapItem {
  readonly rank: number;
  readonly id: number;
}

function before(a: Item, b: Item): boolean {
  return a.rank !== b.rank ? a.rank < b.rank : a.id < b.id;
}

t.test('pushes, removals and searches agree with a sorted list', async () => {
  const operation = fc.record({ rank: fc.integer({ min: 0, max: 9 }), remove: fc.boolean(), pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (operations, modulus) => {
      const heap = new Heap<Item>(before);
      const model: Item[] = [];
      for (const [id, { rank, remove, pick }] of operations.entries()) {
        if (remove && model.length > 0) {
          const [gone] = model.splice(pick % model.length, 1);
          if (gone !== undefined) heap.remove(gone);
        } else {
          const item = { rank, id, heapIndex: -1 };
          heap.push(item);
          model.push(item);
        }
        model.sort((a, b) => (before(a, b) ? -1 : 1));
        const accepted = heap.firstWhere((item, divisor) => item.id % divisor === 0, modulus);
        if (heap.peek() !== model[0] || heap.size !== model.length) return false;
        if (accepted !== model.find((item) => item.id % modulus === 0)) return false;
      }
      return true;
    }),
    { numRuns: 300, seed: 1 },
  );
});

t.test('what is in no heap cannot be removed, what is in one cannot be pushed', async (t) => {
  const heap = new Heap<Item>(before);
  const item = { rank: 1, id: 1, heapIndex: -1 };
  t.throws(() => heap.remove(item));
  heap.push(item);
  t.throws(() => heap.push(item));
  heap.remove(item);
  t.equal(item.heapIndex, -1);
  t.equal(heap.peek(), undefined);
});
