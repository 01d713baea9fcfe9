// The brute-force router: the same commands in, the events, views and deadlines that SPEC asks for out. Slow on purpose: every decision looks
// at everything. It shares no code with the core but types.
//
// 1. A step is: deadlines due, then the command, then settle once [TIME1]; `restart` and `withdrawStalled` come before the deadlines [TIME6].
//    With `hold` no deadline fires [RST6].
// 2. Settling offers the best of all pairs until none is eligible [RANK1], [ROOM6].
import type { Command } from '../../../src/core/commands.ts';
import type { CoreEvent } from '../../../src/core/events.ts';
import { decideCallback, decideRetry } from './calling.ts';
import { earliestDue, fireDue } from './deadlines.ts';
import {
  decideAnswer,
  decideCloseSession,
  decideOpenSession,
  decidePolicy,
  decidePresence,
  decidePutAgent,
  decideRemoveAgent,
  decideRestart,
  decideStalled,
} from './decide-agents.ts';
import { decideCancel, decideEnd, decideSubmit, decideUpdate } from './decide-contacts.ts';
import { decidePutCustomer, decideRemoveCustomer } from './decide-customers.ts';
import { decideAssign, decidePull } from './decide-handing.ts';
import { decideConsult, decideRequeue, decideTransfer } from './decide-transfers.ts';
import { decideClosure, decideHours } from './hours.ts';
import { agentOf, channelOf, emptyState, found, heldBy, type OracleState } from './model.ts';
import { agentPicture, contactPicture, offerPicture, tombstonePicture } from './picture.ts';
import { bestPair, idlePartUs, type RuleParts, runnersUp, theRule } from './rank.ts';
import { hasContactHours, lookAtWindows, postponeShutOut } from './windows.ts';
import { done, type Verdict, World } from './world.ts';

const NETWORK_MS = 500;

export interface OracleStep {
  readonly verdict: Verdict;
  /** What the answer shows, drawn at the end of the step, by field of the answer. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly events: readonly CoreEvent[];
}

export class Oracle {
  readonly #world = new World(emptyState());
  readonly #rule: RuleParts;

  constructor(rule: RuleParts = theRule) {
    this.#rule = rule;
  }

  get state(): OracleState {
    return this.#world.state;
  }

  get nextDeadline(): number {
    return earliestDue(this.state);
  }

  step(command: Command, now: number, deadlines: 'fire' | 'hold' = 'fire'): OracleStep {
    const world = this.#world;
    world.now = now;
    world.state.now = now;
    world.events = [];
    world.state.justClosed = [];
    world.state.shutOut = [];
    const isFirst = command.type === 'restart' || command.type === 'withdrawStalled';
    if (deadlines === 'fire' && !isFirst) fireDue(world);
    const verdict = decide(world, command, this.#rule);
    postponeShutOut(world);
    if (deadlines === 'fire' && isFirst) fireDue(world);
    this.#settle();
    const answer = this.#answer(verdict, command);
    return { verdict, answer, events: world.events };
  }

  /** What the core calls the content of a contact, for comparing whole records. */
  learnHash(contactId: string, hash: string): void {
    for (const contact of this.state.contacts) if (contact.id === contactId) contact.hash = hash;
    for (const tombstone of this.state.tombstones) if (tombstone.contactId === contactId) tombstone.hash = hash;
  }

  #answer(verdict: Verdict, command: Command): Readonly<Record<string, unknown>> {
    const { state } = this;
    if (verdict.kind === 'contact') {
      const contact = this.#contactShown(verdict.id);
      return command.type === 'submit' ? { contact, created: verdict.created === true } : { contact };
    }
    if (verdict.kind === 'customer') return { customer: verdict.customer };
    if (verdict.kind !== 'agent') return {};
    const agent = agentPicture(state, agentOf(state, verdict.id));
    if (command.type !== 'openSession') return { agent };
    const held = heldBy(state, verdict.id).sort((left, right) => left.ordinal - right.ordinal);
    const offers = held
      .filter((contact) => contact.state === 'OFFERED')
      .map((contact) => offerPicture(contact, verdict.id, state));
    const contacts = held
      .filter((contact) => contact.state !== 'OFFERED')
      .map((contact) => contactPicture(contact, state));
    return { agent, offers, contacts };
  }

  /** The contact as it stands; whole if it was closed in this very step, else its tombstone. */
  #contactShown(contactId: string): object {
    const { contacts, justClosed, tombstones } = this.state;
    const open = contacts.find(({ id }) => id === contactId);
    if (open !== undefined) return contactPicture(open, this.state);
    const closed = justClosed.find(({ contact }) => contact.id === contactId);
    if (closed !== undefined) {
      const picture = contactPicture({ ...closed.contact, state: closed.state }, this.state);
      return { ...picture, closedAt: closed.closedAt };
    }
    const tombstone = tombstones.find((one) => one.contactId === contactId);
    return tombstonePicture(found(tombstone, 'tombstone'));
  }

  #settle(): void {
    const world = this.#world;
    if (world.state.policy === undefined) return;
    for (;;) {
      const best = bestPair(world.state, this.#rule, world.now);
      if (best === undefined) return;
      const { contact, agent, urgencyUs, fitUs, readinessUs } = best;
      const { cost, offerTimeoutMs, assigned, autoAccept = false } = channelOf(world.state, contact.channel);
      const idleUs = idlePartUs(world.state, agent, world.now);
      const others = runnersUp(world.state, this.#rule, best, world.now);
      const expiresAt = world.now + offerTimeoutMs;
      world.emit({
        type: 'offerMade',
        contactId: contact.id,
        agentId: agent.id,
        expiresAt,
        deadline: expiresAt + NETWORK_MS,
        cost,
        urgencyUs,
        fitUs,
        readinessUs,
        autoAccepted: autoAccept,
        runnersUp: others,
        idleUs,
      });
      const assignedUntil = world.now + assigned.maxMs;
      const { id: contactId } = contact;
      // [OFF13]
      if (autoAccept) world.emit({ type: 'offerAccepted', contactId, agentId: agent.id, assignedUntil });
    }
  }
}

function decide(world: World, command: Command, rule: RuleParts): Verdict {
  switch (command.type) {
    case 'submit':
      return decideSubmit(world, command, rule);
    case 'update':
      return decideUpdate(world, command);
    case 'cancel':
      return decideCancel(world, command);
    case 'end':
    case 'complete':
      return decideEnd(world, command);
    case 'requeue':
      return decideRequeue(world, command);
    case 'transfer':
      return decideTransfer(world, command);
    case 'callback':
      return decideCallback(world, command);
    case 'retry':
      return decideRetry(world, command);
    case 'consult':
      return decideConsult(world, command, rule);
    case 'accept':
    case 'decline':
      return decideAnswer(world, command);
    case 'pull':
      return decidePull(world, command);
    case 'assign':
      return decideAssign(world, command);
    case 'setPresence':
      return decidePresence(world, command);
    case 'openSession':
      return decideOpenSession(world, command);
    case 'closeSession':
      return decideCloseSession(world, command);
    case 'putAgent':
      return decidePutAgent(world, command);
    case 'removeAgent':
      return decideRemoveAgent(world, command);
    case 'setPolicy':
      return decidePolicy(world, command);
    case 'resolveHours':
      decideHours(world, command.hours);
      if (hasContactHours(world.state)) lookAtWindows(world);
      return done;
    case 'closeQueue':
    case 'openQueue':
      return decideClosure(world, command);
    case 'putCustomer':
      return decidePutCustomer(world, command);
    case 'removeCustomer':
      return decideRemoveCustomer(world, command);
    case 'restart':
      return decideRestart(world, command);
    case 'withdrawStalled':
      return decideStalled(world, command);
    case 'tick':
      return done;
  }
}
