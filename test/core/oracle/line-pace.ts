// What each line did lately [EST1] and the estimates made of it [EST2], from a list of single facts, each with its minute. Nothing is added up
// before somebody asks.
import type { LineSlotRecord } from '../../../src/core/state-records.ts';
import type { OracleContact, OracleState } from './model.ts';

const MINUTE_MS = 60_000;

interface LineFact {
  readonly minute: number;
  readonly of: 'linedMs' | 'answered' | 'ringMs' | 'left';
  readonly amount: number;
}

export interface OracleLine {
  readonly queue: string;
  /** Since when somebody of the queue is QUEUED; 0: nobody is. */
  since: number;
  facts: LineFact[];
}

/** Brings stretches up to date after an event: who stands in line now, and where the policy wants to know. */
export function noteLines(state: OracleState, at: number): void {
  const policy = state.policy;
  const names = policy?.estimate === undefined ? [] : policy.queues.map(({ name }) => name);
  state.lines = state.lines.filter(({ queue }) => names.includes(queue));
  for (const queue of names) {
    const isLined = state.contacts.some((contact) => contact.queue === queue && contact.state === 'QUEUED');
    const pace = lineOf(state, queue);
    if (isLined && pace.since === 0) pace.since = at;
    if (isLined || pace.since === 0) continue;
    endStretch(state, pace, at);
  }
}

function lineOf(state: OracleState, queue: string): OracleLine {
  let pace = state.lines.find((one) => one.queue === queue);
  if (pace === undefined) {
    pace = { queue, since: 0, facts: [] };
    state.lines.push(pace);
  }
  return pace;
}

function minutesOf(state: OracleState): number {
  return state.policy?.estimate?.minutes ?? 0;
}

/** The stretch's share of each minute that counts. */
function endStretch(state: OracleState, pace: OracleLine, at: number): void {
  const { since } = pace;
  pace.since = 0;
  const present = Math.floor(at / MINUTE_MS);
  for (let minute = present - minutesOf(state) + 1; minute <= present; minute++) {
    const overlap = Math.min(at, (minute + 1) * MINUTE_MS) - Math.max(since, minute * MINUTE_MS);
    if (overlap > 0) addFact(state, pace, { minute, of: 'linedMs', amount: overlap });
  }
}

function addFact(state: OracleState, pace: OracleLine, fact: LineFact): void {
  pace.facts.push(fact);
  const newest = Math.max(...pace.facts.map(({ minute }) => minute));
  pace.facts = pace.facts.filter(({ minute }) => minute > newest - minutesOf(state));
}

/** Whether a contact that is offered now had stood in line for it. */
export function stoodInLine(state: OracleState, contact: OracleContact, at: number): boolean {
  const since = state.lines.find(({ queue }) => queue === contact.queue)?.since ?? 0;
  return since !== 0 && since < at && contact.enqueuedAt < at;
}

/** The contact is accepted. */
export function notePaceOfAnswer(state: OracleState, contact: OracleContact, at: number): void {
  if (!contact.fromLine || state.policy?.estimate === undefined) return;
  const pace = lineOf(state, contact.queue);
  const minute = Math.floor(at / MINUTE_MS);
  addFact(state, pace, { minute, of: 'answered', amount: 1 });
  addFact(state, pace, { minute, of: 'ringMs', amount: at - contact.offeredAt });
}

/** The contact is about to leave its line otherwise than by an offer. */
export function notePaceOfLeaving(state: OracleState, contact: OracleContact, at: number): void {
  if (contact.state !== 'QUEUED' || contact.enqueuedAt === at || state.policy?.estimate === undefined) return;
  addFact(state, lineOf(state, contact.queue), { minute: Math.floor(at / MINUTE_MS), of: 'left', amount: 1 });
}

function sumOf(facts: readonly LineFact[], what: LineFact['of']): number {
  let sum = 0;
  for (const { of, amount } of facts) if (of === what) sum += amount;
  return sum;
}

/** The minutes that have something in them. */
export function lineSlots({ facts }: OracleLine): LineSlotRecord[] {
  const minutes = [...new Set(facts.map(({ minute }) => minute))].sort((one, other) => one - other);
  return minutes.map((minute) => {
    const its = facts.filter((fact) => fact.minute === minute);
    const [linedMs, answered] = [sumOf(its, 'linedMs'), sumOf(its, 'answered')];
    return { minute, linedMs, answered, ringMs: sumOf(its, 'ringMs'), left: sumOf(its, 'left') };
  });
}

/** [EST2]: how long one at the position waits for an answer. */
export function estimateOf(state: OracleState, queue: string, position: number, now: number): number | undefined {
  const estimate = state.policy?.estimate;
  const pace = state.lines.find((one) => one.queue === queue);
  if (estimate === undefined || pace === undefined) return undefined;
  const first = Math.floor(now / MINUTE_MS) - estimate.minutes + 1;
  const facts = pace.facts.filter(({ minute }) => minute >= first);
  const answered = sumOf(facts, 'answered');
  if (answered < estimate.answersMin) return undefined;
  const present = pace.since === 0 ? 0 : Math.min(now - pace.since, now - first * MINUTE_MS);
  const linedMs = sumOf(facts, 'linedMs') + present;
  return Math.round(
    (2 * position * linedMs) / (2 * answered + sumOf(facts, 'left')) + sumOf(facts, 'ringMs') / answered,
  );
}
