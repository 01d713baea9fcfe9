/**
 * The two commands that have to do with all waiting contacts at once: an agent signs in, and another policy takes effect, with many in line.
 *
 * 1. The stage is as it was after each: the agent signs out again, the former policy comes back.
 */
import { performance } from 'node:perf_hooks';
import type { Actor, Command } from '../../src/core/commands.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { Times } from '../core/command-times.ts';
import { ADMIN, must, putAgent, type Recruit } from '../core/staff.ts';
import { stagePolicy, type WaitingStage } from './waiting-stage.ts';

/** Signs agents in who were never there, each with its own skills: from the session's opening to AVAILABLE with an offer. */
export function signIns(stage: WaitingStage, newcomers: readonly Recruit[]): Times {
  const times = new Times(newcomers.length);
  for (const recruit of newcomers) {
    const { id } = recruit;
    const now = stage.advance();
    putAgent(stage.core, recruit, now);
    const actor: Actor = { role: 'agent', id };
    const sessionId = `session-${id}`;
    const presence = (to: 'AVAILABLE' | 'OFFLINE'): Command => {
      return { type: 'setPresence', actor, agentId: id, presence: to, reason: '', channels: [] };
    };
    const startedMs = performance.now();
    must(stage.core, { type: 'openSession', actor, sessionId }, now);
    stage.offers.of(must(stage.core, presence('AVAILABLE'), now));
    times.note(performance.now() - startedMs);
    must(stage.core, presence('OFFLINE'), now);
    must(stage.core, { type: 'closeSession', actor, sessionId }, now);
    must(stage.core, { type: 'removeAgent', actor: ADMIN, agentId: id }, now);
  }
  return times;
}

export interface PolicyTimes {
  /** Every waiting contact gets another clock rate: one event each. */
  readonly allMove: Times;
  /** Nothing that concerns waiting contacts changed. */
  readonly noneMoves: Times;
  /** Events of one change that moves all. */
  readonly eventCount: number;
}

/** Sets other policies and the former one again, so many times each. */
export function policyChanges(stage: WaitingStage, count: number): PolicyTimes {
  const allMove = new Times(2 * count);
  const noneMoves = new Times(2 * count);
  let eventCount = 0;
  for (let index = 0; index < count; index++) {
    for (const policy of [stagePolicy({ clockRate: 1.25 }), stagePolicy()]) eventCount = change(stage, policy, allMove);
    for (const policy of [stagePolicy({ offerTimeoutMs: 25_000 }), stagePolicy()]) change(stage, policy, noneMoves);
  }
  return { allMove, noneMoves, eventCount };
}

function change(stage: WaitingStage, policy: ResolvedPolicy, times: Times): number {
  const now = stage.advance();
  const startedMs = performance.now();
  const { events } = must(stage.core, { type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' }, now);
  times.note(performance.now() - startedMs);
  return events.length;
}
