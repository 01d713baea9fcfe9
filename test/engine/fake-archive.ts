// An archive of closed contacts for tests: rows are put by hand, and it is as far behind as it is told to be.

import type { ContactView } from '../../src/core/views.ts';
import type { ClosedArchive } from '../../src/engine/closed-pictures.ts';

export class FakeArchive implements ClosedArchive {
  archivedThrough = 0;
  readonly rowById = new Map<string, ContactView>();
  /** What was looked up, in order. */
  readonly asked: string[] = [];
  fault: Error | undefined = undefined;
  /** It gets no further. */
  isOver = false;
  #waiters: { readonly seq: number; readonly wake: () => void }[] = [];

  async get(contactId: string): Promise<ContactView | undefined> {
    this.asked.push(contactId);
    if (this.fault !== undefined) throw this.fault;
    return this.rowById.get(contactId);
  }

  async reached(seq: number): Promise<void> {
    if (seq <= this.archivedThrough || this.isOver) return;
    await new Promise<void>((wake) => this.#waiters.push({ seq, wake }));
  }

  /** The archivist has passed the event, after putting these rows. */
  pass(seq: number, ...rows: readonly ContactView[]): void {
    for (const row of rows) this.rowById.set(row.id, row);
    this.archivedThrough = seq;
    for (const { seq: wanted, wake } of this.#waiters) if (wanted <= seq) wake();
    this.#waiters = this.#waiters.filter((waiter) => waiter.seq > seq);
  }
}
