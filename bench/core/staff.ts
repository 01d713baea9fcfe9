/**
 * Signs agents in to a bare core: into the directory, a session, AVAILABLE.
 *
 * 1. Every command must be taken: a refusal is a fault of the suite, and throws.
 */
import type { Actor, Command } from '../../src/core/commands.ts';
import type { Performed } from '../../src/core/core.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';

export const ADMIN: Actor = { role: 'admin', id: 'admin' };
export const GATEWAY: Actor = { role: 'gateway', id: 'gateway' };

/** Where virtual time starts: any instant that looks like one. */
export const START_MS = 1_760_000_000_000;

export interface Recruit {
  readonly id: string;
  readonly skills: Readonly<Record<string, number>>;
}

/** The core, or what decides in its place. */
export interface Performer {
  perform(command: Command, now: number): Performed;
}

/** Performs a command that must be taken. */
export function must(core: Performer, command: Command, now: number): Performed {
  const performed = core.perform(command, now);
  const { refusal } = performed;
  if (refusal !== undefined) throw new Error(`${command.type} was refused: ${refusal.reason} ${refusal.message}`);
  return performed;
}

export function setPolicy(core: Performer, policy: ResolvedPolicy, now: number): Performed {
  return must(core, { type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' }, now);
}

/** In the directory, not connected. */
export function putAgent(core: Performer, { id, skills }: Recruit, now: number): void {
  const agent = { id, name: id, skills, capacity: 100, limits: {}, version: 0 };
  must(core, { type: 'putAgent', actor: ADMIN, agent }, now);
}

/** Connected and AVAILABLE. */
export function signIn(core: Performer, agentId: string, now: number): Performed {
  const actor: Actor = { role: 'agent', id: agentId };
  must(core, { type: 'openSession', actor, sessionId: `session-${agentId}` }, now);
  return must(core, { type: 'setPresence', actor, agentId, presence: 'AVAILABLE', reason: '', channels: [] }, now);
}
