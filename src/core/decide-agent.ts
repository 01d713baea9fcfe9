// Decides what is asked about agents: offers' answers, presence, sessions, the directory. A refusal emits nothing.

import { type Agent, agentView, heldInOrder, limitOf, nextOf } from './agent.ts';
import { fitsBeside } from './blend.ts';
import type { Command } from './commands.ts';
import { type Contact, offerTo, pendingOffers } from './contact.ts';
import type { Decided } from './decided.ts';
import type { PresenceCause } from './events.ts';
import { type Refusal, type RevocationReason, refuse } from './refusal.ts';
import { eligibilityOf } from './relaxation.ts';
import { meets } from './requirement.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';
import type { Presence } from './views.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

const RESTART_GRACE_MS = 60_000;
const ZERO = 48;

export function decideAccept(step: Step, { actor, offerId }: Asked<'accept'>): Decided {
  const { state } = step;
  const seq = offerSeq(offerId);
  const contact = state.offers.get(seq);
  if (contact === undefined || contact.phase.state !== 'OFFERED') return answerPast(state, actor.id, seq, 'ACCEPTED');
  const offer = offerTo(contact, actor.id);
  if (offer?.seq !== seq) return { error: noSuchOffer() };
  if (step.now >= offer.expiresAt) return { error: refuse('OFFER_EXPIRED', 'its time is over', 'offerId') };
  accept(step, contact, actor.id);
  return { contact };
}

/** The contact that is offered to the agent is the agent's, and nobody else's. */
export function accept(step: Step, contact: Contact, agentId: string): void {
  if (contact.phase.state === 'OFFERED' && contact.phase.others.length > 0) {
    for (const { agent } of pendingOffers(contact)) {
      if (agent.id !== agentId) step.revokeFrom(contact, agent, 'ACCEPTED_ELSEWHERE');
    }
  }
  const assignedUntil = step.now + contact.channel.policy.assigned.maxMs;
  step.emitOf(contact, { type: 'offerAccepted', contactId: contact.id, agentId, assignedUntil });
}

export function decideDecline(step: Step, { actor, offerId, reason }: Asked<'decline'>): Decided {
  const { state } = step;
  const seq = offerSeq(offerId);
  const contact = state.offers.get(seq);
  if (contact === undefined || contact.phase.state !== 'OFFERED') return answerPast(state, actor.id, seq, 'DECLINED');
  if (offerTo(contact, actor.id)?.seq !== seq) return { error: noSuchOffer() };
  const coolDownUntil = step.now + declineCoolDownMs(state, reason);
  step.emitOf(contact, { type: 'offerDeclined', contactId: contact.id, agentId: actor.id, reason, coolDownUntil });
  return { contact };
}

/** How long the pair cools down after a decline for this reason. */
function declineCoolDownMs({ policy }: State, reason: string): number {
  if (policy === undefined) return 0;
  const { declineReasons, declineCoolDownMs: usualMs } = policy.presence;
  if (declineReasons === undefined || !Object.hasOwn(declineReasons, reason)) return usualMs;
  return declineReasons[reason]?.coolDownMs ?? usualMs;
}

/** The number in an offer's id; −1 when it is none. */
function offerSeq(offerId: string): number {
  let seq = offerId.length > 1 ? 0 : -1;
  for (let index = 1; index < offerId.length; index++) {
    const digit = offerId.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    seq = seq * 10 + digit;
  }
  return seq;
}

function noSuchOffer(): Refusal {
  return refuse('NO_SUCH_OFFER', 'there is no such offer, or it is not yours', 'offerId');
}

/** An answer to an offer that is not pending: the same answer again is fine, anything else is told why. */
function answerPast(state: State, agentId: string, seq: number, wanted: 'ACCEPTED' | 'DECLINED'): Decided {
  const past = state.agents.get(agentId)?.answers.find((one) => one.offerSeq === seq);
  if (past === undefined) {
    if (seq < 1 || seq > state.seq) return { error: noSuchOffer() };
    return { error: refuse('OFFER_NOT_PENDING', 'it is answered, revoked or forgotten', 'offerId') };
  }
  const known = state.known.get(past.contactId);
  if (past.answer === wanted && known !== undefined) return { known };
  if (past.answer === 'MISSED') return { error: refuse('OFFER_EXPIRED', 'its time is over', 'offerId') };
  const isElsewhere = past.answer === 'REVOKED' && isAnsweredByOther(known?.contact, agentId);
  const why = isElsewhere ? ': another agent has the contact' : '';
  return { error: refuse('OFFER_NOT_PENDING', `it was ${past.answer.toLowerCase()}${why}`, 'offerId') };
}

function isAnsweredByOther(contact: Contact | undefined, agentId: string): boolean {
  const state = contact?.phase.state;
  return (state === 'ASSIGNED' || state === 'WRAP_UP') && contact?.agentId !== agentId;
}

/** Nobody answered in time. */
export function missOffer(step: Step, contact: Contact, agent: Agent): void {
  if (agent.sessionId === '') return step.revokeFrom(contact, agent, 'AGENT_OFFLINE');
  const presence = step.state.policy?.presence;
  const coolDownUntil = step.now + (presence?.declineCoolDownMs ?? 0);
  step.emitOf(contact, { type: 'offerMissed', contactId: contact.id, agentId: agent.id, coolDownUntil });
  const limit = presence?.missesBeforeBusy ?? 0;
  if (limit === 0 || agent.missesInRow < limit || agent.presence !== 'AVAILABLE') return;
  becomePresent(step, agent, 'BUSY', 'MISSED_OFFER', agent.channels, 'MISSED_OFFER');
}

/** What a DRAINING agent becomes when it holds nothing. */
type Next = Pick<Agent, 'next' | 'nextReason'>;

const THEN_OFFLINE: Next = { next: '', nextReason: '' };

/** Sets a presence; BUSY and OFFLINE first give back what is offered. */
export function becomePresent(
  step: Step,
  agent: Agent,
  presence: Presence,
  reason: string,
  channels: readonly string[],
  cause: PresenceCause,
  next: Next = THEN_OFFLINE,
): void {
  if (presence === 'BUSY') revokeOffers(step, agent, 'AGENT_BUSY');
  if (presence === 'OFFLINE') revokeOffers(step, agent, 'AGENT_OFFLINE');
  // A draining agent that just gave back the last of its work may be there already.
  if (agent.presence === 'OFFLINE' && presence === 'OFFLINE') return;
  if (presence === 'BUSY' && isPresent(agent, presence, reason, channels, next)) return;
  step.emit({ type: 'presenceSet', agentId: agent.id, presence, reason, channels, cause, ...nextOf(next) });
  if (presence === 'DRAINING') step.finishDraining(agent);
}

function revokeOffers(step: Step, agent: Agent, reason: RevocationReason): void {
  for (const contact of heldInOrder(agent)) step.revokeFrom(contact, agent, reason);
}

export function decideSetPresence(step: Step, command: Asked<'setPresence'>): Decided {
  const { actor, presence, channels } = command;
  const { state } = step;
  const wrong = wrongNext(command);
  if (wrong !== undefined) return { error: wrong };
  const agent = state.agents.get(command.agentId);
  if (agent === undefined) return { error: refuse('NO_SUCH_AGENT', 'there is no such agent', 'agentId') };
  if (actor.role === 'agent' && actor.id !== agent.id) {
    return { error: refuse('NOT_YOURSELF', 'an agent sets its own presence only', 'agentId') };
  }
  const unknown = channels.findIndex((name) => !state.channels.has(name));
  if (unknown !== -1) {
    return {
      error: refuse('UNKNOWN_CHANNEL', `the policy has no channel ${channels[unknown]}`, `channels[${unknown}]`),
    };
  }
  if (presence !== 'OFFLINE' && agent.sessionId === '') {
    return { error: refuse('NOT_CONNECTED', `without a connection an agent cannot be ${presence}`, 'presence') };
  }
  const reason = presence === 'BUSY' ? command.reason : '';
  const wanted = presence === 'OFFLINE' ? [] : [...new Set(channels)].sort();
  const next: Next = command.next === 'BUSY' ? { next: 'BUSY', nextReason: command.reason } : THEN_OFFLINE;
  if (!isPresent(agent, presence, reason, wanted, next)) {
    becomePresent(step, agent, presence, reason, wanted, actor.role === 'agent' ? 'AGENT' : 'SUPERVISOR', next);
  }
  return { agent };
}

function wrongNext({ presence, next }: Asked<'setPresence'>): Refusal | undefined {
  if (next === undefined) return undefined;
  if (presence !== 'DRAINING') return refuse('INVALID_FIELD', 'expected it with DRAINING only', 'next');
  if (next === 'BUSY' || next === 'OFFLINE') return undefined;
  return refuse('INVALID_FIELD', `expected BUSY or OFFLINE, found ${next}`, 'next');
}

function isPresent(
  agent: Agent,
  presence: Presence,
  reason: string,
  channels: readonly string[],
  { next, nextReason }: Next,
): boolean {
  if (agent.presence !== presence || agent.reason !== reason || agent.channels.join() !== channels.join()) return false;
  return agent.next === next && agent.nextReason === nextReason;
}

export function decideOpenSession(step: Step, { actor, sessionId }: Asked<'openSession'>): Decided {
  const { state } = step;
  if (actor.role === 'gateway') {
    if (state.gateways.get(actor.id)?.sessionIds.has(sessionId)) return { ok: {} };
    step.emit({ type: 'sessionOpened', role: 'GATEWAY', subjectId: actor.id, sessionId });
    return { ok: {} };
  }
  const agent = state.agents.get(actor.id);
  if (agent === undefined) {
    return { error: refuse('NO_SUCH_AGENT', `agent ${actor.id} is not in the directory`) };
  }
  if (agent.sessionId !== sessionId) {
    step.emit({ type: 'sessionOpened', role: 'AGENT', subjectId: agent.id, sessionId });
  }
  return { signedIn: agent };
}

export function decideCloseSession(step: Step, { actor, sessionId }: Asked<'closeSession'>): Decided {
  const { state } = step;
  if (actor.role === 'gateway') {
    if (state.gateways.get(actor.id)?.sessionIds.has(sessionId)) {
      step.emit({ type: 'sessionLost', role: 'GATEWAY', subjectId: actor.id, sessionId, graceUntil: 0 });
    }
    return { ok: {} };
  }
  const agent = state.agents.get(actor.id);
  if (agent?.sessionId === sessionId && sessionId !== '') loseSession(step, agent, 0);
  return { ok: {} };
}

function loseSession(step: Step, agent: Agent, graceAtLeastMs: number): void {
  const graceMs = Math.max(step.state.policy?.presence.graceMs ?? 0, graceAtLeastMs);
  step.emit({
    type: 'sessionLost',
    role: 'AGENT',
    subjectId: agent.id,
    sessionId: agent.sessionId,
    graceUntil: agent.presence === 'OFFLINE' ? 0 : step.now + graceMs,
  });
}

/** The grace is over: the agent is not coming back soon. */
export function endGrace(step: Step, agent: Agent): void {
  becomePresent(step, agent, 'OFFLINE', '', [], 'SESSION_LOST');
}

export function decideRestart(step: Step, { graceMs }: Asked<'restart'>): Decided {
  const { state } = step;
  const graceAtLeastMs = Math.max(graceMs, RESTART_GRACE_MS);
  step.emit({ type: 'restarted', graceUntil: step.now + graceAtLeastMs });
  const offered = [...state.offers.values()].sort((a, b) => a.ordinal - b.ordinal);
  for (const contact of offered) step.revoke(contact, 'ENGINE_RESTARTED');
  for (const agent of state.agents.values()) if (agent.sessionId !== '') loseSession(step, agent, graceAtLeastMs);
  for (const gateway of state.gateways.values()) {
    for (const sessionId of [...gateway.sessionIds].sort()) {
      step.emit({ type: 'sessionLost', role: 'GATEWAY', subjectId: gateway.id, sessionId, graceUntil: 0 });
    }
  }
  return { ok: {} };
}

export function decideWithdrawStalled(step: Step, { firstSeq, lastSeq }: Asked<'withdrawStalled'>): Decided {
  for (const [seq, contact] of [...step.state.offers].sort(([a], [b]) => a - b)) {
    if (seq < firstSeq || seq > lastSeq) continue;
    const offer = pendingOffers(contact).find((one) => one.seq === seq);
    if (offer !== undefined && offer.expiresAt <= step.now) step.revokeFrom(contact, offer.agent, 'CLOCK_STALLED');
  }
  return { ok: {} };
}

export function decidePutAgent(step: Step, { agent: draft }: Asked<'putAgent'>): Decided {
  const { state } = step;
  const agent = state.agents.get(draft.id);
  if (agent?.ofPolicy) return { error: ofPolicy(draft.id) };
  const version = agent?.version ?? 0;
  if (draft.version > 0 && draft.version !== version) {
    return { error: refuse('VERSION_MISMATCH', `it is at version ${version}, not ${draft.version}`, 'version') };
  }
  const unknown = Object.keys(draft.limits).find((name) => !state.channels.has(name));
  if (unknown !== undefined) {
    return { error: refuse('UNKNOWN_CHANNEL', `the policy has no channel ${unknown}`, `limits.${unknown}`) };
  }
  if (agent === undefined || !isSameEntry(agent, draft)) {
    putAgent(step, draft, false);
  }
  const put = state.agents.get(draft.id);
  return put === undefined
    ? { error: refuse('NO_SUCH_AGENT', 'there is no such agent', 'id') }
    : { agent: put, created: agent === undefined };
}

type Entry = Pick<Asked<'putAgent'>['agent'], 'id' | 'name' | 'skills' | 'capacity' | 'limits' | 'mayPull'>;

/** Writes a directory entry; offers that the agent is no longer eligible for go back. */
export function putAgent(step: Step, entry: Entry, ofPolicyFile: boolean): void {
  const { id, name, skills, capacity, limits, mayPull = false } = entry;
  step.emit({ type: 'agentPut', agentId: id, name, skills, capacity, limits, ofPolicy: ofPolicyFile, mayPull });
  const agent = step.state.agents.get(id);
  if (agent !== undefined) revokeIneligible(step, agent, 'AGENT_CHANGED');
}

export function isSameEntry(agent: Agent, entry: Entry): boolean {
  return (
    agent.name === entry.name &&
    agent.capacity === entry.capacity &&
    agent.mayPull === (entry.mayPull ?? false) &&
    sameNumbers(agent.skillRecord, entry.skills) &&
    sameNumbers(agent.limits, entry.limits)
  );
}

function sameNumbers(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Gives back, newest first, pending offers whose requirement the agent no longer meets or for which its room has gone. */
export function revokeIneligible(step: Step, agent: Agent, reason: RevocationReason): void {
  for (const contact of heldInOrder(agent).reverse()) {
    if (offerTo(contact, agent.id) === undefined) continue;
    const { channel } = contact;
    const count = agent.countByChannel[channel.index] ?? 0;
    const fits = count <= limitOf(agent, channel) && fitsBeside(agent, contact);
    if (!fits || !meets(agent.skills, eligibilityOf(contact))) step.revokeFrom(contact, agent, reason);
  }
}

function ofPolicy(agentId: string): Refusal {
  return refuse('AGENT_OF_POLICY', `agent ${agentId} is kept by the policy's \`agents\`: change it there`, 'id');
}

export function decideRemoveAgent(step: Step, { agentId }: Asked<'removeAgent'>): Decided {
  const agent = step.state.agents.get(agentId);
  if (agent === undefined) return { error: refuse('NO_SUCH_AGENT', 'there is no such agent', 'id') };
  if (agent.ofPolicy) return { error: ofPolicy(agentId) };
  if (agent.held.length > 0) return { error: hasWork(agent, 'id') };
  const view = agentView(agent);
  step.emit({ type: 'agentRemoved', agentId });
  return { ok: { agent: view } };
}

export function hasWork(agent: Agent, path: string): Refusal {
  const count = agent.held.length;
  return refuse('AGENT_HAS_WORK', `agent ${agent.id} holds ${count} contact${count === 1 ? '' : 's'}`, path);
}
