// Seeds one after the other, until time is up or one fails; and how a failure is told.
//
// 1. A failure comes with its seed, its step, the command that repeats it, and the smaller history that also fails [TOR3].

import { readFileSync, writeFileSync } from 'node:fs';
import { TortureFailure, type TortureResult, torture } from './machine.ts';
import { history, type TortureHistory } from './moves.ts';
import type { Product } from './product.ts';
import { Shrinker } from './shrink.ts';
import { Sightings } from './sightings.ts';

/** A history that failed once, kept as a file: test/torture/cases/NAME.json. */
export interface TortureCase {
  /** What was wrong then. */
  readonly why: string;
  readonly history: TortureHistory;
}

/** What a campaign came to so far. */
export interface Tally {
  seeds: number;
  steps: number;
  coreSteps: number;
  events: number;
  lives: number;
  readonly sightings: Sightings;
}

export function newTally(): Tally {
  return { seeds: 0, steps: 0, coreSteps: 0, events: 0, lives: 0, sightings: new Sightings() };
}

export function count(tally: Tally, result: TortureResult): void {
  tally.seeds += 1;
  tally.steps += result.moves;
  tally.coreSteps += result.steps;
  tally.events += result.events;
  tally.lives += result.lives;
  tally.sightings.add(result.sightings);
}

export function tallyText({ seeds, steps, coreSteps, events, lives }: Tally, seconds: number): string {
  const pace = Math.round(coreSteps / Math.max(seconds, 0.001));
  return `${seeds} seeds, ${steps} steps, ${coreSteps} steps of the core (${pace}/s), ${events} events, ${lives} lives of the process`;
}

/** Runs the seed, or its first so many steps. Gives the failure as it is to be told, or undefined. */
export async function runSeed(
  product: Product,
  seed: number,
  tally: Tally,
  steps?: number,
): Promise<TortureFailure | undefined> {
  try {
    count(tally, await torture(product, history(seed), steps));
    return undefined;
  } catch (failure) {
    if (failure instanceof TortureFailure) return failure;
    throw failure;
  }
}

/** What there is to say of a failed seed, before it is made smaller. */
export function failureText(seed: number, { message, step, coreSteps }: TortureFailure): string {
  return [
    `seed ${seed} failed at step ${step}, after ${coreSteps} steps of the core:`,
    message,
    `again: npm run torture -- --seed ${seed} --steps ${step}`,
  ].join('\n');
}

/** The failing history made smaller, and what is wrong with it. */
export async function smallerCase(
  product: Product,
  failing: TortureHistory,
  found: TortureFailure,
): Promise<TortureCase> {
  const smaller = await new Shrinker(product, failing, found).shrink();
  try {
    await torture(product, smaller);
  } catch (failure) {
    return {
      why: failure instanceof Error ? (failure.message.split('\n', 1)[0] ?? '') : String(failure),
      history: smaller,
    };
  }
  return { why: 'it fails no more: the run does not depend on its history alone', history: failing };
}

export function caseText({ why, history: { moves, ...rest } }: TortureCase): string {
  return [why, JSON.stringify(rest), ...moves.map((move) => JSON.stringify(move))].join('\n');
}

export function readCase(path: string): TortureCase {
  return JSON.parse(readFileSync(path, 'utf8')) as TortureCase;
}

export function saveCase(path: string, one: TortureCase): void {
  writeFileSync(path, `${JSON.stringify(one, undefined, 1)}\n`);
}
