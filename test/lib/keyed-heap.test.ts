// The heap by numbers against a sorted list.
import fc from 'fast-check';
import t from 'tap';
import type { HeapItem } from '../../src/lib/heap.ts';
import { KeyedHeap } from '../../src/lib/keyed-heap.ts';

interface Item extends HeapItem {
  key: number;
  readonly id: number;
}

function before(a: Item, b: Item): boolean {
  return a.id < b.id;
}

const operation = fc.record({
  key: fc.integer({ min: 0, max: 9 }),
  what: fc.constantFrom('push', 'push', 'move', 'remove'),
  pick: fc.nat(),
});

t.test('pushes, moves, removals and searches agree with a sorted list', async () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (operations, modulus) => {
      const heap = new KeyedHeap<Item>(before);
      const model: Item[] = [];
      for (const [id, { key, what, pick }] of operations.entries()) {
        const picked = model[pick % Math.max(1, model.length)];
        if (what === 'push' || picked === undefined) {
          const item = { key, id, heapIndex: -1 };
          heap.push(item, key);
          model.push(item);
        } else if (what === 'move') {
          picked.key = key;
          heap.move(picked, key);
        } else {
          model.splice(model.indexOf(picked), 1);
          heap.remove(picked);
          if (picked.heapIndex !== -1) return false;
        }
        model.sort((a, b) => a.key - b.key || a.id - b.id);
        if (heap.size !== model.length || heap.peek() !== model[0]) return false;
        if (model.some((item) => heap.keyOf(item) !== item.key)) return false;
        if (heap.leastKey !== (model[0]?.key ?? Number.POSITIVE_INFINITY)) return false;
        const accepted = heap.firstWhere((item, divisor) => item.id % divisor === 0, modulus);
        if (accepted !== model.find((item) => item.id % modulus === 0)) return false;
        if (heap.itemAt(0) !== model[0]) return false;
        for (const item of model) {
          for (const place of heap.placesBelow(item.heapIndex)) {
            const below = heap.itemAt(place);
            if (below === undefined || model.indexOf(below) <= model.indexOf(item)) return false;
          }
        }
        if (heap.secondKey !== (model[1]?.key ?? Number.POSITIVE_INFINITY)) return false;
      }
      while (model.length > 0) {
        const first = heap.peek();
        if (first === undefined || first !== model.shift()) return false;
        heap.remove(first);
      }
      return heap.size === 0;
    }),
    { numRuns: 500, seed: 1 },
  );
});

t.test('what is in no heap is neither removed nor moved, what is in one is not pushed', async (t) => {
  const heap = new KeyedHeap<Item>(before);
  const item = { key: 1, id: 1, heapIndex: -1 };
  t.throws(() => heap.remove(item));
  t.throws(() => heap.move(item, 2));
  heap.push(item, 1);
  t.throws(() => heap.push(item, 1));
  heap.remove(item);
  t.equal(heap.peek(), undefined);
  t.equal(heap.keyOf(item), undefined);
});
