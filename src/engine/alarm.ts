// What wakes the engine when a deadline is due: Node's timers or, in virtual time, whoever keeps that.
//
// Invariants: 1. an alarm is set for one instant at a time: setting it again puts the earlier one off. 2. it wakes once, never before its
// time and never from inside `set`.

/** Wakes its only user. */
export interface Alarm {
  /** Calls `wake` once, after so many milliseconds (at most 2^31 - 1) of the monotonic clock; nothing set before calls any more. */
  set(afterMs: number, wake: () => void): void;
  clear(): void;
}

/** The alarm of a live process. */
export class SystemAlarm implements Alarm {
  #timer: NodeJS.Timeout | undefined = undefined;

  set(afterMs: number, wake: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(wake, afterMs);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
