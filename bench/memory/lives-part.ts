/**
 * Part: whether memory grows with the lives that have passed. Whole lives in virtual time, closed contacts forgotten after a minute; what
 * is held is counted at equal distances, after full collections, in the middle of everything.
 *
 * 1. At each count about as many contacts are open and remembered as at the others: what differs is growth, or chance.
 * 2. At the end contacts are no longer forgotten, for some lives more, and then all at once: that tells what a tombstone holds.
 */
import { CollectionWatch } from '../gc.ts';
import { heldBytes } from './heap.ts';
import { partParams, partResult } from './part.ts';
import { roomyPolicy, setPolicyOf } from './policies.ts';
import { Run, type Way } from './run.ts';

export interface LivesParams {
  readonly seed: number;
  readonly way: Way;
  readonly agents: number;
  /** Lives between two counts, and how many counts. */
  readonly stepLives: number;
  readonly steps: number;
}

/** What was held when so many lives were over. */
export interface Held {
  readonly lives: number;
  readonly bytes: number;
  readonly openContacts: number;
  readonly tombstones: number;
}

export interface LivesResult {
  readonly held: readonly Held[];
  readonly bytesPerTombstone: number;
  readonly tookS: number;
  readonly gcMs: number;
  /** Of who was offered what, in order. */
  readonly hash: string;
}

/** Forgetting waits for whole minutes. */
const FORGOTTEN_MS = 120_000;
const TOMBSTONES_MAX = 50_000;
async function measure(params: LivesParams): Promise<LivesResult> {
  const run = new Run({ ...params, forget: '1m' });
  const watch = new CollectionWatch();
  const startedMs = performance.now();
  const held: Held[] = [];
  for (let step = 1; step <= params.steps; step++) {
    await run.goOn(step * params.stepLives);
    const { known, tombstones } = run.core.state;
    const bytes = await heldBytes();
    held.push({
      lives: run.lives.completedCount,
      bytes,
      openContacts: known.size - tombstones.size,
      tombstones: tombstones.size,
    });
    process.stderr.write(`${params.way}: ${held.length} of ${params.steps} counts\n`);
  }
  const tookS = (performance.now() - startedMs) / 1000;
  const { ms } = await watch.end();
  return {
    held,
    bytesPerTombstone: await bytesPerTombstone(run, params.stepLives),
    tookS,
    gcMs: ms,
    hash: run.digest(),
  };
}

async function bytesPerTombstone(run: Run, stepLives: number): Promise<number> {
  const { lives } = run;
  run.execute(setPolicyOf(roomyPolicy('7d')), lives.at);
  await run.goOn(lives.completedCount + Math.min(stepLives, TOMBSTONES_MAX));
  lives.finish();
  await run.goOn(0);
  const { tombstones } = run.core.state;
  const count = tombstones.size;
  const before = await heldBytes();
  run.execute(setPolicyOf(roomyPolicy('0s')), lives.at);
  run.execute({ type: 'tick' }, lives.at + FORGOTTEN_MS);
  await run.goOn(0);
  if (tombstones.size > 0) throw new Error(`${tombstones.size} tombstones are not forgotten`);
  return (before - (await heldBytes())) / count;
}

partResult(await measure(partParams<LivesParams>()));
