// Lines whose first contacts are compared with each other: what each first is worth stands in numbers side by side, so that most lines are
// never looked into.
//
// Invariants: 1. `lines[i].place === i`; −1 outside of it. 2. of each line `heads` says, in the same order, tier, clock rate and least key of
// its heap (`noted` after each change of it).

import type { KeyedHeap } from '../lib/keyed-heap.ts';
import type { LineEntry } from './contact.ts';

/** As much of a line as is compared. */
export interface Lined {
  readonly tier: number;
  /** Thousandths. */
  readonly clockRate: number;
  /** By the contacts' keys, negated: the greatest goes first. */
  readonly heap: KeyedHeap<LineEntry>;
  /** Its place in its line-up. */
  place: number;
}

/** Numbers of a line in `heads`. */
export const HEAD_NUMBERS = 3;
/** Which of them is which. */
export const HEAD_TIER = 0;
export const HEAD_CLOCK_RATE = 1;
export const HEAD_KEY = 2;

export class LineUp<T extends Lined> {
  readonly lines: T[] = [];
  readonly heads: number[] = [];

  add(line: T): void {
    line.place = this.lines.length;
    this.lines.push(line);
    this.heads.push(line.tier, line.clockRate, line.heap.leastKey);
  }

  /** Another contact may be the line's first. */
  noted({ place, heap }: T): void {
    this.heads[place * HEAD_NUMBERS + HEAD_KEY] = heap.leastKey;
  }

  /** The last one takes its place. */
  remove(line: T): void {
    const { lines, heads } = this;
    const { place } = line;
    const last = lines.pop() as T;
    if (last !== line) {
      lines[place] = last;
      last.place = place;
      const from = lines.length * HEAD_NUMBERS;
      for (let index = 0; index < HEAD_NUMBERS; index++) {
        heads[place * HEAD_NUMBERS + index] = heads[from + index] as number;
      }
    }
    for (let count = 0; count < HEAD_NUMBERS; count++) heads.pop();
    line.place = -1;
  }
}

/** Of two with one key, which goes first: the one that came earlier. */
export function cameBefore(a: LineEntry, b: LineEntry): boolean {
  return a.contact.ordinal < b.contact.ordinal;
}
