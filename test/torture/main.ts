/**
 * `npm run torture`: tortures the engine, seed after seed, until time is up or something does not hold.
 *
 * 1. Exit code 0: everything held. 1: something did not; stdout has seed, step, the command that repeats it, and a smaller history. 2: wrong usage.
 * 2. A failure becomes a test by saving the smaller history under test/torture/cases/ (`--save`): test/torture/cases.test.ts runs what is there.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { caseText, failureText, newTally, readCase, runSeed, saveCase, smallerCase, tallyText } from './campaign.ts';
import { torture } from './machine.ts';
import { history } from './moves.ts';
import { loadProduct, type Product, SOURCE } from './product.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const PROGRESS_MS = 5000;

interface Options {
  readonly seed?: number;
  readonly minutes: number;
  readonly steps?: number;
  readonly case?: string;
  readonly save?: string;
  readonly source: string;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is expected.');
  return Number(text);
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('a number above 0 is expected.');
  return number;
}

function parse(argv: readonly string[]): Options {
  return new Command('torture')
    .description(
      'Tortures the engine in virtual time: random policies, populations and faults, everything checked after every step.',
    )
    .option('--seed <n>', 'the first seed; absent: one of its own', wholeNumber)
    .option('--minutes <m>', 'how long to go on, seed after seed', positive, 1)
    .option('--steps <n>', 'only the seed, and of it only the first steps: to repeat a failure', wholeNumber)
    .option('--case <file>', 'only the history in the file')
    .option('--save <file>', 'where to save the smaller history of a failure')
    .option('--source <dir>', 'the source tree to torture', SOURCE)
    .addHelpText('after', '\nRun as: npm run torture -- [options]')
    .exitOverride()
    .parse([...argv])
    .opts<Options>();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function campaign(product: Product, options: Options): Promise<number> {
  const { seed: first = Math.floor(Date.now() / 1000) % 1_000_000_000, minutes, steps, save } = options;
  const tally = newTally();
  const startedMs = performance.now();
  let toldMs = startedMs;
  const tell = (): void => say(tallyText(tally, (performance.now() - startedMs) / 1000));
  const isDone = steps !== undefined ? () => tally.seeds > 0 : () => performance.now() - startedMs > minutes * 60_000;
  say(`from seed ${first} on`);
  for (let seed = first; !isDone(); seed++) {
    const failure = await runSeed(product, seed, tally, steps);
    if (failure !== undefined) {
      say(failureText(seed, failure));
      say('making it smaller …');
      const smaller = await smallerCase(product, history(seed), failure);
      say(caseText(smaller));
      if (save !== undefined) saveCase(save, smaller);
      return EXIT_FAILED;
    }
    if (performance.now() - toldMs < PROGRESS_MS) continue;
    toldMs = performance.now();
    tell();
  }
  tell();
  return 0;
}

async function oneCase(product: Product, path: string): Promise<number> {
  const { why, history: kept } = readCase(path);
  try {
    const { moves, steps } = await torture(product, kept);
    say(`${moves} steps, ${steps} steps of the core: all held; it was kept for: ${why}`);
    return 0;
  } catch (failure) {
    say(failure instanceof Error ? failure.message : String(failure));
    return EXIT_FAILED;
  }
}

async function run(argv: readonly string[]): Promise<number> {
  try {
    const options = parse(argv);
    const product = await loadProduct(options.source);
    return await (options.case === undefined ? campaign(product, options) : oneCase(product, options.case));
  } catch (error) {
    // Commander has said what was wrong with the command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
}

// What lies in temporary folders is removed when the process exits.
process.once('SIGINT', () => process.exit(EXIT_INTERRUPTED));
process.exitCode = await run(process.argv);
