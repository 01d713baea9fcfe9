/**
 * `npm run bench -- simulator`: how many virtual contacts a second of wall time the simulator routes, on queues that have formulas.
 * What it measures and what not: bench/README.md.
 *
 * 1. One process, one run after the other; each case is run so many times, and the quickest counts: others on the machine only ever add to it.
 * 2. All contacts that arrive are counted, those of the warm-up too: they cost the same.
 */
import { writeFileSync } from 'node:fs';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import { readScenario } from '../../src/config/scenario-file.ts';
import { hash128 } from '../../src/lib/hash128.ts';
import type { Report } from '../../src/sim/report.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { readMachineCpuUs } from '../cpu-time.ts';
import { describeMachine } from '../machine.ts';
import { CASES, type Case } from './cases.ts';

interface Flags {
  readonly small?: true;
  readonly seed: number;
  readonly contacts: number;
  readonly tries: number;
  readonly json?: string;
}

interface Timed {
  readonly report: Report;
  readonly contacts: number;
  readonly wallS: number;
  readonly cpuS: number;
  readonly gcS: number;
  /** Cores that others took meanwhile; undefined where the system does not tell. */
  readonly othersCores: number | undefined;
}

const SMALL_CONTACTS = 3_000;

export function simulatorCommand(): Command {
  return new Command('simulator')
    .description('Virtual contacts a second on queues that have formulas, beside what the formulas say.')
    .option('--small', 'a few seconds: for the tests, not for figures')
    .option('--seed <n>', 'of the runs', wholeNumber, 1)
    .option('--contacts <n>', 'of each run', wholeNumber, 2_000_000)
    .option('--tries <n>', 'runs of each case; the quickest counts', wholeNumber, 3)
    .option('--json <file>', 'write the last line to a file too')
    .allowExcessArguments(false)
    .action(async (flags: Flags) => {
      const params = {
        seed: flags.seed,
        contacts: flags.small ? SMALL_CONTACTS : flags.contacts,
        tries: flags.small ? 1 : flags.tries,
      };
      say(machineLine());
      say(`seed ${params.seed}, ${params.contacts} contacts a run, the quickest of ${params.tries}\n`);
      say(HEADER);
      const metrics: Record<string, number> = {};
      let hashes = '';
      for (const one of CASES) {
        const timed = await quickest(one, params);
        say(row(one, timed));
        metrics[`${one.name}ContactsPerS`] = Math.round(timed.contacts / timed.wallS);
        metrics[`${one.name}CpuUsPerContact`] = rounded((timed.cpuS * 1e6) / timed.contacts);
        hashes += timed.report.hash;
      }
      const line = JSON.stringify({ suite: 'simulator', params, hash: hash128(hashes).slice(0, 16), metrics });
      if (flags.json !== undefined) writeFileSync(flags.json, `${line}\n`);
      say(`\n${line}`);
    });
}

async function quickest(
  one: Case,
  params: { readonly seed: number; readonly contacts: number; readonly tries: number },
): Promise<Timed> {
  const scenario = await scenarioOf(one, params.contacts);
  let best: Timed | undefined;
  for (let run = 0; run < params.tries; run++) {
    const timed = await time(scenario, params.seed);
    if (best !== undefined && timed.report.hash !== best.report.hash) throw new Error(`${one.name}: another hash`);
    if (best === undefined || timed.wallS < best.wallS) best = timed;
  }
  if (best === undefined) throw new Error('at least one run is needed');
  return best;
}

async function scenarioOf({ name, yaml, contactsPerHour }: Case, contacts: number): Promise<Scenario> {
  const hours = Math.max(30, Math.ceil(contacts / contactsPerHour));
  const text = `${yaml}run: { warmUp: ${Math.ceil(hours / 50)}h, measure: ${hours}h }\n`;
  const read = await readScenario(`${name}.yaml`, async () => ({ text }));
  if ('scenario' in read) return read.scenario;
  throw new Error(`${name}: ${JSON.stringify(read)}`);
}

async function time(scenario: Scenario, seed: number): Promise<Timed> {
  let contacts = 0;
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) gcMs += entry.duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  const machineBefore = readMachineCpuUs();
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const report = simulate(scenario, { seed, onContact: () => contacts++ });
  const wallS = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const machineAfter = readMachineCpuUs();
  // Collections are told in a turn of their own.
  await new Promise((resolve) => setTimeout(resolve, 10));
  observer.disconnect();
  const cpuS = (cpu.user + cpu.system) / 1e6;
  const othersCores =
    machineBefore === undefined || machineAfter === undefined
      ? undefined
      : Math.max(0, (machineAfter - machineBefore) / 1e6 - cpuS) / wallS;
  return { report, contacts, wallS, cpuS, gcS: gcMs / 1000, othersCores };
}

const COLUMNS = [18, 12, 10, 12, 8, 8, 24, 10];
const HEADER = columns(['', 'contacts/s', 'events/s', 'CPU µs each', 'GC', 'others', 'found', 'exact']);

function row(one: Case, { report, contacts, wallS, cpuS, gcS, othersCores }: Timed): string {
  const found = one.found(report.total);
  return columns([
    one.name,
    Math.round(contacts / wallS).toString(),
    Math.round(report.events / wallS).toString(),
    ((cpuS * 1e6) / contacts).toFixed(2),
    `${((gcS / wallS) * 100).toFixed(0)} %`,
    othersCores === undefined ? '–' : othersCores.toFixed(2),
    `${one.figure} ${found === null ? '–' : found.toFixed(5)}`,
    one.exact.toFixed(5),
  ]);
}

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd : cell.padStart).call(cell, COLUMNS[index] ?? 0))
    .join('');
}

function machineLine(): string {
  const { cpuCount, cpuModel, memoryGiB, system, node, loadBefore } = describeMachine();
  return `machine: ${cpuCount} × ${cpuModel}, ${memoryGiB} GiB, ${system}, Node ${node}; load average before: ${loadBefore}`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}
