// Why a contact still waits: for each agent who meets its requirement what is in the way, for the others what they lack. Rebuilt from the state
// when somebody asks; the agents who meet the requirement are those of the demand class's facts.
//
// Invariants: 1. at most EXAMINED_MAX agents are looked at on either side; `partial` says that there were more. 2. contact ids of others are told
// to supervisors and admins only. 3. what is told, and in what order, follows from the facts alone: a rebuilt state tells the same.

import { type Agent, hasRoom, isSignedIn, limitOf } from './agent.ts';
import { type Contact, isCooling, type OfferedPhase, offerTo } from './contact.ts';
import type {
  AgentInTheWay,
  ExplainedWait,
  HeldContact,
  MissingCount,
  NextRelaxation,
  Obstacle,
} from './explanation.ts';
import { isOpen } from './gate.ts';
import type { RelaxCondition } from './policy.ts';
import { eligibilityOf, isPending, nextNumber, stepsOf } from './relaxation.ts';
import { lackOf, meets } from './requirement.ts';
import type { State } from './state.ts';

const EXAMINED_MAX = 10_000;
const LISTED_MAX = 100;
const MISSING_MAX = 20;

/** What is told of the agents. */
type OfAgents = Pick<ExplainedWait, 'obstacles' | 'agents' | 'missing' | 'partial'>;

interface Survey {
  readonly state: State;
  readonly contact: Contact;
  /** Whether contact ids of others are told. */
  readonly tellsIds: boolean;
  /** Who has room and nothing in the way: kept from the contact by its gate; or, between two events of one instant, about to be offered it. */
  readonly withRoom: 'RESERVED' | 'FREE';
  readonly counts: Map<Obstacle, number>;
  readonly listed: AgentInTheWay[];
}

/** All agents, as far as they matter to the waiting contact. */
export function explainAgents(state: State, contact: Contact, tellsIds: boolean, now: number): OfAgents {
  const { demand } = contact;
  const isShut = demand?.gate !== undefined && !isOpen(demand, state.moment(now));
  const withRoom = isShut ? 'RESERVED' : 'FREE';
  const survey: Survey = { state, contact, tellsIds, withRoom, counts: new Map(), listed: [] };
  const here: Agent[] = [];
  let left = EXAMINED_MAX;
  for (const { supply } of demand?.facts ?? []) {
    for (const agent of supply.agents) {
      if (left-- <= 0) break;
      here.push(agent);
    }
  }
  here.sort((one, other) => one.ordinal - other.ordinal);
  for (const agent of here) note(survey, agent);
  const partly = left < 0;
  const missing = surveyOthers(survey);
  const obstacles = [...survey.counts].map(([obstacle, agents]) => ({ obstacle, agents }));
  obstacles.sort((one, other) => other.agents - one.agents || (one.obstacle < other.obstacle ? -1 : 1));
  return { obstacles, agents: survey.listed, missing, partial: partly || state.agents.size > EXAMINED_MAX };
}

/** Those who are away and would meet the requirement are noted; of those who are here and do not, what they lack is counted. */
function surveyOthers(survey: Survey): MissingCount[] {
  const { state, contact } = survey;
  const { demand } = contact;
  const requirement = demand?.requirement ?? eligibilityOf(contact);
  const counts = new Map<string, number>();
  let left = EXAMINED_MAX;
  for (const agent of state.agents.values()) {
    if (left-- <= 0) break;
    if (!isSignedIn(agent)) {
      if (meets(agent.skills, requirement)) note(survey, agent);
      continue;
    }
    if (demand !== undefined && agent.supply?.factByDemand.has(demand)) continue;
    const missing = lackOf(agent.skills, requirement);
    counts.set(missing, (counts.get(missing) ?? 0) + 1);
  }
  const all = [...counts].map(([missing, agents]) => ({ missing, agents }));
  all.sort((one, other) => other.agents - one.agents || (one.missing < other.missing ? -1 : 1));
  return all.slice(0, MISSING_MAX);
}

/** In the order of their arrival. */
function held(agent: Agent): readonly Contact[] {
  return [...agent.held].sort((one, other) => one.ordinal - other.ordinal);
}

function note(survey: Survey, agent: Agent): void {
  const { state, contact, counts, listed, tellsIds } = survey;
  const obstacle = obstacleOf(survey, agent);
  counts.set(obstacle, (counts.get(obstacle) ?? 0) + 1);
  if (listed.length >= LISTED_MAX) return;
  listed.push({
    agentId: agent.id,
    obstacle,
    reason: obstacle === 'BUSY' ? agent.reason : '',
    until: untilOf(contact, agent, obstacle),
    holds: obstacle === 'NO_ROOM' ? held(agent).map((contact) => heldView(state, contact, agent, tellsIds)) : [],
  });
}

/** The first of the conditions of ROOM1 that does not hold. */
function obstacleOf({ contact, withRoom }: Survey, agent: Agent): Obstacle {
  const { channel } = contact;
  if (agent.presence === 'OFFLINE') return 'OFFLINE';
  if (agent.sessionId === '') return 'NOT_CONNECTED';
  if (agent.presence !== 'AVAILABLE') return agent.presence;
  if (agent.channels.length > 0 && !agent.channels.includes(channel.name)) return 'CHANNEL_OFF';
  if (limitOf(agent, channel) === 0 || !hasRoom(agent, channel)) return 'NO_ROOM';
  if (agent.cappedUntil !== 0) return 'CAPPED';
  if (isCooling(contact, agent)) return 'COOL_DOWN';
  return contact.line?.isHeld === true && !contact.preferredAgents.includes(agent.id) ? 'HELD' : withRoom;
}

function untilOf(contact: Contact, agent: Agent, obstacle: Obstacle): number {
  if (obstacle === 'NOT_CONNECTED') return agent.graceUntil;
  if (obstacle === 'CAPPED') return agent.cappedUntil;
  if (obstacle === 'HELD') return contact.preferredUntil;
  if (obstacle !== 'COOL_DOWN') return 0;
  return contact.coolDowns.find((coolDown) => coolDown.agent === agent)?.due ?? 0;
}

function heldView(state: State, contact: Contact, agent: Agent, tellsIds: boolean): HeldContact {
  const { phase, phaseDeadline } = contact;
  const view = { contactId: tellsIds ? contact.id : '', channel: contact.channel.name, state: phase.state };
  switch (phase.state) {
    case 'OFFERED':
      return { ...view, ...pendingSince(contact, phase, agent) };
    case 'WRAP_UP': {
      const due = phaseDeadline === undefined ? undefined : state.deadlines.dueOf(phaseDeadline);
      return { ...view, since: contact.endedAt, until: due ?? 0 };
    }
    default:
      return { ...view, since: contact.assignedAt, until: 0 };
  }
}

/** Since when and until when the agent's offer of it is pending. */
function pendingSince(contact: Contact, phase: OfferedPhase, agent: Agent): Pick<HeldContact, 'since' | 'until'> {
  const { madeAt, expiresAt } = offerTo(contact, agent.id) ?? phase.offer;
  return { since: madeAt === 0 ? contact.offeredAt : madeAt, until: expiresAt };
}

function conditionText({ agentsAvailable, estimatedWaitAboveMs }: RelaxCondition = {}): string {
  const texts: string[] = [];
  if (agentsAvailable !== undefined) texts.push(`agentsAvailable ≤ ${agentsAvailable}`);
  if (estimatedWaitAboveMs !== undefined) texts.push(`estimatedWait > ${estimatedWaitAboveMs / 1000} s`);
  return texts.join(' and ');
}

/** The steps that wait for their condition, and the one that comes due next. */
export function explainRelaxations(contact: Contact): NextRelaxation[] {
  const { relaxation, queue, enqueuedAt } = contact;
  const next = nextNumber(relaxation);
  return stepsOf(queue.policy).flatMap((step, index) => {
    const number = index + 1;
    const pending = isPending(relaxation, number);
    if (!pending && number !== next) return [];
    const { requires = [], headStartMs = 0, overflowTo = '', offerCallback = false, if: condition } = step;
    const when = conditionText(condition);
    const does = { requires, headStartMs, overflowTo, offerCallback };
    return [{ step: number, at: enqueuedAt + step.afterMs, pending, when, ...does }];
  });
}
