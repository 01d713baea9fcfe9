/** Tables, ratios and figures of the peers' suite. */
import { Durations, SHARES } from '../durations.ts';
import type { Results } from '../suite.ts';
import type { Round } from './measure.ts';
import type { PeersParams } from './params.ts';
import type { Found } from './rate-search.ts';
import { FACTS, type PeerName } from './roster.ts';
import type { RunResult } from './run.ts';

const RATE_RATIO_WANTED = 5;
const P99_RATIO_WANTED = 0.2;

/** What is compared with whom, by the names that figures have. */
const COMPARISONS: readonly { readonly suffix: string; readonly ours: PeerName; readonly theirs: PeerName }[] = [
  { suffix: 'Bullmq', ours: 'cordboard', theirs: 'bullmqAlways' },
  { suffix: 'BullmqEverysec', ours: 'cordboard', theirs: 'bullmqEverysec' },
  { suffix: 'BullmqByClient', ours: 'cordboardClient', theirs: 'bullmqAlways' },
];

/** Latencies at the common rates, each peer's rounds together. */
export function sayRounds(results: Results, params: PeersParams, rounds: readonly Round[]): void {
  results.say(
    '\npush → agent, ms from the scheduled instant; "owned": until the agent has it for good; CPU µs a contact',
  );
  const rows: string[][] = [];
  for (const ratePerS of params.rates) {
    for (const name of params.peers) {
      const runs = runsOf(rounds, name, ratePerS);
      if (runs.length === 0) continue;
      const begun = together(runs, ({ log }) => log.pushToBegun);
      const owned = together(runs, ({ log }) => log.pushToOwned);
      for (const [share, of] of SHARES) {
        results.metric(`${name}${share.toUpperCase().replace('.', '')}Ms${ratePerS}`, begun.percentileUs(of) / 1000);
      }
      results.metric(`${name}MaxMs${ratePerS}`, begun.maxUs() / 1000);
      results.metric(`${name}OwnedP99Ms${ratePerS}`, owned.percentileUs(0.99) / 1000);
      rows.push([
        `${ratePerS}/s  ${FACTS[name].title}`,
        ...SHARES.map(([, of]) => inMs(begun.percentileUs(of))),
        inMs(begun.maxUs()),
        inMs(owned.percentileUs(0.5)),
        inMs(owned.percentileUs(0.99)),
        inMs(together(runs, ({ log }) => log.late).percentileUs(0.99)),
        ...cpuCells(runs),
      ]);
    }
  }
  const head = ['', 'p50', 'p99', 'p99.9', 'max', 'owned p50', 'p99', 'late p99', 'service', 'clients', 'others'];
  results.table({ head, rows });
}

/** The highest rates. */
export function sayFound(results: Results, params: PeersParams, found: ReadonlyMap<PeerName, Found>): void {
  if (params.search === undefined) return;
  const { seconds, p99MaxMs } = params.search;
  results.say(`\nhighest rate held for ${seconds} s with p99 of push → agent < ${p99MaxMs} ms`);
  const rows = [...found].map(([name, { heldPerS, held, missed }]) => {
    results.metric(`${name}HeldPerS`, heldPerS);
    const latencies = held?.log.pushToBegun;
    return [
      FACTS[name].title,
      `${heldPerS}/s`,
      ...[0.5, 0.99].map((share) => (latencies === undefined ? '–' : inMs(latencies.percentileUs(share)))),
      ...(held === undefined ? ['–', '–', '–'] : cpuCells([held])),
      FACTS[name].durability,
      missed ?? '–',
    ];
  });
  const head = ['', 'held', 'p50', 'p99', 'service', 'clients', 'others', 'lost with the power', 'not held'];
  results.table({ head, rows });
}

/** Ours beside theirs, and whether it is what we want. */
export function sayRatios(
  results: Results,
  params: PeersParams,
  rounds: readonly Round[],
  found: ReadonlyMap<PeerName, Found>,
): void {
  results.say('');
  for (const { suffix, ours, theirs } of COMPARISONS) {
    const rates = found.get(ours)?.heldPerS;
    const beside = found.get(theirs)?.heldPerS;
    if (rates !== undefined && beside !== undefined && beside > 0) {
      const ratio = rates / beside;
      results.metric(`rateRatio${suffix}`, ratio);
      results.say(
        `rate: ${versus(ours, theirs, ratio)}, wanted ≥ ${RATE_RATIO_WANTED}: ${verdict(ratio >= RATE_RATIO_WANTED)}`,
      );
    }
    for (const ratePerS of params.rates) {
      const ratios = p99Ratios(rounds, ours, theirs, ratePerS);
      if (ratios.length === 0) continue;
      const ratio = median(ratios);
      const isHighest = ratePerS === Math.max(...params.rates);
      results.metric(`p99Ratio${suffix}${ratePerS}`, ratio);
      if (isHighest) results.metric(`p99Ratio${suffix}`, ratio);
      const each = ratios.map((one) => one.toFixed(2)).join(' ');
      const wanted = `wanted ≤ ${P99_RATIO_WANTED}: ${verdict(ratio <= P99_RATIO_WANTED)}`;
      results.say(`p99 at ${ratePerS}/s: ${versus(ours, theirs, ratio)} (by round ${each}), ${wanted}`);
    }
  }
}

/** One for each round. */
function p99Ratios(rounds: readonly Round[], ours: PeerName, theirs: PeerName, ratePerS: number): number[] {
  const others = runsOf(rounds, theirs, ratePerS);
  return runsOf(rounds, ours, ratePerS).flatMap(({ log }, index) => {
    const beside = others[index]?.log.pushToBegun.percentileUs(0.99) ?? 0;
    return beside > 0 ? [log.pushToBegun.percentileUs(0.99) / beside] : [];
  });
}

function versus(ours: PeerName, theirs: PeerName, ratio: number): string {
  return `${FACTS[ours].title} / ${FACTS[theirs].title} × ${ratio.toFixed(2)}`;
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'not reached';
}

function runsOf(rounds: readonly Round[], name: PeerName, ratePerS: number): RunResult[] {
  return rounds
    .filter((round) => round.name === name && round.result.ratePerS === ratePerS)
    .map(({ result }) => result);
}

function together(runs: readonly RunResult[], of: (run: RunResult) => Durations): Durations {
  const sum = new Durations();
  for (const run of runs) sum.add(of(run));
  return sum;
}

/** CPU of service and clients for each contact, and the most that others took. */
function cpuCells(runs: readonly RunResult[]): string[] {
  const contacts = runs.reduce((sum, { log }) => sum + log.doneCount, 0);
  const each = (of: (run: RunResult) => number | undefined): string => {
    const sum = runs.reduce((us, run) => us + (of(run) ?? Number.NaN), 0);
    return Number.isNaN(sum) || contacts === 0 ? '–' : Math.round(sum / contacts).toString();
  };
  const others = Math.max(...runs.map(({ othersCores }) => othersCores ?? Number.NaN));
  return [
    each(({ serviceCpuUs }) => serviceCpuUs),
    each(({ clientCpuUs }) => clientCpuUs),
    Number.isNaN(others) ? '–' : others.toFixed(2),
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function inMs(us: number): string {
  const ms = us / 1000;
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
}
