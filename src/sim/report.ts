// What a run came to: the shape that `simulate --json` prints, and that the table, the page and comparisons are made of. Names and shapes are
// fixed; fields are only ever added. All durations are seconds.

/** Definitions in SPEC (SIM, measures). `null` where there is nothing to divide by. */
export interface Measures {
  readonly arrivals: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly blocked: number;
  readonly expired: number;
  /** Counted contacts that were still in line when the run ended. */
  readonly stillWaiting: number;
  readonly probabilityOfWait: number | null;
  /** Over all contacts that were not blocked. */
  readonly waitSecondsMean: number | null;
  /** Over the answered ones. */
  readonly speedOfAnswerSeconds: number | null;
  readonly waitSeconds: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  readonly abandonRatio: number | null;
  readonly blockedRatio: number | null;
  readonly serviceLevel: ServiceLevel;
  /** Average over time of the contacts in line. */
  readonly queueLengthMean: number;
}

export interface ServiceLevel {
  /** null in a total over queues that differ in it. */
  readonly withinSeconds: number | null;
  readonly ofArrivals: number | null;
  readonly ofArrivalsLessShortAbandons: number | null;
  readonly notWaitingLonger: number | null;
}

/** Half widths of 95 % confidence intervals by batch means; null where there are too few batches with contacts. */
export interface HalfWidths {
  readonly probabilityOfWait: number | null;
  readonly waitSecondsMean: number | null;
  readonly speedOfAnswerSeconds: number | null;
  readonly waitSeconds: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  readonly abandonRatio: number | null;
  readonly blockedRatio: number | null;
  readonly serviceLevel: {
    readonly ofArrivals: number | null;
    readonly ofArrivalsLessShortAbandons: number | null;
    readonly notWaitingLonger: number | null;
  };
  readonly queueLengthMean: number | null;
}

export interface TrafficReport extends Measures {
  readonly ci95: HalfWidths;
}

export interface AgentReport {
  /** Share of the time signed in, in the measured period, with at least one contact (offered, assigned, wrap-up). */
  readonly occupancy: number | null;
  /** Contacts accepted in the measured period. */
  readonly handled: number;
}

export interface Report {
  readonly seed: number;
  /** 32 hex digits over every event of the run: equal runs, equal hash. */
  readonly hash: string;
  readonly events: number;
  readonly wallSeconds: number;
  readonly traffic: Readonly<Record<string, TrafficReport>>;
  readonly total: TrafficReport;
  /** By agent id. */
  readonly agents: Readonly<Record<string, AgentReport>>;
  /** What the reader should know: unstable, nobody to serve a traffic, contacts still waiting. */
  readonly warnings: readonly string[];
}
