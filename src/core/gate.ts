// Gates: what a queue's policy asks of everybody else before its contacts are offered: agents left for others, another queue's service level,
// a pace. A contact behind a shut gate waits in its line like any other, with its age.
//
// Invariants: 1. within one settle a gate only shuts, but for answers that lift a service level: whoever may open one says so to `Dirty`.
// 2. contacts behind a gate have demand classes of their own, so that a gate is looked at once a class and not once a contact.
// 3. a gate has a deadline exactly while somebody waits in its queue, or may be offered to one more agent, and time alone may open it.

import { hasRoom, isAvailable } from './agent.ts';
import type { DemandClass } from './demand.ts';
import type { Moment } from './matching.ts';
import type { Queue } from './names.ts';
import { SLOT_MS } from './queue-flow.ts';
import type { State } from './state.ts';

/** What keeps a gate shut; '' : it is open. */
export type Shut = '' | 'RESERVE' | 'SERVICE_LEVEL' | 'PACE';

/** Whether contacts of the class may be offered now. */
export function isOpen(demand: DemandClass, moment: Moment): boolean {
  const queue = demand.gate;
  if (queue === undefined) return true;
  return shutForAll(queue, moment.now, moment.queues) === '' && leavesReserve(demand, queue, moment);
}

/** The same of those that are offered to somebody and may be offered to one more: the pace is not asked. */
export function isOpenForMore(demand: DemandClass, moment: Moment): boolean {
  const queue = demand.gate;
  if (queue === undefined) return true;
  return keepsLevel(queue, moment.now, moment.queues) && leavesReserve(demand, queue, moment);
}

function leavesReserve(demand: DemandClass, queue: Queue, moment: Moment): boolean {
  const reserve = queue.policy.gate?.reserve ?? 0;
  return reserve === 0 || countsMoreThan(demand, reserve, moment);
}

/** What shuts the gate whoever the contact is. */
export function shutForAll(queue: Queue, now: number, queues: ReadonlyMap<string, Queue>): Shut {
  const gate = queue.policy.gate;
  if (gate === undefined) return '';
  if (gate.paceMs > 0 && now < queue.paceUntil) return 'PACE';
  return keepsLevel(queue, now, queues) ? '' : 'SERVICE_LEVEL';
}

function keepsLevel({ policy }: Queue, now: number, queues: ReadonlyMap<string, Queue>): boolean {
  const asked = policy.gate?.serviceLevelAtLeast;
  if (asked === undefined) return true;
  return (queues.get(asked.queue)?.flow.serviceLevel(now) ?? 1) >= asked.ratio;
}

/** What shuts the queue's gate, by the queue's own count of agents with room. */
export function shownGate(queue: Queue, now: number, queues: ReadonlyMap<string, Queue>): Shut {
  const gate = queue.policy.gate;
  if (gate === undefined) return '';
  if (gate.reserve > 0 && queue.agentsAvailable <= gate.reserve) return 'RESERVE';
  return shutForAll(queue, now, queues);
}

/** Whether more agents than that could be offered contacts of the class, cool-downs left aside. */
function countsMoreThan(demand: DemandClass, least: number, { dirtyAgents }: Moment): boolean {
  let count = demand.available?.size ?? 0;
  for (const { pool } of demand.facts) {
    if (pool !== undefined) count += pool.agents.size;
    if (count > least) return true;
  }
  // Those that settle has not put back yet are in no bucket.
  for (const agent of dirtyAgents) {
    if (agent.indexed || !isAvailable(agent) || !hasRoom(agent, demand.channel)) continue;
    if (agent.supply?.factByDemand.has(demand) === true) count++;
    if (count > least) return true;
  }
  return count > least;
}

/** An offer of the queue was made: the next one waits for the pace. */
export function notePace(state: State, queue: Queue): void {
  const paceMs = queue.policy.gate?.paceMs ?? 0;
  if (paceMs === 0) return;
  queue.paceUntil = state.at + paceMs;
  scheduleGate(state, queue, state.at);
}

/** When time alone may open the gate next, after `from`. */
export function scheduleGate(state: State, queue: Queue, from: number): void {
  const { gateDeadline: present } = queue;
  // Due in this very step, but behind what is happening: it would never fire.
  if (present !== undefined && present.heapIndex !== -1 && 'due' in present && present.due <= from)
    state.dirty.addGate(queue);
  state.deadlines.cancel(present);
  queue.gateDeadline = undefined;
  const gate = queue.policy.gate;
  if (gate === undefined || queue.waiting.size + queue.furtherCount === 0) return;
  let due = Number.POSITIVE_INFINITY;
  if (gate.paceMs > 0 && queue.paceUntil > from && queue.waiting.size > 0) due = queue.paceUntil;
  if (gate.serviceLevelAtLeast !== undefined) due = Math.min(due, (Math.floor(from / SLOT_MS) + 1) * SLOT_MS);
  if (due === Number.POSITIVE_INFINITY) return;
  queue.gateDeadline = { kind: 'gate', due, ordinal: 0, detail: 0, queue, heapIndex: -1 };
  state.deadlines.add(queue.gateDeadline);
}
