// A stage for tests by hand: short words for commands, short texts for events. Every step goes through the core and the oracle and is compared.
//
// 1. Time moves only by `wait` and `until`; a step is made at the stage's `now`.
// 2. An agent that `works` is in the directory, connected and AVAILABLE.
import type {
  Actor,
  AgentDraft,
  Command,
  ContactChanges,
  ContactDraft,
  Ok,
  Query,
  TransferTarget,
} from '../../../src/core/commands.ts';
import type { CoreEvent } from '../../../src/core/events.ts';
import type { ResolvedHours } from '../../../src/core/hours.ts';
import type { ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Alternative } from '../../../src/core/requirement.ts';
import type { ContactView, Disposition, Presence } from '../../../src/core/views.ts';
import { plainPolicy } from './policies.ts';
import { ADMIN, Run } from './run-history.ts';

/** Where the stage's clock starts: a whole second, and a whole slot of five minutes. */
export const NOON = 1_760_000_100_000;

export const GATEWAY: Actor = { role: 'gateway', id: 'g0' };
export const SUPERVISOR: Actor = { role: 'supervisor', id: 'boss' };

export function agentActor(id: string): Actor {
  return { role: 'agent', id };
}

/** A draft with nothing but id and channel, and what is given. */
export function draft(id: string, facts: Partial<ContactDraft> = {}): ContactDraft {
  return {
    id,
    channel: 'voice',
    direction: 'INBOUND',
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    queue: '',
    requires: [],
    prefers: [],
    segment: '',
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    attributes: '',
    version: 0,
    ...facts,
  };
}

/** One alternative: `needs('es', 5, 'billing', 3)`. */
export function needs(...pairs: (string | number)[]): Alternative {
  const all: Alternative['all'] = pairs.flatMap((skill, index) => {
    const level = pairs[index + 1];
    return typeof skill === 'string' ? [{ skill, level: typeof level === 'number' ? level : 1 }] : [];
  });
  return { all };
}

export function disposition(outcome: string): Disposition {
  return { reasons: ['bill'], outcome, notes: '', attributes: '' };
}

/** The same for an agent without these skills. */
export function lacks(without: readonly string[], ...pairs: (string | number)[]): Alternative {
  return { ...needs(...pairs), without };
}

/** What a step came to. */
export interface Acted {
  /** Events in short: type, then what tells one from another. */
  readonly events: string[];
  readonly full: readonly CoreEvent[];
  /** Reason of the refusal, or 'ok'. */
  readonly result: string;
  readonly path: string;
  readonly ok: Ok;
}

export class Stage {
  readonly run = new Run();
  now = NOON;
  #sessionCount = 0;

  constructor(policy: ResolvedPolicy = plainPolicy(), hours?: readonly ResolvedHours[]) {
    this.policy(policy, hours);
  }

  act(command: Command): Acted {
    const { outcome, events } = this.run.step(command, this.now);
    const refusal = 'error' in outcome ? outcome.error : undefined;
    return {
      events: events.map(brief),
      full: events,
      result: refusal?.reason ?? 'ok',
      path: refusal?.path ?? '',
      ok: 'ok' in outcome ? outcome.ok : {},
    };
  }

  ask(query: Query): Ok & { readonly refused?: string } {
    const outcome = this.run.core.query(query, this.now);
    return 'ok' in outcome ? outcome.ok : { refused: outcome.error.reason };
  }

  /** Lets so much time pass without a step. */
  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** A tick so much later. */
  tick(ms = 0): Acted {
    return this.wait(ms).act({ type: 'tick' });
  }

  policy(policy: ResolvedPolicy, hours?: readonly ResolvedHours[]): Acted {
    const given = hours === undefined ? {} : { hours };
    return this.act({ type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '', ...given });
  }

  putAgent(id: string, facts: Partial<AgentDraft> = {}): Acted {
    const agent = { id, name: '', skills: {}, capacity: 100, limits: {}, version: 0, ...facts };
    return this.act({ type: 'putAgent', actor: ADMIN, agent });
  }

  removeAgent(id: string): Acted {
    return this.act({ type: 'removeAgent', actor: ADMIN, agentId: id });
  }

  open(id: string, sessionId = this.#newSession()): Acted {
    return this.act({ type: 'openSession', actor: agentActor(id), sessionId });
  }

  close(id: string, sessionId = this.sessionOf(id)): Acted {
    return this.act({ type: 'closeSession', actor: agentActor(id), sessionId });
  }

  openGateway(id = GATEWAY.id, sessionId = this.#newSession()): Acted {
    return this.act({ type: 'openSession', actor: { role: 'gateway', id }, sessionId });
  }

  closeGateway(sessionId: string, id = GATEWAY.id): Acted {
    return this.act({ type: 'closeSession', actor: { role: 'gateway', id }, sessionId });
  }

  presence(
    agentId: string,
    presence: Presence,
    more: Partial<{ reason: string; channels: string[]; by: Actor; next: Presence }> = {},
  ): Acted {
    const { reason = '', channels = [], by = agentActor(agentId), next } = more;
    const then = next === undefined ? {} : { next };
    return this.act({ type: 'setPresence', actor: by, agentId, presence, reason, channels, ...then });
  }

  /** Puts, connects and makes AVAILABLE. */
  works(id: string, facts: Partial<AgentDraft> = {}): Acted {
    this.putAgent(id, facts);
    this.open(id);
    return this.presence(id, 'AVAILABLE');
  }

  submit(id: string, facts: Partial<ContactDraft> = {}, actor: Actor = GATEWAY): Acted {
    return this.act({ type: 'submit', actor, contact: draft(id, facts) });
  }

  update(contactId: string, set: ContactChanges, version = 0, actor: Actor = GATEWAY): Acted {
    return this.act({ type: 'update', actor, contactId, set, version });
  }

  cancel(
    contactId: string,
    cause: 'ABANDONED' | 'CANCELLED',
    more: Partial<{ by: Actor; version: number }> = {},
  ): Acted {
    return this.act({ type: 'cancel', actor: more.by ?? GATEWAY, contactId, cause, version: more.version ?? 0 });
  }

  requeue(contactId: string, by: Actor, more: Partial<{ resetAge: boolean; version: number }> = {}): Acted {
    const { resetAge = false, version = 0 } = more;
    return this.act({ type: 'requeue', actor: by, contactId, resetAge, version });
  }

  transfer(
    contactId: string,
    by: Actor,
    to: Partial<TransferTarget>,
    more: Partial<{ resetAge: boolean; version: number }> = {},
  ): Acted {
    const { resetAge = false, version = 0 } = more;
    const target = { queue: '', agentId: '', requires: [], holdMs: 0, consultId: '', ...to };
    return this.act({ type: 'transfer', actor: by, contactId, to: target, resetAge, version });
  }

  callback(contactId: string, by: Actor = GATEWAY, version = 0): Acted {
    return this.act({ type: 'callback', actor: by, contactId, version });
  }

  retry(contactId: string, by: Actor, given?: Disposition, version = 0): Acted {
    const noted = given === undefined ? {} : { disposition: given };
    return this.act({ type: 'retry', actor: by, contactId, version, ...noted });
  }

  accept(contactId: string): Acted {
    return this.acceptOffer(this.offerOf(contactId), this.view(contactId).agentId);
  }

  acceptOffer(offerId: string, agentId: string): Acted {
    return this.act({ type: 'accept', actor: agentActor(agentId), offerId });
  }

  decline(contactId: string): Acted {
    return this.declineOffer(this.offerOf(contactId), this.view(contactId).agentId);
  }

  declineOffer(offerId: string, agentId: string): Acted {
    return this.act({ type: 'decline', actor: agentActor(agentId), offerId, reason: '' });
  }

  end(contactId: string, by: Actor, given?: Disposition, version = 0): Acted {
    return this.#finish('end', contactId, by, given, version);
  }

  complete(contactId: string, by: Actor, given?: Disposition, version = 0): Acted {
    return this.#finish('complete', contactId, by, given, version);
  }

  /** Submitted to and accepted by the only agent that is free. */
  answered(id: string, facts: Partial<ContactDraft> = {}): string {
    this.submit(id, facts);
    const { agentId } = this.view(id);
    this.accept(id);
    return agentId;
  }

  view(contactId: string): ContactView {
    const { contact } = this.ask({ type: 'get', actor: ADMIN, contactId });
    if (contact === undefined || 'hash' in contact) throw new Error(`${contactId} is not open`);
    return contact;
  }

  /** State of the contact, open or closed; 'unknown' when it is neither. */
  state(contactId: string): string {
    return this.ask({ type: 'get', actor: ADMIN, contactId }).contact?.state ?? 'unknown';
  }

  agent(agentId: string): NonNullable<Ok['agent']> {
    const { agent } = this.ask({ type: 'agent', agentId });
    if (agent === undefined) throw new Error(`no agent ${agentId}`);
    return agent;
  }

  /** Id of the contact's last offer, by the journal. */
  offerOf(contactId: string): string {
    const index = this.run.journal.findLastIndex(
      ({ event }) => event.type === 'offerMade' && event.contactId === contactId,
    );
    return `o${index + 1}`;
  }

  sessionOf(agentId: string): string {
    const opened = this.run.journal.findLast(
      ({ event }) => event.type === 'sessionOpened' && event.subjectId === agentId,
    )?.event;
    return opened?.type === 'sessionOpened' ? opened.sessionId : '';
  }

  #newSession(): string {
    this.#sessionCount += 1;
    return `s${this.#sessionCount}`;
  }

  #finish(
    type: 'end' | 'complete',
    contactId: string,
    by: Actor,
    given: Disposition | undefined,
    version: number,
  ): Acted {
    const noted = given === undefined ? {} : { disposition: given };
    return this.act({ type, actor: by, contactId, version, ...noted });
  }
}

/** An event in a few words: `offerMade c1 a1`, `presenceSet a1 BUSY MISSED_OFFER`. */
export function brief(event: CoreEvent): string {
  const words: unknown[] = [event.type];
  if ('contactId' in event) words.push(event.contactId);
  if ('agentId' in event) words.push(event.agentId);
  if ('subjectId' in event) words.push(event.subjectId);
  if (event.type === 'presenceSet') words.push(event.presence, event.cause);
  if (event.type === 'contactRelaxed')
    words.push(event.step, ...(event.from === '' ? [] : [`${event.from}→${event.queue}`]));
  if (event.type === 'relaxationsTested') words.push(...event.contactIds);
  if (event.type === 'offerRevoked') words.push(event.reason);
  if (event.type === 'contactClosed') words.push(event.state, event.cause);
  if (event.type === 'contactRetried') words.push(event.cause);
  if (event.type === 'contactEnded' || event.type === 'contactRequeued') words.push(event.cause);
  if (event.type === 'contactTransferred') words.push(event.queue, event.to, event.cause);
  if ('stage' in event && event.stage !== undefined && event.type !== 'contactUpdated') {
    const { skill, handedOverBy } = event.stage;
    words.push(handedOverBy === '' ? `first:${skill}` : `without:${skill}`);
  }
  return words.join(' ');
}
