/**
 * What pairs of runs of one suite, here and at another revision, come to: of each figure the ratio, here over there.
 *
 * 1. Ratios are taken inside a pair, whose runs came one after the other; the median of the pairs counts, and the least and
 *    the greatest tell how far it can be trusted.
 * 2. A figure that only one revision has, or that is 0 there, has no ratio and is named.
 */
import { median } from '../latency/run-tally.ts';
import type { SuiteResult } from './suite-runs.ts';

export interface Pair {
  readonly here: SuiteResult;
  readonly there: SuiteResult;
}

export interface FigureComparison {
  readonly name: string;
  /** Medians. */
  readonly here: number;
  readonly there: number;
  readonly ratio: number;
  readonly leastRatio: number;
  readonly greatestRatio: number;
}

export interface HashComparison {
  /** One each if every run gave the same. */
  readonly here: readonly string[];
  readonly there: readonly string[];
  readonly isEqual: boolean;
}

export class Comparison {
  readonly suite: string;
  readonly figures: readonly FigureComparison[];
  /** Names of figures without a ratio. */
  readonly onlyHere: readonly string[];
  readonly onlyThere: readonly string[];
  readonly withoutRatio: readonly string[];
  readonly hashes: HashComparison;

  constructor(suite: string, pairs: readonly Pair[]) {
    this.suite = suite;
    const here = pairs.map((pair) => pair.here);
    const there = pairs.map((pair) => pair.there);
    const common = namesOf(here).filter((name) => namesOf(there).includes(name));
    const compared = common.map((name) => compareFigure(name, pairs));
    this.figures = compared.filter(({ ratio }) => Number.isFinite(ratio));
    this.withoutRatio = compared.filter(({ ratio }) => !Number.isFinite(ratio)).map(({ name }) => name);
    this.onlyHere = namesOf(here).filter((name) => !common.includes(name));
    this.onlyThere = namesOf(there).filter((name) => !common.includes(name));
    const hashes = { here: hashesOf(here), there: hashesOf(there) };
    const all = new Set([...hashes.here, ...hashes.there]);
    this.hashes = { ...hashes, isEqual: all.size === 1 };
  }
}

function compareFigure(name: string, pairs: readonly Pair[]): FigureComparison {
  const values = pairs.map(({ here, there }) => ({
    here: here.metrics[name] ?? Number.NaN,
    there: there.metrics[name] ?? Number.NaN,
  }));
  const ratios = values.map(({ here, there }) => here / there);
  return {
    name,
    here: median(values.map(({ here }) => here)),
    there: median(values.map(({ there }) => there)),
    ratio: ratios.every(Number.isFinite) ? median(ratios) : Number.NaN,
    leastRatio: Math.min(...ratios),
    greatestRatio: Math.max(...ratios),
  };
}

/** Names of the figures that every run has, in the order of the first. */
function namesOf(results: readonly SuiteResult[]): string[] {
  const [first, ...others] = results;
  return Object.keys(first?.metrics ?? {}).filter((name) => others.every(({ metrics }) => name in metrics));
}

function hashesOf(results: readonly SuiteResult[]): string[] {
  return [...new Set(results.map(({ hash }) => hash))];
}
