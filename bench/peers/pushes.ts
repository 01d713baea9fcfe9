/** Counts pushes that the peer has not taken yet, so that a queue can be known to be filled. */
export class Pushes {
  #openCount = 0;
  #onTaken: (() => void)[] = [];

  began(): void {
    this.#openCount += 1;
  }

  ended(): void {
    this.#openCount -= 1;
    if (this.#openCount === 0) for (const resolve of this.#onTaken.splice(0)) resolve();
  }

  /** Counts one until its promise is settled; what fails is told. */
  follow(push: Promise<unknown>, onFault: (what: string, error: unknown) => void): void {
    this.began();
    const fail = (error: unknown): void => onFault(`a contact was not taken: ${String(error)}`, error);
    push.catch(fail).finally(() => this.ended());
  }

  /** Resolves when the peer has everything that was pushed. */
  async taken(): Promise<void> {
    if (this.#openCount > 0) await new Promise<void>((resolve) => this.#onTaken.push(resolve));
  }
}
