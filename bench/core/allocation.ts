/**
 * How many bytes a piece of work allocates: what the heap grew by between its collections, added up.
 *
 * 1. V8 tells how much of its heap is in use before and after each collection. What is in use before one, less what was after the last, was allocated
 *    meanwhile: whether it lived or not.
 * 2. Only the new space is looked at, and what is allocated too large for it is not: sweeping frees the old space little by little between collections.
 */
import { GCProfiler, getHeapSpaceStatistics } from 'node:v8';

const NEW_SPACE = 'new_space';

/** Bytes that `work` allocates. */
export function allocatedBytes(work: () => void): number {
  const profiler = new GCProfiler();
  profiler.start();
  let usedBefore = newSpaceUsed();
  work();
  const usedAfter = newSpaceUsed();
  let bytes = 0;
  for (const { beforeGC, afterGC } of profiler.stop()?.statistics ?? []) {
    bytes += usedIn(beforeGC.heapSpaceStatistics) - usedBefore;
    usedBefore = usedIn(afterGC.heapSpaceStatistics);
  }
  return bytes + usedAfter - usedBefore;
}

function newSpaceUsed(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === NEW_SPACE)?.space_used_size ?? 0;
}

function usedIn(spaces: readonly { readonly spaceName: string; readonly spaceUsedSize: number }[]): number {
  return spaces.find((space) => space.spaceName === NEW_SPACE)?.spaceUsedSize ?? 0;
}
