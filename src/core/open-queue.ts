// Where a contact goes that finds its queue closed.

import { instantText } from '../lib/instant-text.ts';
import { isOpen, opensAt } from './hours.ts';
import type { Queue } from './names.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { State } from './state.ts';

/** The queue that takes a contact: at once (0), or at that instant. */
export interface Taker {
  readonly queue: Queue;
  readonly dueAt: number;
}

/** Where a contact goes whose queue may be closed: there, or where that queue's `closed` leads; or why nowhere. */
export function takerOf(state: State, queue: Queue, now: number): Taker | Refusal {
  const tried: Queue[] = [];
  for (let one: Queue | undefined = queue; one !== undefined && !tried.includes(one); one = overflowOf(state, one)) {
    if (isOpen(one, now)) return { queue: one, dueAt: 0 };
    const dueAt = one.policy.closed?.then === 'schedule' ? opensAt(one, now) : 0;
    if (dueAt > 0) return { queue: one, dueAt };
    tried.push(one);
  }
  return refuseClosed(tried, now);
}

function overflowOf(state: State, { policy: { closed } }: Queue): Queue | undefined {
  return closed?.then === 'overflow' ? state.queues.get(closed.overflowTo) : undefined;
}

function refuseClosed(tried: readonly Queue[], now: number): Refusal {
  const names = tried.map(({ name }) => name).join(', ');
  const openings = tried.map((queue) => opensAt(queue, now)).filter((at) => at > 0);
  if (openings.length === 0) return refuse('QUEUE_CLOSED', `closed now: ${names}; when that ends is not known`);
  const at = Math.min(...openings);
  return refuse('QUEUE_CLOSED', `closed until ${instantText(at)}: ${names}`, '', at - now);
}
