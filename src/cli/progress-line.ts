/**
 * One line on stderr that says how far a long run is, written over itself. Where stderr is no terminal there is none.
 *
 * 1. stdout is never touched. 2. The line is gone when the result comes.
 */
const EVERY_MS = 200;
/** A run that is over by then needs no line. */
const PATIENCE_MS = 1_000;

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #what: string;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #isShown = false;

  /** `now`: milliseconds of any one clock. */
  constructor(stream: ProgressStream, what: string, now: () => number) {
    this.#stream = stream;
    this.#what = what;
    this.#now = now;
    this.#startedAt = now();
  }

  /** So much is done, 0 to 1. */
  update(fraction: number): void {
    const now = this.#now();
    const spentMs = now - this.#startedAt;
    if (!this.#stream.isTTY || spentMs < PATIENCE_MS || now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#isShown = true;
    const left = fraction > 0.01 ? `, ${timeText((spentMs * (1 - fraction)) / fraction)} to go` : '';
    this.#stream.write(`\r\u001b[K${this.#what}: ${Math.floor(fraction * 100)} %${left}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) this.#stream.write('\r\u001b[K');
    this.#isShown = false;
  }
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}
