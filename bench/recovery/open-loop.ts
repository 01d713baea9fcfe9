/**
 * Things that are done at instants that were drawn before, whatever became of the earlier ones.
 *
 * 1. What is due is done; who is late does all that is due at once. Latencies count from the instants, so lateness is in them.
 */
import { nowUs } from '../latency/clock.ts';
import { Metronome } from '../latency/metronome.ts';

/** How early the metronome may tick, and how much of the time may be spent waiting for the instant because of it. */
const LEAD_US_MAX = 100;
const LEAD_SHARE = 0.05;
/** Before the first instant: the metronome has to be asleep by then. */
const START_US = 50_000;

export interface OpenLoop {
  /** Offsets from the start, microseconds, in order. */
  readonly schedule: Float64Array;
  readonly ratePerS: number;
  /** Does the thing of this number, which was due at the instant (of `nowUs`). */
  readonly act: (number: number, dueUs: number) => void;
}

/** Resolves when the last thing was done. */
export async function runOpenLoop({ schedule, ratePerS, act }: OpenLoop): Promise<void> {
  const startUs = nowUs() + START_US;
  const instantsUs = schedule.map((atUs) => startUs + atUs);
  const metronome = new Metronome();
  const { promise, resolve } = Promise.withResolvers<void>();
  const leadUs = Math.min(LEAD_US_MAX, (LEAD_SHARE * 1e6) / ratePerS);
  let number = 0;
  const dueUs = (): number => instantsUs[number] ?? Number.POSITIVE_INFINITY;
  metronome.start(instantsUs, leadUs, () => {
    for (let atUs = nowUs(); dueUs() <= atUs + leadUs; atUs = nowUs()) {
      while (dueUs() <= atUs) {
        act(number, dueUs());
        number++;
      }
    }
    if (number === instantsUs.length) resolve();
  });
  await promise;
  await metronome.close();
}
