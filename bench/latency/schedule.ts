/**
 * When contacts come: instants from the start, in microseconds, fixed before anything is sent. That is what makes the load
 * open: a slow server does not make its customers come later.
 */
import { Prng } from '../../src/lib/prng.ts';

export type Arrivals = 'poisson' | 'fixed';

/** Instants of the contacts that come within so many seconds, in order. The same seed gives the same instants. */
export function scheduleOf(arrivals: Arrivals, ratePerS: number, seconds: number, seed: number): Float64Array {
  const meanUs = 1e6 / ratePerS;
  const endUs = seconds * 1e6;
  const instants: number[] = [];
  const random = new Prng(seed);
  const gapUs = (): number => (arrivals === 'poisson' ? random.exponential(meanUs) : meanUs);
  for (let atUs = gapUs(); atUs < endUs; atUs += gapUs()) instants.push(atUs);
  return Float64Array.from(instants);
}
