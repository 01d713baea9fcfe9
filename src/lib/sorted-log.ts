// An append-only list of (order, item) with ascending orders, in which entries go stale: found by binary search from any order on, paged
// through without holding a place, and compacted when more than half of it is stale. Everything is O(1) or O(log n), amortised.
//
// Invariants: 1. orders strictly ascend. 2. whether an entry is stale is asked of the owner (`isCurrent`); `staleCount` is what the owner told.

import { assert } from './assert.ts';

export class SortedLog<T> {
  #orders: number[] = [];
  #items: T[] = [];
  #staleCount = 0;
  readonly #isCurrent: (item: T, order: number) => boolean;

  constructor(isCurrent: (item: T, order: number) => boolean) {
    this.#isCurrent = isCurrent;
  }

  append(item: T, order: number): void {
    const last = this.#orders.at(-1);
    assert(last === undefined || last < order, 'orders ascend');
    this.#orders.push(order);
    this.#items.push(item);
  }

  /** One entry that was appended is stale from now on. */
  markStale(): void {
    this.#staleCount++;
    if (this.#staleCount > 64 && this.#staleCount * 2 > this.#items.length) this.#compact();
  }

  /**
   * Up to `limit` current items that `accept` takes, of those after `order`, oldest first; looks at `examineMax` entries at most.
   * `last` is the last current item that was looked at, taken or not; `next` the order to go on after, undefined at the end.
   */
  pageAfter(
    order: number,
    limit: number,
    examineMax: number,
    accept: (item: T) => boolean,
  ): { items: T[]; last: T | undefined; next: number | undefined } {
    const found: T[] = [];
    let last: T | undefined;
    let index = this.#indexAfter(order);
    const end = Math.min(this.#items.length, index + examineMax);
    for (; index < end && found.length < limit; index++) {
      const item = this.#items[index] as T;
      if (!this.#isCurrent(item, this.#orders[index] as number)) continue;
      last = item;
      if (accept(item)) found.push(item);
    }
    return { items: found, last, next: index < this.#items.length ? this.#orders[index - 1] : undefined };
  }

  #indexAfter(order: number): number {
    let low = 0;
    let high = this.#orders.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#orders[middle] as number) <= order) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    const orders: number[] = [];
    const items: T[] = [];
    for (let index = 0; index < this.#items.length; index++) {
      const item = this.#items[index] as T;
      const order = this.#orders[index] as number;
      if (!this.#isCurrent(item, order)) continue;
      orders.push(order);
      items.push(item);
    }
    this.#orders = orders;
    this.#items = items;
    this.#staleCount = 0;
  }
}
