/**
 * `npm run bench -- simulator`: how many virtual contacts a second of wall time the simulator routes, on queues that have formulas.
 * What it measures and what not: bench/README.md.
 *
 * 1. One process, one run after the other; each case is run so many times, and the quickest counts: others on the machine only ever add to it.
 * 2. All contacts that arrive are counted, those of the warm-up too: they cost the same.
 */
import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import { readScenario } from '../../src/config/scenario-file.ts';
import type { Report } from '../../src/sim/report.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { readMachineCpuUs } from '../cpu-time.ts';
import { CollectionWatch } from '../gc.ts';
import { Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import { CASES, type Case } from './cases.ts';

interface Flags extends SuiteFlags {
  readonly contacts: number;
  readonly tries: number;
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
  return suiteCommand(
    'simulator',
    'Virtual contacts a second on queues that have formulas, beside what the formulas say.',
  )
    .option('--contacts <n>', 'of each run', wholeNumber, 2_000_000)
    .option('--tries <n>', 'runs of each case; the quickest counts', wholeNumber, 3)
    .action(async (flags: Flags) => {
      const contacts = flags.small ? SMALL_CONTACTS : flags.contacts;
      const tries = flags.small ? 1 : flags.tries;
      const results = new Results('simulator', flags, { contacts, tries });
      const rows: string[][] = [];
      for (const one of CASES) {
        const timed = await quickest(one, { seed: flags.seed, contacts, tries });
        rows.push(row(one, timed));
        results.metric(`${one.name}ContactsPerS`, Math.round(timed.contacts / timed.wallS));
        results.metric(`${one.name}CpuUsPerContact`, (timed.cpuS * 1e6) / timed.contacts);
        results.outcome(timed.report.hash);
      }
      results.table({ head: HEAD, rows });
      results.end();
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
  const watch = new CollectionWatch();
  const machineBefore = readMachineCpuUs();
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const report = simulate(scenario, { seed, onContact: () => contacts++ });
  const wallS = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const machineAfter = readMachineCpuUs();
  const { ms } = await watch.end();
  const cpuS = (cpu.user + cpu.system) / 1e6;
  const othersCores =
    machineBefore === undefined || machineAfter === undefined
      ? undefined
      : Math.max(0, (machineAfter - machineBefore) / 1e6 - cpuS) / wallS;
  return { report, contacts, wallS, cpuS, gcS: ms / 1000, othersCores };
}

const HEAD = ['', 'contacts/s', 'events/s', 'CPU µs each', 'GC', 'others', 'found', 'exact'];

function row(one: Case, { report, contacts, wallS, cpuS, gcS, othersCores }: Timed): string[] {
  const found = one.found(report.total);
  return [
    one.name,
    Math.round(contacts / wallS).toString(),
    Math.round(report.events / wallS).toString(),
    ((cpuS * 1e6) / contacts).toFixed(2),
    `${((gcS / wallS) * 100).toFixed(0)} %`,
    othersCores === undefined ? '–' : othersCores.toFixed(2),
    `${one.figure} ${found === null ? '–' : found.toFixed(5)}`,
    one.exact.toFixed(5),
  ];
}
