// What must hold after every step whatever was decided, checked without asking how it was decided.
import type { ContactAssigned, CoreEvent, OfferMade } from '../../../src/core/events.ts';
import {
  agentOf,
  heldBeside,
  heldBy,
  isExclusive,
  isHeld as isWithAgent,
  type OracleContact,
  type OracleState,
  pendingOffers,
  policyOf,
  queueOf,
  sumOfCosts,
} from './model.ts';
import { canonicalText } from './picture.ts';
import { bestPair, eligibilityOf, isHeld, limitOf, theRule } from './rank.ts';

/** Calls `fail` with what does not hold. */
export function checkInvariants(state: OracleState, events: readonly CoreEvent[], fail: (what: string) => never): void {
  if (state.policy === undefined) return;
  const firstSeq = state.seq - events.length + 1;
  for (const [index, event] of events.entries()) {
    if (event.type === 'offerMade' || event.type === 'contactAssigned') checkRoom(state, event, firstSeq + index, fail);
  }
  checkHolders(state, fail);
  checkOffers(state, events, fail);
  checkLines(state, events, fail);
  const left = bestPair(state, theRule, state.at);
  if (left !== undefined) fail(`not settled: ${left.contact.id} could be offered to ${left.agent.id}`);
}

/**
 * [ROOM5], [BLD1], [BLD2]: who was offered something had room for it. Of what it holds now, all that was offered before was held then: without
 * what yields to the contact, and with the contact, that is within capacity and limit, and nothing exclusive lies beside anything.
 */
function checkRoom(
  state: OracleState,
  { agentId, contactId }: OfferMade | ContactAssigned,
  seq: number,
  fail: (what: string) => never,
): void {
  const contact = state.contacts.find(({ id }) => id === contactId);
  if (contact === undefined || !heldBy(state, agentId).includes(contact)) return;
  const agent = agentOf(state, agentId);
  const before = heldBeside(state, agentId, contact.channel).filter((held) => offerSeqOf(held, agentId) <= seq);
  if (sumOfCosts(before) > agent.capacity) fail(`${agentId} carries more than it can`);
  if (before.length > 1 && before.some(({ channel }) => isExclusive(state, channel))) {
    fail(`${agentId} holds something beside what is exclusive`);
  }
  const count = heldBy(state, agentId).filter(({ channel }) => channel === contact.channel).length;
  if (count > limitOf(state, agent, contact.channel)) fail(`${agentId} is over its limit for ${contact.channel}`);
}

function offerSeqOf(contact: OracleContact, toAgentId: string): number {
  const pending = pendingOffers(contact).find(({ agentId }) => agentId === toAgentId);
  return pending?.offerSeq ?? contact.offerSeq;
}

/** [FAN1], [FAN3]: a contact is offered to different agents, to no more of them than its queue says, and is with one when it is answered. */
function checkOffers(state: OracleState, events: readonly CoreEvent[], fail: (what: string) => never): void {
  for (const contact of state.contacts) {
    const offers = pendingOffers(contact);
    const holders = state.agents.filter(({ id }) => heldBy(state, id).includes(contact));
    if (holders.length !== (isWithAgent(contact) ? Math.max(1, offers.length) : 0)) {
      fail(`${contact.id}, ${contact.state}, is with ${holders.map(({ id }) => id)}`);
    }
    const isNew = events.some((event) => event.type === 'offerMade' && event.contactId === contact.id);
    const { fanOut = 1 } = queueOf(policyOf(state), contact.queue);
    if (isNew && offers.length > fanOut) fail(`${contact.id} is offered to ${offers.length} of ${fanOut} agents`);
  }
}

/** A contact is held by an agent that exists, or waits. */
function checkHolders(state: OracleState, fail: (what: string) => never): void {
  const ids = state.contacts.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) fail('two open contacts of one id');
  for (const contact of state.contacts) {
    if (isWithAgent(contact) && !state.agents.some(({ id }) => id === contact.agentId))
      fail(`${contact.id} is held by nobody`);
    if (contact.state === 'QUEUED' && contact.agentId !== '') fail(`${contact.id} waits with an agent`);
  }
}

/** [LINE1]: nobody of the same line who stood ahead, and whom the agent could have been offered, was passed over. */
function checkLines(state: OracleState, events: readonly CoreEvent[], fail: (what: string) => never): void {
  const last = events.at(-1);
  if (last?.type !== 'offerMade') return;
  const chosen = state.contacts.find(({ id }) => id === last.contactId);
  // [FAN6]: a pace keeps first offers back, and no further ones.
  if (chosen === undefined || pendingOffers(chosen).length > 1) return;
  for (const other of state.contacts) {
    const isPassed =
      other.state === 'QUEUED' &&
      lineOf(state, other) === lineOf(state, chosen) &&
      !other.coolDowns.some(({ agentId }) => agentId === last.agentId) &&
      (other.preferredAgents.includes(last.agentId) || !isHeld(state, other)) &&
      standsAhead(state, other, chosen);
    if (isPassed) fail(`${chosen.id} was offered before ${other.id}, which stood ahead`);
  }
}

function lineOf(state: OracleState, contact: OracleContact): string {
  const { channel, requirement, prefers, preferredAgents, clockRate, queue } = contact;
  const gate = queueOf(policyOf(state), queue).gate === undefined ? '' : queue;
  return canonicalText([channel, requirement, eligibilityOf(contact), prefers, preferredAgents, clockRate, gate]);
}

function standsAhead(state: OracleState, one: OracleContact, other: OracleContact): boolean {
  const keyOf = ({ headStartUs, clockRate, agedFrom }: OracleContact): number =>
    headStartUs - clockRate * (agedFrom - state.epoch);
  if (one.tier !== other.tier) return one.tier > other.tier;
  const difference = keyOf(one) - keyOf(other);
  return difference === 0 ? one.ordinal < other.ordinal : difference > 0;
}
