// A queue by `order` for items that nearly always come in order: those form a linked list (O(1) in and out), the few that come back
// with an older order go to a heap beside it (O(log n)). The first item is the earlier of the two heads.
//
// Invariants: 1. the list is strictly ascending by order. 2. an item is in the list, in the heap, or in neither; `place` says which.
// 3. an item is in at most one OrderedFifo at a time.

import { assert } from './assert.ts';
import { Heap, type HeapItem } from './heap.ts';

export interface FifoItem extends HeapItem {
  /** Unique within one queue; smaller goes first. Must not change while the item is in a queue. */
  order: number;
  fifoPlace: 'none' | 'list' | 'heap';
  fifoPrevious: FifoItem | undefined;
  fifoNext: FifoItem | undefined;
}

function before(a: FifoItem, b: FifoItem): boolean {
  return a.order < b.order;
}

export class OrderedFifo<T extends FifoItem> {
  #head: T | undefined = undefined;
  #tail: T | undefined = undefined;
  #late: Heap<T> | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  insert(item: T): void {
    assert(item.fifoPlace === 'none', 'an item is in one queue at a time');
    this.#size++;
    const tail = this.#tail;
    if (tail !== undefined && item.order < tail.order) {
      item.fifoPlace = 'heap';
      this.#late ??= new Heap<T>(before);
      this.#late.push(item);
      return;
    }
    item.fifoPlace = 'list';
    item.fifoPrevious = tail;
    item.fifoNext = undefined;
    if (tail === undefined) this.#head = item;
    else tail.fifoNext = item;
    this.#tail = item;
  }

  remove(item: T): void {
    assert(item.fifoPlace !== 'none', 'only what is in the queue is removed from it');
    this.#size--;
    if (item.fifoPlace === 'heap') {
      this.#late?.remove(item);
    } else {
      // The neighbours of an item of this queue are items of this queue.
      const previous = item.fifoPrevious as T | undefined;
      const next = item.fifoNext as T | undefined;
      if (previous === undefined) this.#head = next;
      else previous.fifoNext = next;
      if (next === undefined) this.#tail = previous;
      else next.fifoPrevious = previous;
      item.fifoPrevious = undefined;
      item.fifoNext = undefined;
    }
    item.fifoPlace = 'none';
  }

  /** The item with the least order, or undefined. */
  first(): T | undefined {
    const head = this.#head;
    const late = this.#late?.peek();
    if (late === undefined) return head;
    return head === undefined || late.order < head.order ? late : head;
  }

  /** The item with the least order for which `accept` holds; looks only past items that were refused. */
  firstWhere<C>(accept: (item: T, context: C) => boolean, context: C): T | undefined {
    let head = this.#head;
    while (head !== undefined && !accept(head, context)) head = head.fifoNext as T | undefined;
    const late = this.#late?.firstWhere(accept, context);
    if (late === undefined) return head;
    return head === undefined || late.order < head.order ? late : head;
  }

  /** Every item, in no particular order. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let item = this.#head; item !== undefined; item = item.fifoNext as T | undefined) yield item;
    if (this.#late !== undefined) yield* this.#late.items();
  }
}
