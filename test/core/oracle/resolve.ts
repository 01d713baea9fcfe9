// Makes commands of moves: looks up what "the third pending offer" is in the oracle's state as it stands.
//
// 1. A move always gives a command, sensible or not; nothing that the state lacks makes it fail.
// 2. Ids of contacts and sessions are counted, so that a history without some of its moves still makes sense.
import type { Actor, Command, ContactDraft, TransferTarget } from '../../../src/core/commands.ts';
import type { ResolvedHours } from '../../../src/core/hours.ts';
import type { Disposition } from '../../../src/core/views.ts';
import { type OracleContact, type OracleState, pendingOffers } from './model.ts';
import { AGENT_IDS, type ContactFacts, GATEWAY_IDS, type Hours, type Move, type Pick, TICK } from './moves.ts';
import { QUEUES, RESOLVED } from './policies.ts';

const ADMIN: Actor = { role: 'admin', id: 'root' };
const DECLINE_REASONS = ['no', 'lunch', ''];
const SUPERVISOR: Actor = { role: 'supervisor', id: 'boss' };
const ROLES = ['agent', 'gateway', 'supervisor', 'admin'] as const;

type MoveOf<K extends Move['kind']> = Extract<Move, { readonly kind: K }>;

export class Resolver {
  readonly #drafts: ContactDraft[] = [];
  #consults = 0;
  readonly #submitters: string[] = [];
  /** Offers made so far with their agents, to repeat answers to old ones. */
  readonly #offers: { readonly seq: number; readonly agentId: string }[] = [];
  #sessionCount = 0;

  noteOffer(seq: number, agentId: string): void {
    this.#offers.push({ seq, agentId });
  }

  resolve(state: OracleState, move: Move): Command {
    switch (move.kind) {
      case 'submit':
        return this.#submit(state, move);
      case 'update':
        return {
          type: 'update',
          actor: this.#updaterOf(state, move),
          contactId: this.#anyContact(state, move.pick),
          set: move.set,
          version: move.version,
        };
      case 'cancel':
        return this.#cancel(state, move);
      case 'end':
      case 'complete':
        return this.#end(state, move);
      case 'requeue':
      case 'transfer':
        return this.#give(state, move);
      case 'callback':
      case 'retry':
        return this.#call(state, move);
      case 'consult':
        return this.#consult(state, move);
      case 'accept':
      case 'decline':
        return this.#answer(state, move);
      case 'pull':
      case 'assign':
        return this.#hand(state, move);
      case 'presence':
        return presenceOf(move);
      case 'signIn':
        return this.#signIn(state, move);
      case 'open':
      case 'close':
        return this.#session(state, move);
      case 'openGateway':
      case 'closeGateway':
        return this.#gatewaySession(state, move);
      case 'putAgent': {
        const agent = { id: AGENT_IDS[move.agent] ?? 'a0', ...move.facts, version: move.version };
        return { type: 'putAgent', actor: ADMIN, agent };
      }
      case 'removeAgent':
        return { type: 'removeAgent', actor: ADMIN, agentId: AGENT_IDS[move.agent] ?? 'a0' };
      case 'policy':
        return setPolicy(state, move);
      case 'hours':
        return { type: 'resolveHours', hours: hoursFrom(state, move.hours) };
      case 'closeQueue':
      case 'openQueue':
        return closure(state, move);
      case 'putCustomer':
      case 'removeCustomer':
        return aboutCustomer(move);
      case 'restart':
        return { type: 'restart', graceMs: 60_000 };
      case 'stalled':
        return { type: 'withdrawStalled', firstSeq: state.seq - move.back, lastSeq: state.seq };
      case 'tick':
        return TICK;
    }
  }

  #submit(state: OracleState, { facts, gateway, again, version }: MoveOf<'submit'>): Command {
    const count = this.#drafts.length;
    if (again.stray && count > 0) {
      const index = again.index % count;
      const first = this.#drafts[index];
      const gatewayId = this.#submitters[index];
      if (first !== undefined && gatewayId !== undefined) {
        const contact = again.index % 4 === 3 ? draftOf(state, first.id, facts, version) : { ...first, version };
        return { type: 'submit', actor: { role: 'gateway', id: gatewayId }, contact };
      }
    }
    const actor: Actor = { role: 'gateway', id: GATEWAY_IDS[gateway] ?? 'g0' };
    const contact = draftOf(state, `c${count}`, facts, version);
    this.#drafts.push(contact);
    this.#submitters.push(actor.id);
    return { type: 'submit', actor, contact };
  }

  #cancel(state: OracleState, { pick, cause, role }: MoveOf<'cancel'>): Command {
    const contactId = this.#contact(state, pick, (contact) => role === 0 || contact.state !== 'WRAP_UP');
    const consultedBy = state.contacts.find(({ id }) => id === contactId)?.consultedBy;
    const asker: Actor | undefined = consultedBy === undefined ? undefined : { role: 'agent', id: consultedBy };
    const actor = role === 3 ? ADMIN : ((role === 0 ? asker : undefined) ?? this.#gatewayOf(contactId, pick));
    return { type: 'cancel', actor, contactId, cause, version: 0 };
  }

  #consult(state: OracleState, { pick, to, again }: MoveOf<'consult'>): Command {
    const contactId = this.#contact(state, pick, (contact) => contact.state === 'ASSIGNED');
    const agentId = state.contacts.find(({ id }) => id === contactId)?.agentId || 'a0';
    if (!again) this.#consults += 1;
    const consultId = `k${this.#consults}`;
    return { type: 'consult', actor: { role: 'agent', id: agentId }, contactId, consultId, to, version: 0 };
  }

  #end(state: OracleState, { kind, pick, role, noted }: MoveOf<'end' | 'complete'>): Command {
    const contactId = this.#contact(
      state,
      pick,
      (contact) => contact.state === 'ASSIGNED' || contact.state === 'WRAP_UP',
    );
    const disposition = dispositionOf(noted);
    const given = disposition === undefined ? {} : { disposition };
    const roleName = ROLES[role] ?? 'agent';
    const agentId =
      state.contacts.find(({ id }) => id === contactId)?.agentId ??
      state.tombstones.find((tombstone) => tombstone.contactId === contactId)?.agentId;
    let actor: Actor = { role: 'agent', id: agentId || 'a0' };
    if (roleName === 'gateway' && kind === 'end') actor = this.#gatewayOf(contactId, pick);
    else if (roleName === 'supervisor' || roleName === 'admin') actor = { role: roleName, id: 'boss' };
    return { type: kind, actor, contactId, version: 0, ...given };
  }

  #give(state: OracleState, { kind, pick, role, to, resetAge, version }: MoveOf<'requeue' | 'transfer'>): Command {
    const mayWait = kind === 'transfer' && role >= 2;
    const contactId = this.#contact(
      state,
      pick,
      (contact) => contact.state === 'ASSIGNED' || (mayWait && contact.state !== 'WRAP_UP'),
    );
    const contact = state.contacts.find(({ id }) => id === contactId);
    if (kind === 'transfer' && pick.index % 2 === 0) {
      const handOver = this.#handOver(state, role, version);
      if (handOver !== undefined) return handOver;
    }
    // A stray one asks again what it asked for before.
    const agentId = (pick.stray ? contact?.releasedBy : contact?.agentId) || 'a0';
    const actor: Actor =
      role >= 2 ? { role: role === 2 ? 'supervisor' : 'admin', id: 'boss' } : { role: 'agent', id: agentId };
    const common = { actor, contactId, resetAge, version };
    return kind === 'requeue' ? { type: 'requeue', ...common } : { type: 'transfer', to, ...common };
  }

  #call(state: OracleState, { kind, pick, role, noted, version }: MoveOf<'callback' | 'retry'>): Command {
    const fits = (contact: OracleContact): boolean =>
      kind === 'retry' ? contact.state === 'ASSIGNED' && contact.direction === 'OUTBOUND' : contact.state === 'QUEUED';
    const mayFit = (contact: OracleContact): boolean =>
      kind === 'retry' ? contact.state === 'ASSIGNED' : contact.state === 'OFFERED';
    const contactId = this.#contact(state, pick, pick.index % 3 === 0 && kind === 'callback' ? mayFit : fits);
    const contact = state.contacts.find(({ id }) => id === contactId);
    const gateway = this.#gatewayOf(contactId, pick);
    if (kind === 'callback') return { type: kind, actor: role === 2 ? SUPERVISOR : gateway, contactId, version };
    // A stray one asks again what it asked for before.
    const agentId = (pick.stray ? contact?.releasedBy : contact?.agentId) || 'a0';
    const actor = role === 0 ? gateway : role === 1 ? SUPERVISOR : ({ role: 'agent', id: agentId } as const);
    const disposition = dispositionOf(noted);
    return { type: kind, actor, contactId, version, ...(disposition === undefined ? {} : { disposition }) };
  }

  /** From the first agent who has a contact of somebody else's journey to that one; or of a journey that is nobody else's, to see it refused. */
  #handOver({ contacts }: OracleState, role: number, version: number): Command | undefined {
    const answered = contacts.filter(({ state, journeyId }) => state === 'ASSIGNED' && journeyId !== '');
    for (const contact of answered) {
      const others = contacts.filter((other) => other !== contact && other.journeyId === contact.journeyId);
      const fits = others.find(({ state, channel }) => state === 'ASSIGNED' && channel === contact.channel);
      const consult = fits ?? (role === 0 ? others[0] : undefined);
      if (consult === undefined) continue;
      const actor: Actor = role >= 2 ? { role: 'supervisor', id: 'boss' } : { role: 'agent', id: contact.agentId };
      const to = { ...NOWHERE, consultId: consult.id };
      return { type: 'transfer', actor, contactId: contact.id, to, resetAge: false, version };
    }
    return undefined;
  }

  #answer(state: OracleState, { kind, pick, repeat }: MoveOf<'accept' | 'decline'>): Command {
    const pending = state.contacts.flatMap(pendingOffers);
    const old = this.#offers.at(-1 - pick.index);
    const chosen = pending[pick.index % pending.length];
    let seq = chosen?.offerSeq ?? old?.seq ?? 7;
    let id = chosen?.agentId ?? old?.agentId ?? 'a0';
    if (pick.stray && repeat && old !== undefined) ({ seq, agentId: id } = old);
    else if (pick.stray) id = AGENT_IDS[pick.index % AGENT_IDS.length] ?? 'a0';
    const actor: Actor = { role: 'agent', id };
    const offerId = `o${seq}`;
    return kind === 'accept'
      ? { type: 'accept', actor, offerId }
      : { type: 'decline', actor, offerId, reason: DECLINE_REASONS[pick.index % 3] ?? '' };
  }

  /** A contact in line to an agent that might do; or whichever. */
  #hand(state: OracleState, { kind, pick, agent, fitting }: MoveOf<'pull' | 'assign'>): Command {
    const contactId = this.#contact(
      state,
      pick,
      (contact) => contact.state === 'QUEUED' || (kind === 'assign' && contact.state === 'OFFERED'),
    );
    const able = state.agents.filter(({ sessionId, mayPull }) => sessionId !== '' && (mayPull || kind === 'assign'));
    const agentId = (fitting ? able[agent % able.length]?.id : undefined) ?? AGENT_IDS[agent] ?? 'a0';
    return kind === 'pull'
      ? { type: 'pull', actor: { role: 'agent', id: agentId }, contactId }
      : { type: 'assign', actor: pick.stray ? ADMIN : SUPERVISOR, contactId, agentId };
  }

  #signIn(state: OracleState, move: MoveOf<'signIn'>): Command {
    const agentId = AGENT_IDS[move.agent] ?? 'a0';
    const actor: Actor = { role: 'agent', id: agentId };
    const agent = state.agents.find(({ id }) => id === agentId);
    if (agent === undefined || agent.sessionId === '') {
      return { type: 'openSession', actor, sessionId: this.#newSession() };
    }
    const { channels } = move;
    return { type: 'setPresence', actor, agentId, presence: 'AVAILABLE', reason: '', channels };
  }

  #session(state: OracleState, move: MoveOf<'open' | 'close'>): Command {
    const agentId = AGENT_IDS[move.agent] ?? 'a0';
    const actor: Actor = { role: 'agent', id: agentId };
    if (move.kind === 'open') return { type: 'openSession', actor, sessionId: this.#newSession() };
    const current = state.agents.find(({ id }) => id === agentId)?.sessionId ?? '';
    return { type: 'closeSession', actor, sessionId: move.stray || current === '' ? 's1' : current };
  }

  #gatewaySession(state: OracleState, move: MoveOf<'openGateway' | 'closeGateway'>): Command {
    const actor: Actor = { role: 'gateway', id: GATEWAY_IDS[move.gateway] ?? 'g0' };
    if (move.kind === 'openGateway') return { type: 'openSession', actor, sessionId: this.#newSession() };
    const sessionId = state.gateways.find(({ id }) => id === actor.id)?.sessionIds[0] ?? 's0';
    return { type: 'closeSession', actor, sessionId };
  }

  #newSession(): string {
    this.#sessionCount += 1;
    return `s${this.#sessionCount}`;
  }

  #contact(state: OracleState, pick: Pick, fits: (contact: OracleContact) => boolean): string {
    const fitting = pick.stray ? [] : state.contacts.filter(fits);
    return fitting[pick.index % fitting.length]?.id ?? this.#anyContact(state, pick);
  }

  /** An open contact; a stray pick may be closed, forgotten or never heard of. */
  #anyContact(state: OracleState, { index, stray }: Pick): string {
    const open = state.contacts[index % state.contacts.length];
    if (open !== undefined && !stray) return open.id;
    return `c${index}`;
  }

  /** Its gateway; where only what agents may write down changes, now and then the agent that it is with. */
  #updaterOf(state: OracleState, { pick, set }: MoveOf<'update'>): Actor {
    const agentId = state.contacts.find(({ id }) => id === this.#anyContact(state, pick))?.agentId ?? '';
    const isNote = Object.keys(set).every((field) => field === 'attributes' || field === 'intent');
    const isTheirs = agentId !== '' && (isNote || pick.index % 4 === 0);
    return isTheirs ? { role: 'agent', id: agentId } : this.#ownerOf(state, pick);
  }

  #ownerOf(state: OracleState, pick: Pick): Actor {
    return this.#gatewayOf(this.#anyContact(state, pick), pick);
  }

  /** The contact's gateway; for a stray pick now and then another one. */
  #gatewayOf(contactId: string, { index, stray }: Pick): Actor {
    const own = this.#submitters[this.#drafts.findIndex(({ id }) => id === contactId)];
    return { role: 'gateway', id: stray && index % 3 === 0 ? 'g1' : (own ?? 'g0') };
  }
}

function closure({ at }: OracleState, move: MoveOf<'closeQueue' | 'openQueue'>): Command {
  const queue = QUEUES[move.queue] ?? 'none';
  if (move.kind === 'openQueue') return { type: 'openQueue', actor: SUPERVISOR, queue };
  const { forMs, reason, role } = move;
  const until = forMs === 0 ? 0 : at + forMs;
  return { type: 'closeQueue', actor: role === 0 ? ADMIN : SUPERVISOR, queue, until, reason };
}

function presenceOf({ agent, presence, reason, channels, next }: MoveOf<'presence'>): Command {
  const agentId = AGENT_IDS[agent] ?? 'a0';
  const actor: Actor = channels.length === 1 ? ADMIN : { role: 'agent', id: agentId };
  const then = next === undefined ? {} : { next };
  return { type: 'setPresence', actor, agentId, presence, reason, channels, ...then };
}

const NOWHERE: TransferTarget = { queue: '', agentId: '', requires: [], holdMs: 0, consultId: '' };

function draftOf({ at }: OracleState, id: string, { inMs, ...facts }: ContactFacts, version: number): ContactDraft {
  return { id, ...facts, version, ...(inMs === undefined ? {} : { dueAt: at + inMs }) };
}

function dispositionOf(noted: number): Disposition | undefined {
  return noted === 0 ? undefined : { reasons: [`r${noted}`], outcome: 'solved', notes: '', attributes: '' };
}

function aboutCustomer(move: MoveOf<'putCustomer' | 'removeCustomer'>): Command {
  if (move.kind === 'removeCustomer') return { type: 'removeCustomer', actor: ADMIN, customerId: move.customerId };
  return { type: 'putCustomer', actor: ADMIN, customer: move.customer };
}

function setPolicy(state: OracleState, { policy, hours }: MoveOf<'policy'>): Command {
  const command = { type: 'setPolicy', actor: ADMIN, policy, source: 'again', fileHash: '' } as const;
  return hours === undefined ? command : { ...command, hours: hoursFrom(state, hours) };
}

/** Told of up to the last begin or end; a calendar without any is not told of. */
function hoursFrom({ at }: OracleState, hours: Hours): ResolvedHours[] {
  return hours.flatMap(([agoMs = 0, ...lengths], index) => {
    const from = at - agoMs;
    const ends: number[] = [];
    for (const length of lengths) ends.push((ends.at(-1) ?? from) + length);
    const openings = ends.length % 2 === 0 ? ends : ends.slice(0, -1);
    const named = RESOLVED[index];
    return named === undefined ? [] : [{ ...named, from, until: ends.at(-1) ?? from, openings }];
  });
}
