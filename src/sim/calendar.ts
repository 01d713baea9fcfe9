// What will happen in the world, in order. Whatever can happen has a number (a node) of its own, given by the world, and at most one instant
// at a time: a heap of numbers in typed arrays, nothing allocated per happening.
//
// Invariants: 1. order: instant, then which was scheduled first; it follows from the run alone. 2. `#places[node]` is the node's place in the
// heap, −1 when nothing is scheduled for it. 3. `#hasHole`: the first place is free since its node was popped; whatever is scheduled next takes
// it, which spares a way up and a way down, since most of what happens schedules something.

import { assert } from '../lib/assert.ts';

export class Calendar {
  /** By place. */
  #times = new Float64Array(64);
  #ordinals = new Float64Array(64);
  #nodes = new Int32Array(64);
  /** By node. */
  #places = new Int32Array(64).fill(-1);
  #size = 0;
  #hasHole = false;
  #lastOrdinal = 0;

  /** The instant of the next happening; Infinity when there is none. */
  get nextAt(): number {
    if (this.#hasHole) this.#fillHole();
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] ?? 0);
  }

  /** How many happenings are scheduled. */
  get size(): number {
    return this.#hasHole ? this.#size - 1 : this.#size;
  }

  /** The node will happen at the instant, and not at the one that it had. */
  schedule(node: number, at: number): void {
    assert(at >= 0, 'what happens has an instant');
    if (node >= this.#places.length) this.#growNodes(node);
    if ((this.#places[node] ?? -1) !== -1) this.cancel(node);
    if (this.#hasHole) {
      this.#hasHole = false;
      this.#down(0, node, at, ++this.#lastOrdinal);
      return;
    }
    if (this.#size === this.#times.length) this.#growPlaces();
    this.#up(this.#size++, node, at, ++this.#lastOrdinal);
  }

  /** The node will not happen; nothing when nothing was scheduled. */
  cancel(node: number): void {
    if (node >= this.#places.length || (this.#places[node] ?? -1) === -1) return;
    if (this.#hasHole) this.#fillHole();
    this.#take(node);
  }

  /** Takes the next node out; there must be one. */
  pop(): number {
    if (this.#hasHole) this.#fillHole();
    assert(this.#size > 0, 'the calendar has a next happening');
    const node = this.#nodes[0] ?? 0;
    this.#places[node] = -1;
    this.#hasHole = true;
    return node;
  }

  #fillHole(): void {
    this.#hasHole = false;
    const last = --this.#size;
    if (last > 0) this.#down(0, this.#nodes[last] ?? 0, this.#times[last] ?? 0, this.#ordinals[last] ?? 0);
  }

  #take(node: number): void {
    const place = this.#places[node] ?? -1;
    this.#places[node] = -1;
    const last = --this.#size;
    if (place === last) return;
    const moved = this.#nodes[last] ?? 0;
    const at = this.#times[last] ?? 0;
    const ordinal = this.#ordinals[last] ?? 0;
    const parent = (place - 1) >> 1;
    if (place > 0 && isBefore(at, ordinal, this.#times[parent] ?? 0, this.#ordinals[parent] ?? 0)) {
      this.#up(place, moved, at, ordinal);
    } else {
      this.#down(place, moved, at, ordinal);
    }
  }

  #put(place: number, node: number, at: number, ordinal: number): void {
    this.#times[place] = at;
    this.#ordinals[place] = ordinal;
    this.#nodes[place] = node;
    this.#places[node] = place;
  }

  #up(from: number, node: number, at: number, ordinal: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const parentAt = this.#times[parent] ?? 0;
      const parentOrdinal = this.#ordinals[parent] ?? 0;
      if (!isBefore(at, ordinal, parentAt, parentOrdinal)) break;
      this.#put(place, this.#nodes[parent] ?? 0, parentAt, parentOrdinal);
      place = parent;
    }
    this.#put(place, node, at, ordinal);
  }

  #down(from: number, node: number, at: number, ordinal: number): void {
    const times = this.#times;
    const ordinals = this.#ordinals;
    const size = this.#size;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      let childAt = times[child] ?? 0;
      if (child + 1 < size) {
        const rightAt = times[child + 1] ?? 0;
        if (isBefore(rightAt, ordinals[child + 1] ?? 0, childAt, ordinals[child] ?? 0)) {
          child++;
          childAt = rightAt;
        }
      }
      const childOrdinal = ordinals[child] ?? 0;
      if (!isBefore(childAt, childOrdinal, at, ordinal)) break;
      this.#put(place, this.#nodes[child] ?? 0, childAt, childOrdinal);
      place = child;
    }
    this.#put(place, node, at, ordinal);
  }

  #growNodes(node: number): void {
    const places = new Int32Array(Math.max(node + 1, 2 * this.#places.length)).fill(-1);
    places.set(this.#places);
    this.#places = places;
  }

  #growPlaces(): void {
    const times = new Float64Array(2 * this.#times.length);
    times.set(this.#times);
    this.#times = times;
    const ordinals = new Float64Array(2 * this.#ordinals.length);
    ordinals.set(this.#ordinals);
    this.#ordinals = ordinals;
    const nodes = new Int32Array(2 * this.#nodes.length);
    nodes.set(this.#nodes);
    this.#nodes = nodes;
  }
}

function isBefore(at: number, ordinal: number, otherAt: number, otherOrdinal: number): boolean {
  return at < otherAt || (at === otherAt && ordinal < otherOrdinal);
}
