// Histories of customers who are called: most contacts OUTBOUND, in queues with callbacks and contact hours that often change.
import fc from 'fast-check';
import type { QueuePolicy, ResolvedPolicy } from '../../../src/core/policy.ts';
import { type History, historyArb, hoursMoveArb, type Move } from './moves.ts';
import { calendarPolicy, callbackArb } from './policies.ts';

type Terms = Pick<QueuePolicy, 'callback' | 'contactHours'>;

const termsArb: fc.Arbitrary<Terms> = fc.record(
  { callback: callbackArb, contactHours: fc.constantFrom('office', 'office', 'night') },
  { requiredKeys: ['contactHours'] },
);

function withTerms(policy: ResolvedPolicy, terms: Terms): ResolvedPolicy {
  const calendars = { office: calendarPolicy(), night: calendarPolicy(), ...policy.calendars };
  return { ...policy, calendars, queues: policy.queues.map((queue) => ({ ...queue, ...terms })) };
}

/** Every fourth policy stays as it is, every fourth contact INBOUND. */
function outbound(move: Move, index: number, terms: Terms): Move {
  if (index % 4 === 0) return move;
  if (move.kind === 'policy') return { ...move, policy: withTerms(move.policy, terms) };
  return move.kind === 'submit' ? { ...move, facts: { ...move.facts, direction: 'OUTBOUND' } } : move;
}

export const outboundArb: fc.Arbitrary<History> = fc
  .tuple(historyArb, termsArb, fc.array(hoursMoveArb, { minLength: 3, maxLength: 9 }))
  .map(([{ policy, moves }, terms, hours]) => {
    const every = Math.ceil((moves.length + 1) / hours.length);
    const changed = moves.flatMap((move, index) => {
      const then = index % every === 0 ? hours[index / every] : undefined;
      return [...(then === undefined ? [] : [then]), outbound(move, index, terms)];
    });
    return { policy: withTerms(policy, terms), moves: changed };
  });
