/** What a run says: tables for people, and the figures of its last line. No measuring in here. */
import { type CpuByThread, totalUs } from '../cpu-time.ts';
import { Durations } from '../durations.ts';
import type { Machine } from '../machine.ts';
import type { RunResult } from './load-run.ts';
import { type Attempt, framesPerLife, type RoundResults, serverCpuPerLifeUs } from './measure.ts';
import type { LatencyParams } from './params.ts';
import type { Script } from './script.ts';
import { SERVER_TITLES, SERVERS, type ServerName } from './servers.ts';

export type Metrics = Readonly<Record<string, number>>;

export interface Findings {
  readonly params: LatencyParams;
  readonly machine: Machine;
  readonly disk: Durations;
  /** When the warm-up was over, on the clock of the load. */
  readonly measuredFromUs: number;
  readonly script: Script;
  readonly rounds: RoundResults;
  readonly attempts: readonly Attempt[];
  readonly hash: string;
}

const SHARES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const;

/** Lines for people. */
export function reportLines(findings: Findings): string[] {
  const { params, machine, disk, rounds, attempts, hash } = findings;
  const { cpuCount, cpuModel, memoryGiB, system, node, loadBefore } = machine;
  return [
    '',
    `machine: ${cpuCount} × ${cpuModel}, ${memoryGiB} GiB, ${system}, Node ${node}; load average before: ${loadBefore}`,
    `disk: 4 KiB appended and synced in ${ms(disk.percentileUs(0.5))} ms (p50), ${ms(disk.percentileUs(0.99))} ms (p99)`,
    `seed ${params.seed}, ${params.subprotocol}, ${params.arrivals} arrivals, ${params.agents} agents who talk for ${params.talkMs} ms, ` +
      `one gateway` +
      `${params.isSubscribed ? '' : ', not subscribed'}`,
    lifeLine(findings),
    `hash of what came of all lives: ${hash}`,
    '',
    `submit → offer at the agent's socket, ms from the scheduled instant; ${params.ratePerS} contacts/s, ` +
      `${params.rounds} × ${params.roundS} s each`,
    ...table([ROUND_HEAD, ...SERVERS.map((name) => roundRow(SERVER_TITLES[name], rounds[name]))]),
    ...ratioLines(rounds),
    '',
    ...searchLines(attempts, params),
  ];
}

/** Figures by name. */
export function metricsOf({ params, rounds, attempts }: Findings): Metrics {
  const rate = params.ratePerS;
  const metrics: Record<string, number> = { framesPerLife: mean(rounds.router.map(framesPerLife)) };
  for (const name of SERVERS) {
    const offers = merged(rounds[name], (result) => result.log.submitToOffer);
    metrics[`${name}P50Ms${rate}`] = offers.percentileUs(0.5) / 1000;
    metrics[`${name}P99Ms${rate}`] = offers.percentileUs(0.99) / 1000;
    metrics[`${name}P999Ms${rate}`] = offers.percentileUs(0.999) / 1000;
    metrics[`${name}MaxMs${rate}`] = offers.maxUs() / 1000;
    const cpuUs = mean(rounds[name].map(serverCpuPerLifeUs));
    if (!Number.isNaN(cpuUs)) metrics[`${name}CpuUsPerLife${rate}`] = cpuUs;
  }
  metrics[`p50Ratio${rate}`] = median(ratios(rounds, 'committing', 0.5));
  metrics[`p99Ratio${rate}`] = median(ratios(rounds, 'committing', 0.99));
  metrics[`p50RatioBare${rate}`] = median(ratios(rounds, 'bare', 0.5));
  metrics[`p99RatioBare${rate}`] = median(ratios(rounds, 'bare', 0.99));
  const others = SERVERS.flatMap((name) => rounds[name].map((result) => result.othersCores ?? Number.NaN));
  metrics[`othersCores${rate}`] = mean(others);
  metrics[`loadLateP50Ms${rate}`] = merged(rounds.router, (result) => result.log.late).percentileUs(0.5) / 1000;
  metrics[`loadLateP99Ms${rate}`] = merged(rounds.router, (result) => result.log.late).percentileUs(0.99) / 1000;
  const held = attempts.findLast((attempt) => attempt.missed === undefined);
  if (attempts.length > 0) metrics.heldPerS = held?.ratePerS ?? 0;
  if (held !== undefined) {
    const { router } = held;
    metrics.heldP99Ms = router.log.submitToOffer.percentileUs(0.99) / 1000;
    metrics.heldCpuUsPerLife = serverCpuPerLifeUs(router) ?? Number.NaN;
    metrics.heldLoadCpuUsPerLife = router.loadCpuUs / router.log.completedCount;
    metrics.heldLoadBusy = router.loadBusy;
  }
  const finite = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(finite.map(([name, value]) => [name, Number(value.toPrecision(5))]));
}

/** What a life consists of on the wire and on the disk. */
function lifeLine({ script, rounds }: Findings): string {
  const lives = script.kinds.map((steps) => {
    const frames = steps.flatMap((step) => step.frames);
    const events = steps.flatMap((step) => step.events);
    return {
      bytesOut: frames.reduce((sum, frame) => sum + base64Bytes(frame.bytes), 0),
      framesOut: frames.length,
      events: events.length,
      eventBytes: events.reduce((sum, event) => sum + base64Bytes(event), 0),
    };
  });
  const average = (of: (life: (typeof lives)[number]) => number): number => Math.round(mean(lives.map(of)));
  const out = average((life) => life.framesOut);
  return (
    `a life: ${out + 4} frames (measured: ${mean(rounds.router.map(framesPerLife)).toFixed(2)}): 4 requests (submit, accept, end, complete), ` +
    `${out} from the router (4 replies, 1 offer, ${out - 5} pushes to the gateway; ${average((life) => life.bytesOut)} B); ` +
    `${average((life) => life.events)} events in 4 steps, ${average((life) => life.eventBytes)} B journalled`
  );
}

const ROUND_HEAD = [
  ...['', 'p50', 'p99', 'p99.9', 'max', 'late p50', 'late p99'],
  ...['CPU µs/life', 'of the load', 'load busy', 'others'],
];

function roundRow(title: string, results: readonly RunResult[]): string[] {
  const offers = merged(results, (result) => result.log.submitToOffer);
  const late = merged(results, (result) => result.log.late);
  const lives = results.reduce((sum, result) => sum + result.log.completedCount, 0);
  const loadUs = results.reduce((sum, result) => sum + result.loadCpuUs, 0);
  return [
    title,
    ...SHARES.map(([, share]) => ms(offers.percentileUs(share))),
    ms(offers.maxUs()),
    ms(late.percentileUs(0.5)),
    ms(late.percentileUs(0.99)),
    whole(mean(results.map(serverCpuPerLifeUs))),
    whole(loadUs / lives),
    percent(mean(results.map((result) => result.loadBusy))),
    cores(mean(results.map((result) => result.othersCores))),
  ];
}

function ratioLines(rounds: RoundResults): string[] {
  const line = (floor: ServerName): string => {
    const told = ([name, share]: readonly [string, number]): string => {
      const found = ratios(rounds, floor, share);
      return `${name} × ${median(found).toFixed(2)} (${found.map((ratio) => ratio.toFixed(2)).join(' ')})`;
    };
    return `router / ${SERVER_TITLES[floor]}, median of the rounds: ${SHARES.slice(0, 2).map(told).join(', ')}`;
  };
  return [line('committing'), line('bare'), `router's CPU by thread, µs/life: ${threadsText(rounds.router)}`];
}

function searchLines(attempts: readonly Attempt[], { search }: LatencyParams): string[] {
  if (search === undefined) return ['no search for the highest rate'];
  const head = [
    '',
    'server',
    's',
    'p50',
    'p99',
    'p99.9',
    'max',
    'late p99',
    'CPU µs/life',
    'of the load',
    'load busy',
    'others',
  ];
  const rows = attempts.flatMap(({ ratePerS, router, missed, relays }) => [
    searchRow(`${ratePerS}/s`, missed === undefined ? 'router' : `router: ${missed}`, search.seconds, router),
    ...relays.map(([name, result]) => searchRow('', SERVER_TITLES[name], search.relayS, result)),
  ]);
  const held = attempts.findLast((attempt) => attempt.missed === undefined);
  return [
    `whole lives a second that the router holds for ${search.seconds} s with p99 of submit → offer < ${search.p99MaxMs} ms:`,
    ...table([head, ...rows]),
    held === undefined ? 'no rate was held' : `held: ${held.ratePerS} whole lives a second`,
    ...(held === undefined ? [] : [`router's CPU by thread there, µs/life: ${threadsText([held.router])}`]),
  ];
}

function searchRow(rate: string, server: string, seconds: number, result: RunResult): string[] {
  const { submitToOffer, late, completedCount } = result.log;
  return [
    rate,
    server,
    String(seconds),
    ...SHARES.map(([, share]) => ms(submitToOffer.percentileUs(share))),
    ms(submitToOffer.maxUs()),
    ms(late.percentileUs(0.99)),
    whole(serverCpuPerLifeUs(result) ?? Number.NaN),
    whole(result.loadCpuUs / completedCount),
    percent(result.loadBusy),
    cores(result.othersCores ?? Number.NaN),
  ];
}

/** The threads that take most, and the rest together. */
function threadsText(results: readonly RunResult[]): string {
  const lives = results.reduce((sum, result) => sum + result.log.completedCount, 0);
  const all = new Map<string, number>();
  for (const { serverCpu } of results) addAll(all, serverCpu);
  if (all.size === 0) return 'not known on this system';
  const perLife = [...all].map(([name, us]): [string, number] => [name, us / lives]).sort(([, a], [, b]) => b - a);
  const shown = perLife.filter(([, us]) => us >= 1);
  const rest = totalUs(all) / lives - shown.reduce((sum, [, us]) => sum + us, 0);
  return [...shown, ['others', rest] as const].map(([name, us]) => `${name} ${us.toFixed(1)}`).join(', ');
}

function addAll(sum: Map<string, number>, cpu: CpuByThread | undefined): void {
  for (const [name, us] of cpu ?? []) sum.set(name, (sum.get(name) ?? 0) + us);
}

function ratios(rounds: RoundResults, floor: ServerName, share: number): number[] {
  const of = (result: RunResult | undefined): number => result?.log.submitToOffer.percentileUs(share) ?? Number.NaN;
  return rounds.router.map((result, round) => of(result) / of(rounds[floor][round]));
}

function merged(results: readonly RunResult[], of: (result: RunResult) => Durations): Durations {
  const sum = new Durations();
  for (const result of results) sum.add(of(result));
  return sum;
}

/** Columns to the right, but for the first. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column === 0 || rows[0]?.[column] === 'server' ? text.padEnd(width) : text.padStart(width);
  };
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}

function mean(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

function ms(us: number): string {
  return (us / 1000).toFixed(us < 10_000 ? 2 : 1);
}

function whole(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)) : '–';
}

function cores(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–';
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
