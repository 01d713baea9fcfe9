// A run whose customers are written down one by one, and what came of each, in order of outcome.
import type { Arrival, ArrivalSource } from '../../src/sim/arrival.ts';
import type { ContactOutcome } from '../../src/sim/ledger.ts';
import type { Report } from '../../src/sim/report.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { HOUR, scenario, template } from './plain-scenario.ts';

/** A customer: seconds from the start, seconds of conversation, and whatever else is not usual. */
export type Line = readonly [atSeconds: number, handleSeconds: number, more?: Partial<Arrival>];

export function scripted(name: string, lines: readonly Line[]): ArrivalSource {
  const rest = lines.map(([atSeconds, handleSeconds, more], index) => ({
    atMs: atSeconds * 1000,
    contact: template(),
    handleMs: handleSeconds * 1000,
    wrapUpMs: 0,
    patienceMs: Number.POSITIVE_INFINITY,
    recordedId: `${name}${index + 1}`,
    ...more,
  }));
  return { name, next: () => rest.shift() };
}

export interface ScriptedRun {
  readonly report: Report;
  readonly outcomes: readonly ContactOutcome[];
  /** `c1 answered 12.5 a-1`: who, what, seconds waited, by whom. */
  readonly told: readonly string[];
}

/** Runs the customers of `lines` (named c1, c2, …) for an hour, without warm-up unless `changes` say otherwise. */
export function runScript(changes: Partial<Scenario>, lines: readonly Line[], seed = 1): ScriptedRun {
  const outcomes: ContactOutcome[] = [];
  const report = simulate(scenario({ traffic: [], measureMs: HOUR, ...changes }), {
    seed,
    sources: [scripted('c', lines)],
    onContact: (outcome) => outcomes.push(outcome),
  });
  const told = outcomes.map(({ recordedId, outcome, waitedMs, agentId }) => {
    return `${recordedId} ${outcome} ${waitedMs / 1000}${agentId === '' ? '' : ` ${agentId}`}`;
  });
  return { report, outcomes, told };
}
