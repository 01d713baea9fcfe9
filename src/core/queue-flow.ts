// Answers and abandons of the last hour, by slots of five minutes: the queue's figures on a wallboard. Part of the state, folded from
// events by their instants, so that a restart loses nothing.
//
// Invariant: the three lists are equally long, at most SLOTS, newest slot last; the newest is number `slot` = floor(at / SLOT_MS).

export const SLOT_MS = 300_000;
const SLOTS = 12;

export class QueueFlow {
  slot = 0;
  answered: number[] = [];
  answeredWithin: number[] = [];
  abandoned: number[] = [];

  countAnswer(at: number, within: boolean): void {
    this.#advance(at);
    const last = this.answered.length - 1;
    this.answered[last] = (this.answered[last] ?? 0) + 1;
    if (within) this.answeredWithin[last] = (this.answeredWithin[last] ?? 0) + 1;
  }

  countAbandon(at: number): void {
    this.#advance(at);
    const last = this.abandoned.length - 1;
    this.abandoned[last] = (this.abandoned[last] ?? 0) + 1;
  }

  /** Sums over the slots that are still within the hour at `now`. */
  sums(now: number): { answered: number; answeredWithin: number; abandoned: number } {
    const gone = Math.floor(now / SLOT_MS) - this.slot;
    const first = Math.max(0, this.answered.length + gone - SLOTS);
    return {
      answered: sumFrom(this.answered, first),
      answeredWithin: sumFrom(this.answeredWithin, first),
      abandoned: sumFrom(this.abandoned, first),
    };
  }

  /** Answers in time / (answers + abandons) at `now`; 1 when there was nothing. */
  serviceLevel(now: number): number {
    const { answered, answeredWithin, abandoned } = this.sums(now);
    return answered + abandoned === 0 ? 1 : answeredWithin / (answered + abandoned);
  }

  #advance(at: number): void {
    const slot = Math.floor(at / SLOT_MS);
    const steps = this.answered.length === 0 ? 1 : Math.min(slot - this.slot, SLOTS);
    for (let step = 0; step < steps; step++) {
      for (const counts of [this.answered, this.answeredWithin, this.abandoned]) {
        counts.push(0);
        if (counts.length > SLOTS) counts.shift();
      }
    }
    this.slot = slot;
  }
}

function sumFrom(counts: readonly number[], first: number): number {
  let sum = 0;
  for (let index = first; index < counts.length; index++) sum += counts[index] ?? 0;
  return sum;
}
