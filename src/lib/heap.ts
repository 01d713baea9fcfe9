// A binary heap whose items know their own place, so that any of them can be taken out in O(log n).
//
// Invariants: 1. `items[i].heapIndex === i` for every item in the heap, −1 outside of it. 2. no item is `before` its parent.
// 3. an item is in at most one heap at a time; whoever needs it in several puts an entry of its own into each.

import { assert } from './assert.ts';

export interface HeapItem {
  /** Place in the heap; −1: in none. */
  heapIndex: number;
}

/** Orders by `before`, a strict total order. Insertion of items that come in order costs O(1). */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first item, or undefined when there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** All items, in no particular order. */
  items(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    assert(item.heapIndex === -1, 'an item is in one heap at a time');
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  remove(item: T): void {
    const index = item.heapIndex;
    assert(this.#items[index] === item, 'only what is in the heap is removed from it');
    item.heapIndex = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#up(last, index);
    if (last.heapIndex === index) this.#down(last, index);
  }

  /** The first item for which `accept` holds; looks only behind items that were refused. */
  firstWhere<C>(accept: (item: T, context: C) => boolean, context: C): T | undefined {
    return this.#search(0, undefined, accept, context);
  }

  #search<C>(index: number, found: T | undefined, accept: (item: T, context: C) => boolean, context: C): T | undefined {
    const item = this.#items[index];
    if (item === undefined || (found !== undefined && !this.#before(item, found))) return found;
    if (accept(item, context)) return item;
    const left = this.#search(2 * index + 1, found, accept, context);
    return this.#search(2 * index + 2, left, accept, context);
  }

  #up(item: T, from: number): void {
    const items = this.#items;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || !this.#before(item, parent)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = parentIndex;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  #down(item: T, from: number): void {
    const items = this.#items;
    let index = from;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = items[leftIndex];
      if (left === undefined) break;
      const right = items[leftIndex + 1];
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, item)) break;
      const childIndex = child.heapIndex;
      items[index] = child;
      child.heapIndex = index;
      index = childIndex;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
