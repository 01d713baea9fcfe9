// Answers and abandons of the last hour, in twelve slots of five minutes [QUE8].
import type { OracleFlow, OracleState } from './model.ts';

const SLOT_MS = 300_000;
const SLOTS = 12;

/** The queue's flow with its newest slot at the instant's: older slots move up, those beyond an hour fall off. */
function flowAt(state: OracleState, queue: string, at: number): OracleFlow {
  const slot = Math.floor(at / SLOT_MS);
  let flow = state.flows.find((one) => one.queue === queue);
  if (flow === undefined) {
    flow = {
      kind: 'queueFlow',
      queue,
      slot,
      answered: [0],
      answeredWithin: [0],
      abandoned: [0],
      paceUntil: 0,
      lineSince: 0,
      lined: [],
    };
    state.flows.push(flow);
  }
  for (let moves = Math.min(SLOTS, slot - flow.slot); moves > 0; moves--) {
    flow.answered = [...flow.answered, 0].slice(-SLOTS);
    flow.answeredWithin = [...flow.answeredWithin, 0].slice(-SLOTS);
    flow.abandoned = [...flow.abandoned, 0].slice(-SLOTS);
  }
  flow.slot = slot;
  return flow;
}

function addOne(counts: readonly number[]): number[] {
  return counts.map((count, index) => (index === counts.length - 1 ? count + 1 : count));
}

export function countAnswer(state: OracleState, queue: string, at: number, within: boolean): void {
  const flow = flowAt(state, queue, at);
  flow.answered = addOne(flow.answered);
  if (within) flow.answeredWithin = addOne(flow.answeredWithin);
}

export function countAbandon(state: OracleState, queue: string, at: number): void {
  const flow = flowAt(state, queue, at);
  flow.abandoned = addOne(flow.abandoned);
}

/** What the queue's figures show at the instant: sums over the slots of the last hour. */
export function flowSums(
  state: OracleState,
  queue: string,
  now: number,
): { answered: number; answeredWithin: number; abandoned: number } {
  const sums = { answered: 0, answeredWithin: 0, abandoned: 0 };
  const flow = state.flows.find((one) => one.queue === queue);
  if (flow === undefined) return sums;
  const newest = Math.floor(now / SLOT_MS);
  for (let index = 0; index < flow.answered.length; index++) {
    const slot = flow.slot - (flow.answered.length - 1 - index);
    if (newest - slot >= SLOTS) continue;
    sums.answered += flow.answered[index] ?? 0;
    sums.answeredWithin += flow.answeredWithin[index] ?? 0;
    sums.abandoned += flow.abandoned[index] ?? 0;
  }
  return sums;
}
