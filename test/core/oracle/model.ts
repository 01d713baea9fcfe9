// The oracle's state: plain lists of plain facts, searched by plain loops. Nothing here is fast and nothing is an index.
//
// 1. The shapes are those of the state records, so that the whole state can be compared with the core's.
// 2. Whether a contact is held by an agent is said by its state and `agentId` alone; load is summed up each time.
// 3. Nothing of src/core is used here but its types.
import type { ContactDraft } from '../../../src/core/commands.ts';
import type { ChannelPolicy, QueuePolicy, ResolvedPolicy } from '../../../src/core/policy.ts';
import type {
  AgentRecord,
  ClosureRecord,
  ContactRecord,
  CustomerRecord,
  GatewayRecord,
  HoursRecord,
  LastAgentRecord,
  PendingOfferRecord,
  QueueFlowRecord,
  TombstoneRecord,
} from '../../../src/core/state-records.ts';
import type { ClosedStateName } from '../../../src/core/views.ts';
import type { OracleLine } from './line-pace.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A contact, with what was submitted to tell repeated submits from different ones. */
export type OracleContact = Writable<ContactRecord> & { submitted: ContactDraft };
export type OracleAgent = Writable<AgentRecord>;
export type OracleGateway = Writable<GatewayRecord>;
export type OracleTombstone = Writable<TombstoneRecord> & { submitted: ContactDraft };
export type OracleFlow = Writable<QueueFlowRecord>;

export interface OracleState {
  seq: number;
  at: number;
  epoch: number;
  lastOrdinal: number;
  lastReadyOrdinal: number;
  policy: ResolvedPolicy | undefined;
  policySource: string;
  policyFileHash: string;
  /** No agent or gateway counts as lost before: the grace after the last restart. */
  graceFloor: number;
  /** When conditions of `relax` steps did not hold last. */
  relaxTestedAt: number;
  contacts: OracleContact[];
  agents: OracleAgent[];
  gateways: OracleGateway[];
  tombstones: OracleTombstone[];
  flows: OracleFlow[];
  /** By queue: no offer before [GATE3]. */
  paces: Record<string, number>;
  /** Instant of the present step; no part of the state. */
  now: number;
  hours: HoursRecord[];
  closures: ClosureRecord[];
  /** Who answered last, in the order of the answers, customers and journeys apart. */
  lastAgents: LastAgentRecord[];
  /** Profiles, in the order in which they were put first. */
  customers: readonly CustomerRecord[];
  lines: OracleLine[];
  /** Who came into line in the present segment of a step, though not to be called now; no part of the state. */
  shutOut: string[];
  /** Contacts closed in the present step, whole, for its answer; no part of the state. */
  justClosed: { readonly contact: OracleContact; readonly state: ClosedStateName; readonly closedAt: number }[];
}

export function emptyState(): OracleState {
  return {
    seq: 0,
    at: 0,
    epoch: 0,
    lastOrdinal: 0,
    lastReadyOrdinal: 0,
    policy: undefined,
    policySource: '',
    policyFileHash: '',
    graceFloor: 0,
    relaxTestedAt: 0,
    contacts: [],
    agents: [],
    gateways: [],
    tombstones: [],
    flows: [],
    paces: {},
    now: 0,
    hours: [],
    closures: [],
    lastAgents: [],
    customers: [],
    lines: [],
    shutOut: [],
    justClosed: [],
  };
}

/** What must be there; its absence is a fault of the oracle. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`oracle: no ${what}`);
  return value;
}

export function policyOf(state: OracleState): ResolvedPolicy {
  return found(state.policy, 'policy');
}

export function channelOf(state: OracleState, name: string): ChannelPolicy {
  return found(policyOf(state).channels[name], `channel ${name}`);
}

export function queueOf(policy: ResolvedPolicy, name: string): QueuePolicy {
  return found(
    policy.queues.find((queue) => queue.name === name),
    `queue ${name}`,
  );
}

/** [CBK3]: how long the contact may wait in the queue. */
export function waitMsIn(
  policy: ResolvedPolicy,
  queue: string,
  { callbackAt = 0 }: Partial<Pick<OracleContact, 'callbackAt'>>,
): number {
  const { callback, limits } = queueOf(policy, queue);
  return callbackAt > 0 && callback !== undefined ? callback.withinMs : limits.waitMs;
}

export function contactOf(state: OracleState, id: string): OracleContact {
  return found(
    state.contacts.find((contact) => contact.id === id),
    `contact ${id}`,
  );
}

export function agentOf(state: OracleState, id: string): OracleAgent {
  return found(
    state.agents.find((agent) => agent.id === id),
    `agent ${id}`,
  );
}

/** The contacts that are offered to the agent, assigned to it or in wrap-up with it. */
export function heldBy(state: OracleState, agentId: string): OracleContact[] {
  return state.contacts.filter(
    (contact) => isHeld(contact) && (contact.agentId === agentId || isOfferedTo(contact, agentId)),
  );
}

/** A pending offer, whichever of several it is. */
export type OracleOffer = Omit<PendingOfferRecord, 'reasons'>;

/** The contact's pending offers, in the order in which they were made. */
export function pendingOffers(contact: OracleContact): OracleOffer[] {
  if (contact.state !== 'OFFERED') return [];
  const { agentId, offerSeq, offerExpiresAt: expiresAt, offerDeadline: deadline, fan, offeredAt } = contact;
  const { urgencyUs, fitUs, readinessUs } = contact;
  const first = { agentId, offerSeq, expiresAt, deadline, urgencyUs, fitUs, readinessUs, madeAt: offeredAt };
  return [first, ...(fan?.others ?? [])];
}

export function isOfferedTo(contact: OracleContact, agentId: string): boolean {
  return pendingOffers(contact).some((offer) => offer.agentId === agentId);
}

/** [FAN1], [FAN7]: whether it is offered to somebody and may be offered to one more. */
export function wantsMore(state: OracleState, contact: OracleContact): boolean {
  if (contact.state !== 'OFFERED') return false;
  const { autoAccept = false, cost } = channelOf(state, contact.channel);
  const { fanOut = 1, contactHours } = queueOf(policyOf(state), contact.queue);
  if (contact.direction === 'OUTBOUND' && contactHours !== undefined) return false;
  return !autoAccept && cost === contact.cost && pendingOffers(contact).length < fanOut;
}

export function isHeld(contact: OracleContact): boolean {
  return contact.state === 'OFFERED' || contact.state === 'ASSIGNED' || contact.state === 'WRAP_UP';
}

export function loadOf(state: OracleState, agentId: string): number {
  let load = 0;
  for (const contact of heldBy(state, agentId)) load += contact.cost;
  return load;
}

/** [BLD1]: whether what is held of the one channel takes no room from the other. */
export function yieldsTo(state: OracleState, one: string, other: string): boolean {
  return (channelOf(state, one).yieldsTo ?? []).includes(other);
}

/** What the agent holds as a contact of the channel sees it: without what yields to it. */
export function heldBeside(state: OracleState, agentId: string, channel: string): OracleContact[] {
  return heldBy(state, agentId).filter((contact) => !yieldsTo(state, contact.channel, channel));
}

export function sumOfCosts(contacts: readonly OracleContact[]): number {
  return contacts.reduce((sum, { cost }) => sum + cost, 0);
}

/** [BLD2]. */
export function isExclusive(state: OracleState, channel: string): boolean {
  return channelOf(state, channel).exclusive === true;
}
