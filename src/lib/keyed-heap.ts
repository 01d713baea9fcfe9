// A heap of items with a number each, least number first; equal numbers are told apart by `before`. The numbers stand in a list of their own and each
// item has four below it, so that an item finds its place by looking at numbers side by side and at hardly any item.
//
// Invariants: 1. `items[i].heapIndex === i` for every item in the heap, −1 outside of it. 2. no item is before its parent.
// 3. an item is in at most one heap at a time.

import { assert } from './assert.ts';
import type { HeapItem } from './heap.ts';

const FAN_OUT_BITS = 2;
const FAN_OUT = 1 << FAN_OUT_BITS;

export class KeyedHeap<T extends HeapItem> {
  readonly #keys: number[] = [];
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before` orders items of one key; with the key it must make a strict total order. */
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

  /** The first item's number; Infinity when there is none. */
  get leastKey(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY;
  }

  /** The number that would be the least without the first item. */
  get secondKey(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let index = 1; index <= FAN_OUT; index++) least = Math.min(least, this.#keys[index] ?? least);
    return least;
  }

  /** The item's number; undefined when it is not in the heap. */
  keyOf(item: T): number | undefined {
    return this.#keys[item.heapIndex];
  }

  push(item: T, key: number): void {
    assert(item.heapIndex === -1, 'an item is in one heap at a time');
    const index = this.#items.length;
    this.#items.push(item);
    this.#keys.push(key);
    this.#up(item, key, index);
  }

  remove(item: T): void {
    const index = item.heapIndex;
    assert(this.#items[index] === item, 'only what is in the heap is removed from it');
    item.heapIndex = -1;
    const last = this.#items.pop();
    const key = this.#keys.pop();
    if (last === undefined || key === undefined || last === item) return;
    this.#place(last, key, index);
  }

  /** Gives an item of the heap another number, and its place. */
  move(item: T, key: number): void {
    const index = item.heapIndex;
    assert(this.#items[index] === item, 'only what is in the heap is moved in it');
    this.#place(item, key, index);
  }

  /** The item at a place, 0 being the first's; undefined where there is none. */
  itemAt(place: number): T | undefined {
    return this.#items[place];
  }

  /** The places right below a place, as far as there are items: none of these goes before the one above. */
  *placesBelow(place: number): Generator<number> {
    const first = (place << FAN_OUT_BITS) + 1;
    const end = Math.min(first + FAN_OUT, this.#items.length);
    for (let below = first; below < end; below++) yield below;
  }

  /** The first item for which `accept` holds; looks only behind items that were refused. */
  firstWhere<C>(accept: (item: T, context: C) => boolean, context: C): T | undefined {
    const place = this.#search(0, -1, accept, context);
    return place === -1 ? undefined : this.#items[place];
  }

  /** Place of the first that is accepted, from `index` down, if it goes before the one at `found`. */
  #search<C>(index: number, found: number, accept: (item: T, context: C) => boolean, context: C): number {
    const item = this.#items[index];
    if (item === undefined || (found !== -1 && !this.#goesBefore(index, found))) return found;
    if (accept(item, context)) return index;
    const first = (index << FAN_OUT_BITS) + 1;
    let best = found;
    for (let child = first; child < first + FAN_OUT; child++) best = this.#search(child, best, accept, context);
    return best;
  }

  #goesBefore(index: number, other: number): boolean {
    const key = this.#keys[index] as number;
    const otherKey = this.#keys[other] as number;
    return key < otherKey || (key === otherKey && this.#before(this.#items[index] as T, this.#items[other] as T));
  }

  #place(item: T, key: number, index: number): void {
    this.#up(item, key, index);
    if (item.heapIndex === index) this.#down(item, key, index);
  }

  #up(item: T, key: number, from: number): void {
    const items = this.#items;
    const keys = this.#keys;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> FAN_OUT_BITS;
      const parentKey = keys[parent] as number;
      if (parentKey < key || (parentKey === key && !this.#before(item, items[parent] as T))) break;
      this.#put(items[parent] as T, parentKey, index);
      index = parent;
    }
    this.#put(item, key, index);
  }

  #down(item: T, key: number, from: number): void {
    const items = this.#items;
    const keys = this.#keys;
    let index = from;
    for (;;) {
      const first = (index << FAN_OUT_BITS) + 1;
      if (first >= items.length) break;
      const child = this.#leastOf(first, Math.min(first + FAN_OUT, items.length));
      const childKey = keys[child] as number;
      if (key < childKey || (key === childKey && this.#before(item, items[child] as T))) break;
      this.#put(items[child] as T, childKey, index);
      index = child;
    }
    this.#put(item, key, index);
  }

  /** Of the places from `first` up to `end` the one whose item goes first. */
  #leastOf(first: number, end: number): number {
    const keys = this.#keys;
    let least = first;
    let leastKey = keys[first] as number;
    for (let index = first + 1; index < end; index++) {
      const key = keys[index] as number;
      if (key > leastKey) continue;
      if (key === leastKey && !this.#before(this.#items[index] as T, this.#items[least] as T)) continue;
      least = index;
      leastKey = key;
    }
    return least;
  }

  #put(item: T, key: number, index: number): void {
    this.#items[index] = item;
    this.#keys[index] = key;
    item.heapIndex = index;
  }
}
