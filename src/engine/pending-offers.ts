// The seqs of pending offers by contact and agent: what a revocation is told with, when the state has forgotten the offer already.
//
// Invariant: a contact's first pending offer is in the one map, those made after it in the other, with their agents; most contacts are offered
// to one agent at a time.

interface Further {
  readonly agentId: string;
  readonly seq: number;
}

export class PendingOffers {
  readonly #firstSeq = new Map<string, number>();
  readonly #others = new Map<string, readonly Further[]>();

  /** An offer of the contact was made while no other was pending. */
  madeFirst(contactId: string, seq: number): void {
    this.#firstSeq.set(contactId, seq);
  }

  /** One was made beside others. */
  madeFurther(contactId: string, agentId: string, seq: number): void {
    this.#others.set(contactId, [...(this.#others.get(contactId) ?? []), { agentId, seq }]);
  }

  /** The agent's offer is not pending any more. Its seq; undefined if there was none. */
  over(contactId: string, agentId: string): number | undefined {
    const others = this.#others.size === 0 ? undefined : this.#others.get(contactId);
    const firstSeq = this.#firstSeq.get(contactId);
    if (others === undefined) {
      this.#firstSeq.delete(contactId);
      return firstSeq;
    }
    const its = others.find((one) => one.agentId === agentId);
    const gone = its ?? others[0];
    if (gone !== undefined && its === undefined) this.#firstSeq.set(contactId, gone.seq);
    const left = others.filter((one) => one !== gone);
    if (left.length > 0) this.#others.set(contactId, left);
    else this.#others.delete(contactId);
    return its?.seq ?? firstSeq;
  }
}
