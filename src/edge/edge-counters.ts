/**
 * What the edge counts for metrics: open connections by role, sockets closed as too slow, refusals by reason.
 *
 * 1. Counting is adding to a number; reading makes a copy. Nothing here knows how metrics are named or rendered.
 */
import type { Role } from '../core/commands.ts';
import type { RefusalReason } from '../core/refusal.ts';

export interface EdgeCounts {
  readonly connectionsByRole: Readonly<Record<Role, number>>;
  readonly slowConsumerCount: number;
  /** Refusals that went out, by reason; reasons that never did are absent. */
  readonly rejectionsByReason: ReadonlyMap<RefusalReason, number>;
}

export class EdgeCounters {
  readonly #connectionsByRole: Record<Role, number> = { gateway: 0, agent: 0, supervisor: 0, admin: 0 };
  #slowConsumerCount = 0;
  readonly #rejectionsByReason = new Map<RefusalReason, number>();

  connectionOpened(role: Role): void {
    this.#connectionsByRole[role] += 1;
  }

  connectionClosed(role: Role): void {
    this.#connectionsByRole[role] -= 1;
  }

  slowConsumer(): void {
    this.#slowConsumerCount += 1;
  }

  rejected(reason: RefusalReason): void {
    this.#rejectionsByReason.set(reason, (this.#rejectionsByReason.get(reason) ?? 0) + 1);
  }

  read(): EdgeCounts {
    return {
      connectionsByRole: { ...this.#connectionsByRole },
      slowConsumerCount: this.#slowConsumerCount,
      rejectionsByReason: new Map(this.#rejectionsByReason),
    };
  }
}
