/**
 * `npm run bench -- compare REV [SUITE…]`: runs suites of this tree and of another revision in turns and says how each figure
 * differs. What this tree has not committed is measured with it.
 *
 * 1. A B A B …: what others do to the machine meanwhile hits both.
 * 2. Whatever ends it, the other revision's folder and what git knows of it are gone afterwards.
 */
import type { Command } from 'commander';
import type { Cleanup } from '../cleanup.ts';
import type { SuiteContext } from '../main.ts';
import { progress, Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import { Comparison, type Pair } from './comparison.ts';
import { runSuite, suitesOf } from './suite-runs.ts';
import { addWorktree, commitOf, isChanged, repositoryRoot } from './worktree.ts';

interface Flags extends SuiteFlags {
  readonly pairs: number;
  readonly with: string;
}

const DEFAULT_PAIRS = 3;
const SHORT_HASH = 10;

export function compareCommand({ cleanup }: SuiteContext): Command {
  return suiteCommand(
    'compare',
    'Suites of this tree beside those of another revision, in turns: the ratio of each figure.',
  )
    .argument('<rev>', 'the other revision, by any name that git knows')
    .argument('[suites...]', 'suites to run; default: all that both have')
    .option('--pairs <n>', 'runs of each suite in each of both', wholeNumber, DEFAULT_PAIRS)
    .option('--with <options>', 'options for the suites, such as --with "--rates 500 --no-search"', '')
    .action((revision: string, suites: readonly string[], flags: Flags) => compare(revision, suites, flags, cleanup));
}

async function compare(revision: string, wanted: readonly string[], flags: Flags, cleanup: Cleanup): Promise<void> {
  const root = repositoryRoot();
  const commit = commitOf(root, revision);
  const here = await suitesOf(root, cleanup);
  const unknown = wanted.filter((suite) => !here.includes(suite));
  if (unknown.length > 0) throw new Error(`there is no suite ${unknown.join(', ')}; suites: ${here.join(', ')}`);
  const suites = wanted.length > 0 ? wanted : here;
  const params = { commit, suites, pairs: flags.pairs, with: flags.with };
  const results = new Results('compare', flags, params);
  const changes = isChanged(root) ? ' with what is not committed' : '';
  results.say(`here: ${commitOf(root, 'HEAD').slice(0, SHORT_HASH)}${changes}`);
  results.say(`there: ${commit.slice(0, SHORT_HASH)} (${revision})`);
  progress(`checking out ${revision}`);
  const folder = await addWorktree(root, commit, cleanup);
  const there = await suitesOf(folder, cleanup);
  for (const suite of suites) {
    if (!there.includes(suite)) {
      results.say(`\n${suite}: the other revision has no such suite`);
      results.outcome(`${suite} is not there`);
      continue;
    }
    const pairs = await runPairs(suite, { root, folder, flags, cleanup });
    say(new Comparison(suite, pairs), results);
  }
  results.end();
}

interface Trees {
  readonly root: string;
  readonly folder: string;
  readonly flags: Flags;
  readonly cleanup: Cleanup;
}

async function runPairs(suite: string, { root, folder, flags, cleanup }: Trees): Promise<Pair[]> {
  const { small, seed, pairs: count } = flags;
  const extra = flags.with.split(' ').filter((option) => option !== '');
  const options = ['--seed', String(seed), ...(small === true ? ['--small'] : []), ...extra];
  const pairs: Pair[] = [];
  for (let number = 1; number <= count; number++) {
    progress(`${suite}, pair ${number} of ${count}: here`);
    const here = await runSuite(root, suite, options, cleanup);
    progress(`${suite}, pair ${number} of ${count}: there`);
    pairs.push({ here, there: await runSuite(folder, suite, options, cleanup) });
  }
  return pairs;
}

function say(comparison: Comparison, results: Results): void {
  const { suite, figures, hashes, onlyHere, onlyThere, withoutRatio } = comparison;
  results.say('');
  results.table({
    head: [suite, 'here', 'there', 'here / there', 'least', 'greatest'],
    rows: figures.map(({ name, here, there, ratio, leastRatio, greatestRatio }) => [
      name,
      figure(here),
      figure(there),
      ratio.toFixed(3),
      leastRatio.toFixed(3),
      greatestRatio.toFixed(3),
    ]),
  });
  for (const { name, ratio } of figures) results.metric(`${suite}.${name}`, ratio);
  if (onlyHere.length > 0) results.say(`only here: ${onlyHere.join(', ')}`);
  if (onlyThere.length > 0) results.say(`only there: ${onlyThere.join(', ')}`);
  if (withoutRatio.length > 0) results.say(`without a ratio, since 0 is among them: ${withoutRatio.join(', ')}`);
  const told = `here ${hashes.here.join('/')}, there ${hashes.there.join('/')}`;
  results.say(`${suite}: hashes are ${hashes.isEqual ? `equal: ${hashes.here[0]}` : `not equal: ${told}`}`);
  results.outcome(`${suite} ${told}`);
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
