// The oracle's decisions on giving contacts away: requeue and transfer. Written from SPEC [XFR*], [AFF*].
import type { Actor, Command, TransferTarget } from '../../../src/core/commands.ts';
import { stageOnWay } from './bots.ts';
import { requirementText } from './classify.ts';
import type { CustomerRule } from './customers.ts';
import { close } from './deadlines.ts';
import { decideSubmit, seenBy } from './decide-contacts.ts';
import { channelOf, isHeld, type OracleContact, policyOf, waitMsIn } from './model.ts';
import { classifyIn } from './relax.ts';
import { contactVerdict, refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function decideRequeue(world: World, { actor, contactId, resetAge, version }: CommandOf<'requeue'>): Verdict {
  if (isRepeated(world, actor, contactId, undefined)) return contactVerdict(contactId);
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (subject.kind === 'tombstone') return refused('CONTACT_CLOSED');
  if (subject.state === 'WRAP_UP') return refused('CONTACT_ANSWERED');
  if (subject.state !== 'ASSIGNED') return refused('CONTACT_NOT_ANSWERED');
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  const { agentId } = subject;
  world.emit({
    type: 'contactRequeued',
    contactId,
    agentId,
    cause: actor.role === 'agent' ? 'AGENT' : 'SUPERVISOR',
    agedFrom: resetAge ? world.now : world.now - (subject.assignedAt - subject.agedFrom),
    waitUntil: world.now + waitMsIn(policyOf(world.state), subject.queue, subject),
    coolDownUntil: coolDownEnd(world),
    ...stageOnWay(world.state, subject, {
      byAgent: actor.role === 'agent',
      queue: subject.queue,
      requirement: subject.requirement,
      toAgentId: '',
      now: world.now,
    }),
  });
  world.drain(agentId);
  return contactVerdict(contactId);
}

export function decideTransfer(world: World, command: CommandOf<'transfer'>): Verdict {
  const { actor, contactId, to, version } = command;
  const { state } = world;
  const policy = policyOf(state);
  const isAnywhere = to.queue !== '' || to.agentId !== '' || to.requires.length > 0;
  if (to.consultId !== '' && (isAnywhere || to.holdMs > 0)) return refused('INVALID_FIELD');
  if ((!isAnywhere && to.consultId === '') || (to.holdMs > 0 && to.agentId === '')) return refused('INVALID_FIELD');
  if (isRepeated(world, actor, contactId, to)) return contactVerdict(contactId);
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (to.agentId !== '' && !state.agents.some(({ id }) => id === to.agentId)) return refused('NO_SUCH_AGENT');
  if (subject.kind === 'tombstone') return refused('CONTACT_CLOSED');
  if (to.consultId !== '') return decideHandOver(world, command, subject);
  if (subject.state === 'WRAP_UP') return refused('CONTACT_ANSWERED');
  if (subject.state !== 'ASSIGNED' && actor.role === 'agent') return refused('CONTACT_NOT_ANSWERED');
  if (subject.state === 'SCHEDULED') return refused('CONTACT_NOT_WAITING');
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  if (to.queue !== '' && !policy.queues.some(({ name }) => name === to.queue)) return refused('UNKNOWN_QUEUE');
  const requires = to.requires.length > 0 ? to.requires : subject.requires;
  const placed = classifyIn(policy, to.queue || subject.queue, { ...subject, requires }, world.now);
  if (placed === undefined) return refused('REQUIREMENT_TOO_LARGE');
  if (subject.state === 'OFFERED') world.revoke(subject, 'CONTACT_TRANSFERRED');
  give(world, subject, command, { ...placed, requires });
  return contactVerdict(contactId);
}

/** [XFR13] to [XFR16]. */
export function decideConsult(world: World, command: CommandOf<'consult'>, rule: CustomerRule): Verdict {
  const { actor, contactId, consultId, to, version } = command;
  const { state } = world;
  const isSomewhere = to.queue !== '' || to.agentId !== '' || to.requires.length > 0;
  if (to.consultId !== '' || to.agentId === actor.id || !isSomewhere) return refused('INVALID_FIELD');
  if (to.holdMs > 0 && to.agentId === '') return refused('INVALID_FIELD');
  const taken = state.contacts.find(({ id }) => id === consultId);
  const about = state.contacts.find(({ id }) => id === contactId);
  const isAlike =
    about === undefined || (taken?.journeyId === (about.journeyId || about.id) && taken.channel === about.channel);
  if (taken?.consultedBy === actor.id && taken.id !== contactId && isAlike) {
    return { kind: 'contact', id: consultId, created: false };
  }
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (to.agentId !== '' && !state.agents.some(({ id }) => id === to.agentId)) return refused('NO_SUCH_AGENT');
  if (subject.kind === 'tombstone') return refused('CONTACT_CLOSED');
  if (subject.state === 'WRAP_UP') return refused('CONTACT_ANSWERED');
  if (subject.state !== 'ASSIGNED') return refused('CONTACT_NOT_ANSWERED');
  if (taken !== undefined) return refused('CONTACT_DIFFERS');
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  const { channel, customerId, intent, language, prefers, segment, value, tier, headStartMs } = subject;
  const draft = {
    id: consultId,
    channel,
    direction: 'INBOUND' as const,
    customerId,
    journeyId: subject.journeyId || subject.id,
    intent,
    language,
    queue: to.queue || subject.queue,
    requires: to.requires.length > 0 ? to.requires : subject.requires,
    prefers,
    segment,
    value,
    tier,
    headStartMs,
    preferredAgents: to.agentId === '' ? [] : [to.agentId],
    preferredForMs: to.agentId === '' ? 0 : to.holdMs || (policyOf(state).direct?.holdMs ?? 120_000),
    attributes: subject.attributes,
    version: 0,
  };
  const gateway: Actor = { role: 'gateway', id: subject.gatewayId };
  return decideSubmit(world, { type: 'submit', actor: gateway, contact: draft }, rule, { consultedBy: actor.id });
}

/** [XFR10]. */
function decideHandOver(world: World, { actor, to, version }: CommandOf<'transfer'>, subject: OracleContact): Verdict {
  const { state, now } = world;
  const consult = state.contacts.find(({ id }) => id === to.consultId);
  const isAlike =
    consult !== undefined &&
    consult.id !== subject.id &&
    consult.journeyId === (subject.journeyId || subject.id) &&
    consult.channel === subject.channel;
  if (!isAlike || (isHeld(subject) && consult.agentId === subject.agentId)) return refused('NO_SUCH_CONTACT');
  for (const { state: phase } of [consult, subject]) {
    if (phase === 'WRAP_UP') return refused('CONTACT_ANSWERED');
    if (phase !== 'ASSIGNED') return refused('CONTACT_NOT_ANSWERED');
  }
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  const { id: contactId, agentId, requires, preferredAgents, preferredForMs, preferredUntil } = subject;
  const cause = actor.role === 'agent' ? 'AGENT' : 'SUPERVISOR';
  world.emit({
    type: 'contactTransferred',
    contactId,
    agentId,
    cause,
    by: actor.id,
    to: 'CONSULT',
    queue: subject.queue,
    segment: subject.segment,
    requirement: subject.requirement,
    clockRate: subject.clockRate,
    headStartUs: subject.headStartUs,
    waitUntil: subject.waitUntil,
    requires,
    agedFrom: now - (subject.assignedAt - subject.agedFrom),
    preferredAgents,
    preferredForMs,
    preferredUntil,
    coolDownUntil: 0,
    consultId: consult.id,
    toAgentId: consult.agentId,
    cost: consult.cost,
    assignedUntil: now + channelOf(state, subject.channel).assigned.maxMs,
    agentLostUntil: consult.agentLostUntil,
    ...stageOnWay(state, subject, {
      byAgent: actor.role === 'agent',
      queue: subject.queue,
      requirement: subject.requirement,
      toAgentId: consult.agentId,
      now,
    }),
  });
  world.drain(agentId);
  close(world, consult, 'COMPLETED', cause);
  return contactVerdict(contactId);
}

type Placed = NonNullable<ReturnType<typeof classifyIn>> & Pick<OracleContact, 'requires'>;

function give(world: World, subject: OracleContact, command: CommandOf<'transfer'>, placed: Placed): void {
  const { actor, to, resetAge, contactId } = command;
  const holder = subject.state === 'ASSIGNED' ? subject.agentId : '';
  const keptFrom = holder === '' ? subject.agedFrom : world.now - (subject.assignedAt - subject.agedFrom);
  const holdMs = to.holdMs || (policyOf(world.state).direct?.holdMs ?? 120_000);
  const { preferredAgents, preferredForMs, preferredUntil } = subject;
  const held = {
    preferredAgents: [to.agentId],
    preferredForMs: holdMs,
    preferredUntil: holdMs === 0 ? 0 : world.now + holdMs,
  };
  world.emit({
    type: 'contactTransferred',
    contactId,
    agentId: holder,
    cause: actor.role === 'agent' ? 'AGENT' : 'SUPERVISOR',
    by: actor.id,
    to: to.agentId !== '' ? 'ONE_AGENT' : to.requires.length > 0 ? 'REQUIREMENT' : 'QUEUE',
    ...placed,
    agedFrom: resetAge ? world.now : keptFrom,
    ...(to.agentId === '' ? { preferredAgents, preferredForMs, preferredUntil } : held),
    coolDownUntil: holder === '' || holder === to.agentId ? 0 : coolDownEnd(world),
    consultId: '',
    toAgentId: '',
    cost: 0,
    assignedUntil: 0,
    agentLostUntil: 0,
    ...stageOnWay(world.state, subject, {
      byAgent: actor.role === 'agent',
      queue: placed.queue,
      requirement: placed.requirement,
      toAgentId: to.agentId,
      now: world.now,
    }),
  });
  if (holder !== '') world.drain(holder);
}

/** 0: there is no cool-down. */
function coolDownEnd({ state, now }: World): number {
  const { declineCoolDownMs } = policyOf(state).presence;
  return declineCoolDownMs === 0 ? 0 : now + declineCoolDownMs;
}

/** [XFR9]: the agent gave it away before, does not have it again, and all that it names now is so already. */
export function isRepeated({ state }: World, actor: Actor, contactId: string, to: TransferTarget | undefined): boolean {
  const contact = state.contacts.find(({ id }) => id === contactId);
  if (actor.role !== 'agent' || contact === undefined || contact.releasedBy !== actor.id) return false;
  if (isHeld(contact) && contact.state !== 'OFFERED' && contact.agentId === actor.id) return false;
  if (to === undefined) return true;
  if (to.consultId !== '') {
    const consult = state.tombstones.find(({ contactId: id }) => id === to.consultId);
    return consult?.state === 'COMPLETED' && isHeld(contact) && consult.agentId === contact.agentId;
  }
  const isThere = to.queue === '' || to.queue === contact.queue;
  const isTheirs = to.agentId === '' || contact.preferredAgents.join() === to.agentId;
  return (
    isThere &&
    isTheirs &&
    (to.requires.length === 0 || requirementText(to.requires) === requirementText(contact.requires))
  );
}
