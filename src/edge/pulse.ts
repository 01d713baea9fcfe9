/**
 * A tick a second for every connection, spread over the second, so that no turn of the event loop pays for all of them
 * and pings do not leave in one burst.
 *
 * 1. Who is added is ticked once a second until removed.
 */
import type { Timers } from './timers.ts';

/** What is ticked. */
export interface Pulsed {
  tick(): void;
}

const SLOT_COUNT = 16;
const SECOND_MS = 1_000;

export class Pulse {
  readonly #timers: Timers;
  readonly #slots: Set<Pulsed>[] = Array.from({ length: SLOT_COUNT }, () => new Set<Pulsed>());
  readonly #slotOf = new Map<Pulsed, Set<Pulsed>>();
  #addedCount = 0;
  #slotIndex = 0;
  #cancel: () => void = () => undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#slotOf.size;
  }

  start(): void {
    this.#cancel = this.#timers.after(SECOND_MS / SLOT_COUNT, () => {
      this.start();
      this.#beat();
    });
  }

  stop(): void {
    this.#cancel();
  }

  add(pulsed: Pulsed): void {
    const slot = this.#slots[this.#addedCount++ % SLOT_COUNT];
    if (slot === undefined || this.#slotOf.has(pulsed)) return;
    slot.add(pulsed);
    this.#slotOf.set(pulsed, slot);
  }

  remove(pulsed: Pulsed): void {
    this.#slotOf.get(pulsed)?.delete(pulsed);
    this.#slotOf.delete(pulsed);
  }

  #beat(): void {
    const slot = this.#slots[this.#slotIndex];
    this.#slotIndex = (this.#slotIndex + 1) % SLOT_COUNT;
    for (const pulsed of slot ?? []) pulsed.tick();
  }
}
