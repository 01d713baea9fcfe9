/**
 * A policy that uses everything that routing has, for the same contacts, the same agents and the same lives: what all of it
 * costs beside a policy that uses nothing.
 *
 * 1. Nothing in it makes a contact wait that would not wait without it: no pace, no time for which somebody holds a contact
 *    that others could have. What waits by rule says nothing of what a rule costs.
 * 2. Nothing in it changes a life's requests: the router accepts no offer itself.
 */
import type { Customer } from '../../src/core/views.ts';
import { type BenchAgent, contactOf } from './centre.ts';

export const FEATURES_POLICY = `channels:
  voice:
    cost: 100
    wrapUp: 30s
    assigned: { max: 1h, agentLost: 1m, then: requeue }
    gatewayLost: { after: 5m, then: cancel }
  chat: { cost: 30, limit: 3, yieldsTo: [voice] }
  email: { cost: 20, limit: 5, yieldsTo: [voice, chat] }
  branch: { exclusive: true }
segments:
  gold: { headStart: 30s, clockRate: 1.5 }
  platinum: { headStart: 2m, clockRate: 2, requires: [{ all: [], without: [trainee] }] }
value: { scale: 1000, seconds: 30s }
calendars:
  always:
    timeZone: Europe/Madrid
    weekly: { mon: 00:00-24:00, tue: 00:00-24:00, wed: 00:00-24:00, thu: 00:00-24:00, fri: 00:00-24:00, sat: 00:00-24:00, sun: 00:00-24:00 }
queues:
  billing:
    when: { intent: "billing.*", channel: [voice, chat], direction: INBOUND }
    requires: [{ all: [{ skill: billing, level: 3 }], without: [trainee] }]
    hours: always
    closed: { then: overflow, overflowTo: support }
    lastAgent: customer
    preferOwner: true
    first: bot
    firstFor: 30s
    relax: &relax
      - { after: 20s, headStart: 10s }
      - { after: 40s, if: { agentsAvailable: 0 }, requires: [{ all: [{ skill: billing }] }, { all: [{ skill: sales, level: 5 }] }] }
      - { after: 80s, if: { agentsAvailable: 2, estimatedWaitAbove: 1m }, overflowTo: support }
  sales:
    when: { intent: "sales.*" }
    requires: [{ all: [{ skill: sales }] }, { all: [{ skill: billing, level: 9 }] }]
    clockRate: 1.2
    hours: always
    closed: { then: schedule }
    lastAgent: journey
    preferOwner: true
    first: bot
    relax: *relax
  claims:
    when: { intent: "claims.*" }
    requires: [{ all: [{ skill: claims, level: 2 }] }]
    hours: always
    onlyWhile: { serviceLevelAtLeast: { queue: billing, ratio: 0.01 } }
    lastAgent: customer
    preferOwner: true
    relax: *relax
  support: { reserve: 1, hours: always, lastAgent: customer, preferOwner: true, first: bot }
fit: { secondsPerLevel: 3s, affinity: 30s, breadth: 500ms }
readiness: { idleRate: 0.05, idleCap: 10m, loadSeconds: 20s }
presence: { offersPerMinute: 600, declineReasons: { lunch: { coolDown: 5m } } }
direct: { hold: 2m, remember: 30d }
estimate: { over: 10m, answers: 20 }
explain: { runnersUp: 3 }
`;

/** The agents, each of whom is a bot too and may pull: so bots first leave nobody out. */
export function withFeatures(agents: readonly BenchAgent[]): (BenchAgent & { readonly mayPull: true })[] {
  return agents.map((agent) => ({ ...agent, skills: { ...agent.skills, bot: 1 }, mayPull: true }));
}

/** Profiles of the customers of so many lives; each has an owner. */
export function profilesOf(agents: readonly BenchAgent[], firstLife: number, count: number): Customer[] {
  return Array.from({ length: count }, (_, index) => ({
    id: contactOf(firstLife + index).customerId,
    name: `Customer ${index}`,
    segment: 'gold',
    value: 200,
    owner: agents[index % agents.length]?.id ?? '',
    language: 'es',
    timeZone: 'Europe/Madrid',
    version: 0,
  }));
}
