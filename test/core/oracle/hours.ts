// When queues are open, found by looking at every opening. Written from SPEC [HRS1]–[HRS9].
import type { Actor, Command } from '../../../src/core/commands.ts';
import type { ResolvedHours } from '../../../src/core/hours.ts';
import type { OracleState } from './model.ts';
import { policyOf, queueOf } from './model.ts';
import { done, refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

interface Span {
  readonly begin: number;
  readonly end: number;
}

function hoursOf(state: OracleState, queue: string): ResolvedHours | undefined {
  const { hours: calendar } = queueOf(policyOf(state), queue);
  return state.hours.find((hours) => hours.calendar === calendar && hours.timeZone === undefined);
}

function spansOf({ openings }: ResolvedHours): Span[] {
  const spans: Span[] = [];
  for (let index = 0; index < openings.length; index += 2) {
    spans.push({ begin: openings[index] ?? 0, end: openings[index + 1] ?? 0 });
  }
  return spans;
}

/** [HRS1]. */
export function isQueueOpen(state: OracleState, queue: string, at: number): boolean {
  const closure = state.closures.find((one) => one.queue === queue);
  if (closure !== undefined && (closure.until === 0 || at < closure.until)) return false;
  const hours = hoursOf(state, queue);
  if (hours === undefined || at < hours.from || at >= hours.until) return true;
  return spansOf(hours).some(({ begin, end }) => at >= begin && at < end);
}

/** [HRS9]: 0 where nobody knows. */
export function queueOpensAt(state: OracleState, queue: string, now: number): number {
  const hours = hoursOf(state, queue);
  const closure = state.closures.find((one) => one.queue === queue);
  const candidates = [closure?.until ?? 0, ...(hours === undefined ? [] : spansOf(hours).map(({ begin }) => begin))];
  const good = candidates.filter((at) => at > now && isQueueOpen(state, queue, at));
  return good.length === 0 ? 0 : Math.min(...good);
}

export function queueClosesAt(state: OracleState, queue: string, now: number): number {
  const hours = hoursOf(state, queue);
  if (hours === undefined || now < hours.from || now >= hours.until) return 0;
  const span = spansOf(hours).find(({ begin, end }) => now >= begin && now < end);
  return span === undefined || span.end >= hours.until ? 0 : span.end;
}

/** What takes a contact, and when; 0: at once. */
export interface OracleTaker {
  readonly queue: string;
  readonly dueAt: number;
}

/** [HRS5], [HRS6], [SCH7]: the queue that takes a contact meant for this one; undefined: none. */
export function takerOf(
  state: OracleState,
  queue: string,
  now: number,
  tried: readonly string[] = [],
): OracleTaker | undefined {
  const isKnown = policyOf(state).queues.some(({ name }) => name === queue);
  if (tried.includes(queue) || !isKnown) return undefined;
  if (isQueueOpen(state, queue, now)) return { queue, dueAt: 0 };
  const { closed } = queueOf(policyOf(state), queue);
  const dueAt = queueOpensAt(state, queue, now);
  if (closed?.then === 'schedule' && dueAt > 0) return { queue, dueAt };
  return closed?.then === 'overflow' ? takerOf(state, closed.overflowTo, now, [...tried, queue]) : undefined;
}

/** [HRS2]. */
export function decideHours(world: World, hours: readonly ResolvedHours[]): Verdict {
  const { calendars = {} } = policyOf(world.state);
  for (const one of hours) {
    if (Object.hasOwn(calendars, one.calendar)) world.emit({ type: 'hoursResolved', ...one });
  }
  return done;
}

/** [HRS8]. */
export function decideClosure(world: World, command: CommandOf<'closeQueue' | 'openQueue'>): Verdict {
  const { state, now } = world;
  const { actor, queue } = command;
  if (!policyOf(state).queues.some(({ name }) => name === queue)) return refused('UNKNOWN_QUEUE');
  const present = state.closures.find((one) => one.queue === queue);
  if (command.type === 'openQueue') {
    if (present !== undefined) set(world, actor, { queue, closed: false, until: 0, reason: '' });
    return done;
  }
  const { until, reason } = command;
  if (until !== 0 && until <= now) return refused('INVALID_FIELD');
  const isSame = present?.until === until && present.reason === reason && present.by === actor.id;
  if (!isSame) set(world, actor, { queue, closed: true, until, reason });
  return done;
}

function set(
  world: World,
  { id: by }: Actor,
  closure: { readonly queue: string; readonly closed: boolean; readonly until: number; readonly reason: string },
): void {
  world.emit({ type: 'queueClosureSet', ...closure, by });
}
