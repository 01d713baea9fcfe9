/**
 * A stage plays one kind of decision at one size, again and again: after each the size is what it was.
 *
 * 1. A stage never looks at the clock of the machine but to time a command; what it does follows from its seed alone.
 */
import { Times } from '../core/command-times.ts';
import type { Offers } from './offers.ts';

/** Times of a stage: the choice alone, the command that has to choose, and the one that makes up for it. */
export interface StageTimes {
  readonly choice: Times;
  readonly command: Times;
  readonly beside: Times;
}

export interface Stage {
  readonly offers: Offers;
  /** Virtual time, epoch milliseconds. */
  readonly now: number;
  /** So many decisions. `probe` is called before each, at its instant. */
  run(count: number, times?: StageTimes, probe?: () => void): void;
}

/** Room for so many decisions. */
export function stageTimes(count: number): StageTimes {
  return { choice: new Times(count), command: new Times(count), beside: new Times(count) };
}
