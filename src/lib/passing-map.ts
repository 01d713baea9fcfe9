// A Map for large entries that come and go without end. When V8's Map makes itself a new table, the old one stays linked to it; once an old
// table has reached the old generation, it keeps every later table, and all that was in them, until a full collection: what should die young
// is copied again and again. Here tables hold boxes, and a box is emptied when its entry goes.
//
// Invariants: 1. like a Map, in order of insertion; but undefined is no value.

interface Box<V> {
  value: V | undefined;
}

export class PassingMap<K, V extends object> {
  readonly #boxes = new Map<K, Box<V>>();

  get size(): number {
    return this.#boxes.size;
  }

  get(key: K): V | undefined {
    return this.#boxes.get(key)?.value;
  }

  /** Sets the value; a key that is there keeps its place. */
  set(key: K, value: V): void {
    const box = this.#boxes.get(key);
    if (box === undefined) this.#boxes.set(key, { value });
    else box.value = value;
  }

  delete(key: K): void {
    const box = this.#boxes.get(key);
    if (box === undefined) return;
    box.value = undefined;
    this.#boxes.delete(key);
  }

  *values(): IterableIterator<V> {
    for (const { value } of this.#boxes.values()) if (value !== undefined) yield value;
  }

  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (const [key, { value }] of this.#boxes) if (value !== undefined) yield [key, value];
  }
}
