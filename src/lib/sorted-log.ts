// An append-only list of (order, item) with ascending orders, in which entries go stale: found by binary search from any order on, paged
// through without holding a place, and compacted when more than half of it is stale. Everything is O(1) or O(log n), amortised.
//
// Invariants: 1. orders strictly ascend. 2. whether an entry is stale is asked of the owner (`isCurrent`); `staleCount` is what the owner told.

import { assert } from './assert.ts';

export class SortedLog<T> {
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #staleCount = 0;
  readonly #isCurrent: (item: T, order: number) => boolean;

  constructor(isCurrent: (item: T, order: number) => boolean) {
    this.#isCurrent = isCurrent;
  }

  append(item: T, order: number): void {
    const orders = this.#orders;
    assert(orders.length === 0 || (orders[orders.length - 1] as number) < order, 'orders ascend');
    orders.push(order);
    this.#items.push(item);
  }

  /** The item's present entry is stale, and it has one with this order: in the same place if it was the last. */
  renew(item: T, order: number): void {
    const last = this.#items.length - 1;
    if (this.#items[last] !== item) {
      this.markStale();
      return this.append(item, order);
    }
    assert((this.#orders[last] as number) < order, 'orders ascend');
    this.#orders[last] = order;
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

  /** In place: a new list for every so many entries would be most of what an entry costs. */
  #compact(): void {
    const orders = this.#orders;
    const items = this.#items;
    let kept = 0;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as T;
      const order = orders[index] as number;
      if (!this.#isCurrent(item, order)) continue;
      orders[kept] = order;
      items[kept] = item;
      kept++;
    }
    orders.length = kept;
    items.length = kept;
    this.#staleCount = 0;
  }
}
