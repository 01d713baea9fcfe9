// A scenario and a seed in, figures out. The whole run in one call, or slice by slice for whoever has other things to do meanwhile.
//
// 1. No clock in here: `wallSeconds` is 0, whoever called fills it in. 2. The figures are a function of scenario, sources and seed.

import type { ArrivalSource } from './arrival.ts';
import { BatchedWaits } from './batched-waits.ts';
import type { OnContact } from './ledger.ts';
import { addedUp, type BatchSums, halfWidthsOf, measuresOf, sideBySide } from './measures.ts';
import { PoissonSource } from './poisson-source.ts';
import type { AgentReport, Report, TrafficReport } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { Tally } from './tally.ts';
import { World } from './world.ts';

/** Happenings between two looks at the progress: about a quarter of a second. */
const SLICE = 50_000;

export interface SimulateOptions {
  /** A whole number. */
  readonly seed: number;
  /** Instead of the scenario's traffic. */
  readonly sources?: readonly ArrivalSource[];
  /** Told now and then how much of the virtual time has passed, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Told of every contact as soon as it is answered, gone or given up; those outside the measured period too. */
  readonly onContact?: OnContact;
}

/** A report and what its figures are made of: the sums of each batch, by traffic and over all. */
export interface BatchedReport {
  readonly report: Report;
  readonly batches: {
    readonly traffic: Readonly<Record<string, readonly BatchSums[]>>;
    readonly total: readonly BatchSums[];
  };
}

/** Runs the scenario to its end. Throws AssertionFailure for a scenario that the router refuses. */
export function simulate(scenario: Scenario, options: SimulateOptions): Report {
  return simulateWithBatches(scenario, options).report;
}

/** The same, with the sums of each batch. */
export function simulateWithBatches(scenario: Scenario, options: SimulateOptions): BatchedReport {
  const simulation = new Simulation(scenario, options);
  while (!simulation.advance(SLICE)) options.onProgress?.(simulation.fraction);
  return simulation.report();
}

/** A run that goes on by slices. */
export class Simulation {
  readonly #seed: number;
  readonly #world: World;

  constructor(scenario: Scenario, options: SimulateOptions) {
    const { seed, onContact } = options;
    this.#seed = seed;
    const sources = options.sources ?? scenario.traffic.map((traffic) => new PoissonSource(traffic, seed));
    this.#world = new World(scenario, { seed, sources, onContact });
  }

  /** How much of the virtual time has passed, 0 to 1. */
  get fraction(): number {
    return this.#world.fraction;
  }

  /** Lets so many things happen; true when the run is over. */
  advance(happenings: number): boolean {
    return this.#world.advance(happenings);
  }

  /** The figures, once, when the run is over. */
  report(): BatchedReport {
    const world = this.#world;
    world.close();
    const { hash } = world;
    const { tallies } = world.ledger;
    const parts = tallies.map((tally) => tally.batches());
    const byName = <T>(of: (tally: Tally, own: readonly BatchSums[]) => T): Record<string, T> =>
      Object.fromEntries(tallies.map((tally, index) => [tally.name, of(tally, parts[index] ?? [])]));
    const traffic = byName((tally, own) => trafficReport(own, tally.waits, tally.withinSeconds));
    const total = sideBySide(parts);
    const waits = new BatchedWaits();
    for (const tally of tallies) waits.addAll(tally.waits);
    const withins = new Set(tallies.map((tally) => tally.withinSeconds));
    const [within] = withins;
    const report: Report = {
      seed: this.#seed,
      hash: hash.digest(),
      events: hash.count,
      wallSeconds: 0,
      traffic,
      total: trafficReport(total, waits, withins.size === 1 ? (within ?? null) : null),
      agents: this.#agentReports(),
      warnings: warningsOf(traffic),
    };
    return { report, batches: { traffic: byName((_, own) => own), total } };
  }

  #agentReports(): Record<string, AgentReport> {
    return Object.fromEntries(this.#world.agents.map((agent) => [agent.actor.id, agent.report()]));
  }
}

function trafficReport(
  batches: readonly BatchSums[],
  waits: BatchedWaits,
  withinSeconds: number | null,
): TrafficReport {
  return { ...measuresOf(addedUp(batches), waits, withinSeconds), ci95: halfWidthsOf(batches, waits) };
}

function warningsOf(traffic: Readonly<Record<string, TrafficReport>>): string[] {
  return Object.entries(traffic).flatMap(([name, { stillWaiting }]) => {
    if (stillWaiting === 0) return [];
    const contacts = stillWaiting === 1 ? '1 contact was' : `${stillWaiting} contacts were`;
    return [`${name}: ${contacts} still waiting at the end; the waits so far are counted, the true ones are longer`];
  });
}
