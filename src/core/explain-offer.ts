// Why an offer went to its agent: the parts of its rank taken apart, each with the line of the policy behind it, and the runners-up. Rebuilt from
// the contact, the agent and the policy as they stand; what was fixed with the offer (the three sums, what idling gave) is not computed again.
//
// Invariant: the parts of urgency, fit and readiness add up to the offer's own, microsecond by microsecond. What has changed since, so that they
// would not, is a part of its own, and the explanation says `approximate`.

import type { Agent } from './agent.ts';
import { type Contact, type Offer, offerId } from './contact.ts';
import type { RunnerUp } from './events.ts';
import type { ExplainedOffer, ExplainedRunnerUp, PartOf, RankPart } from './explanation.ts';
import type { ResolvedPolicy } from './policy.ts';
import { bestAlternative, type RankTerms } from './rank.ts';
import { eligibilityOf } from './relaxation.ts';
import type { Retraced } from './retrace.ts';
import type { RankView } from './views.ts';

/** A part in microseconds. */
export interface PartUs extends Omit<RankPart, 'seconds'> {
  readonly us: number;
}

interface Sources {
  readonly contact: Contact;
  readonly agent: Agent;
  readonly offer: Offer;
  readonly policy: ResolvedPolicy;
  readonly terms: RankTerms;
  /** What the offer did not keep, if it is known again. */
  readonly retraced?: Retraced | undefined;
}

/** The explanation of the contact's pending or accepted offer; `retraced` stands in for what the offer kept. */
export function explainOffer(
  contact: Contact,
  offer: Offer,
  policy: ResolvedPolicy,
  terms: RankTerms,
  retraced?: Retraced,
): ExplainedOffer {
  const parts = offerParts({ contact, agent: offer.agent, offer, policy, terms, retraced });
  const runnersUp = retraced?.runnersUp ?? offer.runnersUp;
  return {
    offerId: offerId(offer),
    agentId: offer.agent.id,
    offeredAt: madeAt(contact, offer),
    rank: rankOf(offer.urgencyUs, offer.fitUs, offer.readinessUs),
    parts: parts.map(({ us, ...part }) => ({ ...part, seconds: us / 1e6 })),
    approximate: parts.some(({ what }) => what === 'changed'),
    runnersUp: runnersUp.map((runnerUp) => explainRunnerUp(runnerUp, offer)),
  };
}

/** The parts that are not zero, in the order of the rule. */
export function offerParts(sources: Sources): PartUs[] {
  const { urgencyUs, fitUs, readinessUs } = sources.offer;
  return [
    ...whole('URGENCY', urgencyUs, urgencyParts(sources)),
    ...whole('FIT', fitUs, fitParts(sources)),
    ...whole('READINESS', readinessUs, readinessParts(sources)),
  ].filter(({ us, what }) => us !== 0 || what === 'waiting');
}

/** The parts, and what they lack to the sum. */
function whole(of: PartOf, sumUs: number, parts: readonly PartUs[]): PartUs[] {
  const restUs = parts.reduce((rest, { us }) => rest - us, sumUs);
  if (restUs === 0) return [...parts];
  const how = 'the contact, the agent or the policy has changed since the offer';
  return [...parts, { of, what: 'changed', skill: '', us: restUs, policyPath: '', how }];
}

function part(of: PartOf, what: string, us: number, policyPath: string, how: string, skill = ''): PartUs {
  return { of, what, skill, us, policyPath, how };
}

/** When the offer was made. */
function madeAt({ offeredAt }: Contact, offer: Offer): number {
  return offer.madeAt === 0 ? offeredAt : offer.madeAt;
}

function urgencyParts({ contact, offer, policy }: Sources): PartUs[] {
  const { queue, segment, clockRate, agedFrom, value } = contact;
  const waitedMs = madeAt(contact, offer) - agedFrom;
  const segmentPolicy = Object.hasOwn(policy.segments, segment) ? policy.segments[segment] : undefined;
  const rates = `clock rate ${clockRate / 1000}: queue’s ${queue.policy.clockRate} × segment’s ${segmentPolicy?.clockRate ?? 1}`;
  const { scale, headStartMs } = policy.value;
  const worth = scale > 0 ? Math.min(1, value / scale) : 0;
  const [ofQueue, ofSegment] = [`queues.${queue.name}`, `segments.${segment}`];
  return [
    part(
      'URGENCY',
      'waiting',
      clockRate * waitedMs,
      `${ofQueue}.clockRate`,
      `waited ${seconds(waitedMs * 1e3)} × ${rates}`,
    ),
    part('URGENCY', 'queueHeadStart', queue.policy.headStartMs * 1e3, `${ofQueue}.headStart`, 'given to every contact'),
    part(
      'URGENCY',
      'segmentHeadStart',
      (segmentPolicy?.headStartMs ?? 0) * 1e3,
      `${ofSegment}.headStart`,
      'given to every contact of the segment',
    ),
    part(
      'URGENCY',
      'valueHeadStart',
      Math.round(worth * headStartMs * 1e3),
      'value.seconds',
      `min(1, value ${value} / scale ${scale}) × ${seconds(headStartMs * 1e3)}`,
    ),
    part(
      'URGENCY',
      'relaxHeadStart',
      contact.relaxation?.grantedUs ?? 0,
      `${ofQueue}.relax`,
      'given by the steps that applied',
    ),
    part('URGENCY', 'ownHeadStart', contact.headStartMs * 1e3, '', 'headStartMs of the contact'),
  ];
}

function fitParts({ contact, agent, terms }: Sources): PartUs[] {
  const { skills } = agent;
  const { requirement: original, prefers } = contact;
  const alternative = bestAlternative({ requirement: eligibilityOf(contact), original, prefers }, skills, terms);
  const needed = alternative?.all ?? [];
  const parts = needed.map(({ skill }) => {
    const level = skills.get(skill) ?? 0;
    const how = `level ${level} × ${seconds(terms.perLevelUs)}`;
    return part('FIT', 'skill', terms.perLevelUs * level, 'fit.secondsPerLevel', how, skill);
  });
  const useful = new Set(needed.map(({ skill }) => skill).filter((skill) => skills.has(skill)));
  for (const { skill, secondsPerLevel } of prefers) {
    const level = skills.get(skill) ?? 0;
    if (level > 0) useful.add(skill);
    const perLevelUs = Math.round(secondsPerLevel * 1e6);
    parts.push(part('FIT', 'preference', perLevelUs * level, '', `level ${level} × ${seconds(perLevelUs)}`, skill));
  }
  if (contact.preferredAgents.includes(agent.id)) {
    parts.push(part('FIT', 'affinity', terms.affinityUs, 'fit.affinity', 'an agent whom the contact prefers'));
  }
  const spare = skills.size - useful.size;
  const breadth = `${spare} ${spare === 1 ? 'skill' : 'skills'} that the contact does not need × −${seconds(terms.breadthUs)}`;
  parts.push(part('FIT', 'breadth', -terms.breadthUs * spare, 'fit.breadth', breadth));
  return parts;
}

function readinessParts({ offer, terms, retraced }: Sources): PartUs[] {
  const { readinessUs, runnersUp } = offer;
  const idleUs = retraced?.idleUs ?? offer.idleUs;
  const wasKept = retraced !== undefined || idleUs > 0 || runnersUp.length > 0 || terms.idleRate === 0;
  if (!wasKept) {
    return [part('READINESS', 'readiness', readinessUs, 'readiness', 'idling and load; their shares were not kept')];
  }
  const rate = terms.idleRate / 1000;
  const idled = rate === 0 ? '' : `${seconds(idleUs / rate)} × ${rate}`;
  const loadUs = readinessUs - idleUs;
  const carried = terms.loadUs === 0 ? '' : `carried ${Math.round((-100 * loadUs) / terms.loadUs)} % of what it can`;
  return [
    part('READINESS', 'idle', idleUs, 'readiness.idleRate', idled),
    part('READINESS', 'load', loadUs, 'readiness.loadSeconds', carried),
  ];
}

function explainRunnerUp({ agentId, fitUs, readinessUs }: RunnerUp, offer: Offer): ExplainedRunnerUp {
  const [fitBehindUs, readinessBehindUs] = [offer.fitUs - fitUs, offer.readinessUs - readinessUs];
  const behindUs = fitBehindUs + readinessBehindUs;
  const share = (name: string, us: number): string[] =>
    us === 0 ? [] : [`${name} ${us > 0 ? '−' : '+'}${seconds(Math.abs(us))}`];
  const shares = [...share('fit', fitBehindUs), ...share('readiness', readinessBehindUs)].join(', ');
  const why = behindUs === 0 ? 'equal rank, ready later' : `${seconds(behindUs)} behind: ${shares}`;
  return { agentId, rank: rankOf(offer.urgencyUs, fitUs, readinessUs), behind: behindUs / 1e6, why };
}

function rankOf(urgencyUs: number, fitUs: number, readinessUs: number): RankView {
  const total = (urgencyUs + fitUs + readinessUs) / 1e6;
  return { total, urgency: urgencyUs / 1e6, fit: fitUs / 1e6, readiness: readinessUs / 1e6 };
}

function seconds(us: number): string {
  return `${Math.round(us / 1e3) / 1e3} s`;
}
