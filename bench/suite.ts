/**
 * What all suites have in common: their options, and the way results are said.
 *
 * 1. stdout: machine and parameters, what the suite says, the hash, and as last line one JSON object. stderr: progress.
 * 2. The hash is of parameters and outcomes, never of timing: same seed, same hash.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { type Table, textTable } from '../src/lib/text-table.ts';
import { describeMachine } from './machine.ts';

/** The options that every suite has, as commander gives them. */
export interface SuiteFlags {
  readonly small?: true;
  readonly seed: number;
  readonly json?: string;
}

export const DEFAULT_SEED = 42;

/** A suite's command with the options of all suites; its own options and its action come from the suite. */
export function suiteCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--small', 'a few seconds: for the tests, not for figures')
    .option('--seed <n>', 'of all that is drawn', wholeNumber, DEFAULT_SEED)
    .option('--json <file>', 'write the last line to a file too')
    .allowExcessArguments(false);
}

/** Figures, outcomes and lines of one run of a suite, said as they come. */
export class Results {
  readonly #suite: string;
  readonly #params: Readonly<Record<string, unknown>>;
  readonly #jsonFile: string | undefined;
  readonly #metrics: Record<string, number> = {};
  readonly #hash = createHash('sha256');

  /** Says what machine this is and the parameters, which become part of the hash. */
  constructor(suite: string, flags: SuiteFlags, params: Readonly<Record<string, unknown>>) {
    this.#suite = suite;
    this.#jsonFile = flags.json;
    this.#params = { small: flags.small === true, seed: flags.seed, ...params };
    this.#hash.update(JSON.stringify(this.#params));
    const { cpuCount, cpuModel, memoryGiB, system, node, loadBefore } = describeMachine();
    this.say(
      `machine: ${cpuCount} × ${cpuModel}, ${memoryGiB} GiB, ${system}, Node ${node}; load average before: ${loadBefore}`,
    );
    this.say(
      `${suite}: ${Object.entries(this.#params)
        .map(([name, value]) => `${name} ${told(value)}`)
        .join(', ')}`,
    );
  }

  /** A line for people. */
  say(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  table(table: Table): void {
    for (const line of textTable(table)) this.say(line);
  }

  /** A figure, by its name in the last line. Throws for what is not a number: a suite without its figure has failed. */
  metric(name: string, value: number): void {
    if (!Number.isFinite(value)) throw new Error(`the figure ${name} is ${value}`);
    if (name in this.#metrics) throw new Error(`the figure ${name} is told twice`);
    this.#metrics[name] = Number(value.toPrecision(6));
  }

  /** What came of the work, in an order that the seed decides. */
  outcome(text: string): void {
    this.#hash.update(`${text}\n`);
  }

  /** Says the hash and the last line, and writes that to the file asked for. */
  end(): void {
    const hash = this.#hash.digest('hex').slice(0, 16);
    const line = JSON.stringify({ suite: this.#suite, params: this.#params, hash, metrics: this.#metrics });
    if (this.#jsonFile !== undefined) writeFileSync(this.#jsonFile, `${line}\n`);
    this.say(`hash of what came of it: ${hash}`);
    this.say(`\n${line}`);
  }
}

/** Says on stderr what is being done. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** For options that take a whole number from 1. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

/** For options that take a positive number. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1e9)) throw new InvalidArgumentError('expected a positive number');
  return value;
}

function told(value: unknown): string {
  return Array.isArray(value) ? value.join('/') : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
