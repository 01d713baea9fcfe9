// Decides whether a policy may take effect, and what it changes: names in use must stay, the directory's policy agents follow it, waiting
// and offered contacts are classified anew and keep their age. Everything is checked before anything happens.

import type { Agent } from './agent.ts';
import { isSameStage, stageUnder, withStage } from './bots.ts';
import { waitsFrom } from './calling.ts';
import { classifyRelaxed, contactClassified, isRefusal } from './classify.ts';
import type { Command, Outcome } from './commands.ts';
import { type Contact, pendingOffers } from './contact.ts';
import { lookAtWindows } from './contact-hours.ts';
import { hasWork, isSameEntry, putAgent, revokeIneligible } from './decide-agent.ts';
import { emitHours } from './decide-hours.ts';
import type { RelaxedClassification } from './events.ts';
import { openCount } from './names.ts';
import type { ResolvedPolicy } from './policy.ts';
import { policyChanges } from './policy-changes.ts';
import { type Refusal, refuse } from './refusal.ts';
import { hasSameSteps, isSameRelaxation } from './relaxation.ts';
import { requirementKey } from './requirement.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

export function decideSetPolicy(step: Step, command: Extract<Command, { readonly type: 'setPolicy' }>): Outcome {
  const { state } = step;
  const { policy } = command;
  const refusal = namesInUse(state, policy) ?? agentsAtWork(state, policy);
  if (refusal !== undefined) return { error: refusal };
  const moves = classifyAll(state, policy);
  if (isRefusal(moves)) return { error: moves };
  const { source, fileHash } = command;
  const hadContactHours = state.hasContactHours;
  const changes = policyChanges(state.policy, policy);
  const by = command.actor.id;
  step.emit({ type: 'policySet', resolved: JSON.stringify(policy), source, fileHash, by, changes });
  if (command.hours !== undefined) emitHours(step, command.hours);
  followAgents(step, policy);
  for (const { contact, to } of moves) step.emitOf(contact, contactClassified(contact.id, to));
  for (const agent of agentsWithOffers(state)) revokeIneligible(step, agent, 'POLICY_CHANGED');
  if (hadContactHours || state.hasContactHours) lookAtWindows(step);
  return { ok: { policy: { source, resolved: policy }, changes } };
}

function namesInUse(state: State, policy: ResolvedPolicy): Refusal | undefined {
  const gone = (kind: string, name: string): Refusal =>
    refuse(
      'POLICY_NAMES_IN_USE',
      `open contacts use ${kind} ${name}, which the policy no longer has`,
      `${kind}s.${name}`,
    );
  for (const channel of state.channels.values()) {
    if (channel.openCount > 0 && !Object.hasOwn(policy.channels, channel.name)) return gone('channel', channel.name);
  }
  const queueNames = new Set(policy.queues.map((queue) => queue.name));
  for (const queue of state.queues.values()) {
    if (openCount(queue) > 0 && !queueNames.has(queue.name)) return gone('queue', queue.name);
  }
  for (const [segment, { count }] of state.openBySegment) {
    if (count > 0 && !Object.hasOwn(policy.segments, segment)) return gone('segment', segment);
  }
  return undefined;
}

/** A policy agent that the policy drops must have no work. */
function agentsAtWork(state: State, policy: ResolvedPolicy): Refusal | undefined {
  for (const agent of state.agents.values()) {
    if (agent.ofPolicy && agent.held.length > 0 && !Object.hasOwn(policy.agents, agent.id)) {
      return hasWork(agent, `agents.${agent.id}`);
    }
  }
  return undefined;
}

interface Move {
  readonly contact: Contact;
  readonly to: RelaxedClassification;
}

/** The contacts in line or offered that the policy puts elsewhere; or why one of them has no place under it. */
function classifyAll(state: State, policy: ResolvedPolicy): Move[] | Refusal {
  const queues = new Map(policy.queues.map((queue) => [queue.name, queue]));
  // Steps that applied stay where the policy has the same.
  const keepsSteps = new Map(
    policy.queues.map((queue) => [queue, hasSameSteps(state.queues.get(queue.name)?.policy ?? queue, queue)]),
  );
  const moves: Move[] = [];
  for (const { contact } of state.known.values()) {
    if (contact === undefined) continue;
    // Scheduled ones must have a place; they get it when they are due.
    const isScheduled = contact.phase.state === 'SCHEDULED';
    if (contact.demand === undefined && !isScheduled) continue;
    const queue = queues.get(contact.queue.name);
    if (queue === undefined) continue;
    const progress = contact.relaxation !== undefined && keepsSteps.get(queue) ? contact.relaxation : undefined;
    const from = waitsFrom(contact.calling, contact.enqueuedAt);
    const placed = classifyRelaxed(state.requirements, policy, queue, contact, from, progress);
    if (isRefusal(placed)) {
      return refuse(placed.reason, `contact ${contact.id}: ${placed.message}`, `queues.${queue.name}.requires`);
    }
    const to = withStage(state.requirements, placed, stageUnder(contact, queue));
    if (!isScheduled && isElsewhere(contact, to)) moves.push({ contact, to });
  }
  return moves;
}

function isElsewhere(contact: Contact, to: RelaxedClassification): boolean {
  return (
    contact.queue.name !== to.queue ||
    contact.segment !== to.segment ||
    contact.clockRate !== to.clockRate ||
    contact.headStartUs !== to.headStartUs ||
    contact.waitUntil !== to.waitUntil ||
    !isSameRelaxation(contact.relaxation, to.relaxation) ||
    !isSameStage(contact.stage, to.stage) ||
    (contact.requirement !== to.requirement && requirementKey(contact.requirement) !== requirementKey(to.requirement))
  );
}

/** The policy's `agents` own those that they made; an agent that the API put stays the API's. */
function followAgents(step: Step, policy: ResolvedPolicy): void {
  const { agents } = step.state;
  for (const agent of [...agents.values()]) {
    if (!agent.ofPolicy || Object.hasOwn(policy.agents, agent.id)) continue;
    step.emit({ type: 'agentRemoved', agentId: agent.id });
  }
  for (const [id, entry] of Object.entries(policy.agents)) {
    const agent = agents.get(id);
    if (agent !== undefined && (!agent.ofPolicy || isSameEntry(agent, { id, ...entry }))) continue;
    putAgent(step, { id, ...entry }, true);
  }
}

function agentsWithOffers(state: State): Agent[] {
  const agents = new Set<Agent>();
  for (const contact of state.offers.values()) {
    for (const { agent } of pendingOffers(contact)) agents.add(agent);
  }
  return [...agents].sort((a, b) => a.ordinal - b.ordinal);
}
