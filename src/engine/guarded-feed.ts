// What the engine has to tell, to everybody who listens. A subject whose subscribers' faults come back to whoever emits: rxjs itself would
// throw them later, from a timer, and what must not leave any more would leave meanwhile.
//
// Invariants: 1. every subscriber has had the value when `emit` returns or throws. 2. a fault behind an operator is the operator's: rxjs
// throws it later, and the process ends by that.

import { type Observer, Subject, Subscriber, type Subscription } from 'rxjs';

type Listener<T> = (value: T) => void;

export class GuardedFeed<T> extends Subject<T> {
  readonly #faults: unknown[] = [];

  override subscribe(observer?: Partial<Observer<T>> | Listener<T> | null): Subscription {
    if (typeof observer === 'function') return super.subscribe(this.#guarded(observer));
    // Subscribers come from operators, which guard themselves.
    if (!observer?.next || observer instanceof Subscriber) return super.subscribe(observer ?? {});
    const listener = observer.next.bind(observer);
    return super.subscribe({
      next: this.#guarded(listener),
      error: (cause: unknown) => observer.error?.(cause),
      complete: () => observer.complete?.(),
    });
  }

  /** Throws the first fault of a subscriber, after all have been called. */
  emit(value: T): void {
    this.next(value);
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  #guarded(listener: Listener<T>): Listener<T> {
    return (value) => {
      try {
        listener(value);
      } catch (fault) {
        this.#faults.push(fault);
      }
    };
  }
}
