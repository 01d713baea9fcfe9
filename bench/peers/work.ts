/**
 * The work that every peer is given: contacts with one requirement and one priority each, and teams of agents that can serve some of the
 * requirements.
 *
 * 1. Everything follows from the parameters and the seed: the same contacts, in the same order, for every peer.
 * 2. Priorities are 1 (first) to PRIORITIES.
 */
import type { JsonObject } from '../../src/client/contact.ts';
import { Prng } from '../../src/lib/prng.ts';

export interface WorkShape {
  readonly requirements: number;
  readonly teams: number;
  /** Requirements that a team serves. */
  readonly perTeam: number;
  readonly agents: number;
}

export interface Team {
  readonly number: number;
  /** Numbers of the requirements that its agents can serve. */
  readonly requirements: readonly number[];
  readonly agentIds: readonly string[];
}

export interface Work {
  readonly requirements: number;
  readonly teams: readonly Team[];
}

export interface WorkContact {
  readonly number: number;
  readonly requirement: number;
  readonly priority: number;
}

export const PRIORITIES = 3;

/** Teams that together serve every requirement, each about equally often; agents are shared out in turn. */
export function workOf({ requirements, teams, perTeam, agents }: WorkShape): Work {
  const step = requirements / teams;
  return {
    requirements,
    teams: Array.from({ length: teams }, (_, number) => ({
      number,
      requirements: Array.from({ length: perTeam }, (_, index) => (Math.floor(number * step) + index) % requirements),
      agentIds: Array.from({ length: Math.ceil((agents - number) / teams) }, (_, index) => agentId(number, index)),
    })),
  };
}

export function agentId(team: number, index: number): string {
  return `agent-${team}-${index}`;
}

/** So many contacts, numbered from `first`; what they need and how urgent they are is drawn. */
export function contactsOf(work: Work, first: number, count: number, seed: number): WorkContact[] {
  const random = new Prng(seed);
  return Array.from({ length: count }, (_, index) => ({
    number: first + index,
    requirement: random.below(work.requirements),
    priority: 1 + random.below(PRIORITIES),
  }));
}

/** The name that a requirement has at every peer: of a queue, of a kind, of a skill. */
export function requirementName(requirement: number): string {
  return `r${requirement}`;
}

/** What a contact carries beside that. */
export function attributesOf(number: number): JsonObject {
  return {
    customer: `customer-${number}`,
    ani: '+34911234567',
    dnis: '+34900100200',
    menu: ['2', '1', '4'],
    verified: true,
  };
}
