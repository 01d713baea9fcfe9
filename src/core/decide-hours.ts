// Decides about the hours of queues: what was resolved of calendars is taken over, a person closes and opens a queue.

import type { Command, Outcome } from './commands.ts';
import { lookAtWindows } from './contact-hours.ts';
import type { Decided } from './decided.ts';
import type { ResolvedHours } from './hours.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Step } from './step.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** Makes known what was resolved, as far as the policy has the calendars. */
export function emitHours(step: Step, resolved: readonly ResolvedHours[]): void {
  const calendars = step.state.policy?.calendars ?? {};
  for (const hours of resolved) {
    if (!Object.hasOwn(calendars, hours.calendar)) continue;
    step.emit({ type: 'hoursResolved', ...hours });
  }
}

export function decideResolveHours(step: Step, { hours }: Asked<'resolveHours'>): Outcome {
  emitHours(step, hours);
  if (step.state.hasContactHours) lookAtWindows(step);
  return { ok: {} };
}

export function decideCloseQueue(step: Step, { actor, queue: name, until, reason }: Asked<'closeQueue'>): Decided {
  const queue = step.state.queues.get(name);
  if (queue === undefined) return { error: unknownQueue(name) };
  if (until !== 0 && until <= step.now) {
    return { error: refuse('INVALID_FIELD', `expected an instant after ${step.now}, found ${until}`, 'until') };
  }
  const { closure } = queue;
  if (closure?.until !== until || closure.reason !== reason || closure.by !== actor.id) {
    step.emit({ type: 'queueClosureSet', queue: name, closed: true, until, reason, by: actor.id });
  }
  return { queue };
}

export function decideOpenQueue(step: Step, { actor, queue: name }: Asked<'openQueue'>): Decided {
  const queue = step.state.queues.get(name);
  if (queue === undefined) return { error: unknownQueue(name) };
  if (queue.closure !== undefined) {
    step.emit({ type: 'queueClosureSet', queue: name, closed: false, until: 0, reason: '', by: actor.id });
  }
  return { queue };
}

function unknownQueue(name: string): Refusal {
  return refuse('UNKNOWN_QUEUE', `the policy has no queue ${name}`, 'queue');
}
