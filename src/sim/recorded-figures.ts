// The figures of what really happened, counted by the same rules as those of a run, so that the two can stand side by side (SPEC, RPL4).
//
// Invariants: 1. counted are the contacts submitted within the measured time, by the queue that they were in. 2. who was cancelled counts as
// expired: the system ended the contact, not the customer.

import { BATCHES } from './batch-means.ts';
import { BatchedWaits } from './batched-waits.ts';
import { addedUp, halfWidthsOf, measuresOf, sideBySide } from './measures.ts';
import type { RecordedContact, RecordedOutcome, Recording } from './recording.ts';
import type { TrafficReport } from './report.ts';
import { type OutcomeName, Tally, UNCOUNTED } from './tally.ts';

/** As in a Report, of what was recorded. */
export interface RecordedFigures {
  readonly traffic: Readonly<Record<string, TrafficReport>>;
  readonly total: TrafficReport;
}

const OUTCOMES: Readonly<Record<RecordedOutcome, Exclude<OutcomeName, 'blocked'>>> = {
  ANSWERED: 'answered',
  ABANDONED: 'abandoned',
  CANCELLED: 'expired',
  EXPIRED: 'expired',
  OPEN: 'stillWaiting',
};

/** The figures by recorded queue, and over all. */
export function recordedFigures(recording: Recording): RecordedFigures {
  const byQueue = Map.groupBy(recording.contacts, (contact) => contact.queue);
  const tallies = [...byQueue.keys()].sort().map((queue) => tallyOf(queue, byQueue.get(queue) ?? [], recording));
  const waits = new BatchedWaits();
  for (const tally of tallies) waits.addAll(tally.waits);
  const withins = new Set(tallies.map((tally) => tally.withinSeconds));
  const [within] = withins;
  const total = sideBySide(tallies.map((tally) => tally.batches()));
  return {
    traffic: Object.fromEntries(tallies.map((tally) => [tally.name, reportOf(tally)])),
    total: {
      ...measuresOf(addedUp(total), waits, withins.size === 1 ? (within ?? null) : null),
      ci95: halfWidthsOf(total, waits),
    },
  };
}

function reportOf(tally: Tally): TrafficReport {
  const batches = tally.batches();
  return {
    ...measuresOf(addedUp(batches), tally.waits, tally.withinSeconds),
    ci95: halfWidthsOf(batches, tally.waits),
  };
}

function tallyOf(queue: string, contacts: readonly RecordedContact[], recording: Recording): Tally {
  const { fromAt, toAt, policy } = recording;
  const withinMs = policy.queues.find(({ name }) => name === queue)?.serviceLevel.withinMs ?? 0;
  const spanMs = (toAt - fromAt) / BATCHES;
  const tally = new Tally(queue, spanMs);
  tally.useQueue(queue, withinMs);
  for (const { submittedAt, outcome, waitMs } of contacts) {
    const batch = submittedAt < fromAt || submittedAt >= toAt ? UNCOUNTED : Math.floor((submittedAt - fromAt) / spanMs);
    tally.arrived(batch);
    tally.settled(batch, OUTCOMES[outcome], waitMs * 1000, withinMs * 1000);
  }
  integrateLine(tally, contacts, fromAt, spanMs);
  return tally;
}

/** The line of the queue over time: who enters and leaves it, and where the batches begin, in order. */
function integrateLine(tally: Tally, contacts: readonly RecordedContact[], fromAt: number, spanMs: number): void {
  const moves = contacts.flatMap(({ submittedAt, waitMs }): { at: number; move: () => void }[] => {
    const leftAt = submittedAt + waitMs;
    return [
      { at: submittedAt, move: () => tally.enterLine(submittedAt) },
      { at: leftAt, move: () => tally.leaveLine(leftAt) },
    ];
  });
  for (let batch = 0; batch <= BATCHES; batch++) {
    const at = fromAt + batch * spanMs;
    moves.push({ at, move: () => tally.enterBatch(batch === BATCHES ? UNCOUNTED : batch, at) });
  }
  // In order of time; of one instant, as they stand here: in before out.
  moves.sort((a, b) => a.at - b.at);
  for (const { move } of moves) move();
}
