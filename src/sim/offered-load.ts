// Whether a scenario can run, and whether it is stable: which agents may serve which traffic, and whether they are enough for what arrives.
//
// Invariants: 1. a traffic is told as unserved only if no agent may ever serve it. 2. a scenario is told as unstable only if it is: loads are
// estimated from below and what agents can carry from above. Averages over the period are compared, so a peak that goes by is not told.
//
// The load of a traffic is its mean rate × the mean time that a contact takes of an agent, in units of capacity. Which agents may serve which
// traffic makes a network; all the work can be done if and only if the greatest flow through it is the whole load (Ford and Fulkerson, 1956).

import type { ChannelPolicy, QueuePolicy, RelaxStep, ResolvedPolicy } from '../core/policy.ts';
import { compileMatch } from '../core/queue-match.ts';
import { type Alternative, joinRequirements, meets } from '../core/requirement.ts';
import { assert } from '../lib/assert.ts';
import { FlowNetwork } from '../lib/max-flow.ts';
import { exp } from './math.ts';
import type { AgentGroup, ContactTemplate, Distribution, Scenario, Traffic } from './scenario.ts';

/** What keeps a scenario from running, or should be known of it; `path` as in the scenario's file. */
export interface LoadNote {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Where the policy puts a contact. */
export interface Placement {
  readonly queue: QueuePolicy;
  readonly channel: ChannelPolicy;
  /** The queue's, the segment's and the contact's own, joined. */
  readonly requirement: readonly Alternative[];
  /** What may take its place, if the contact waits for long. */
  readonly relaxed: readonly (readonly Alternative[])[];
}

/** The queue that takes the contact and what it asks of an agent; or why there is none. */
export function placementOf(policy: ResolvedPolicy, contact: ContactTemplate, gatewayId: string): Placement | string {
  const { channel, direction, intent, language, segment } = contact;
  const facts = { channel, direction, intent, language, segment, gatewayId, customerId: '' };
  const channelPolicy = policy.channels[channel];
  assert(channelPolicy !== undefined, `the policy of a scenario has its channels: ${channel}`);
  const queue =
    contact.queue === ''
      ? policy.queues.find(({ when }) => compileMatch(when)(facts))
      : policy.queues.find(({ name }) => name === contact.queue);
  if (queue === undefined) return 'no queue of the policy takes this contact: name one, or let one match';
  const required = joinRequirements(queue.requires, policy.segments[segment]?.requires ?? []);
  const requirement = required === undefined ? undefined : joinRequirements(required, contact.requires);
  if (requirement === undefined) return `joined with what queue ${queue.name} requires, it requires too much`;
  const own = joinRequirements(policy.segments[segment]?.requires ?? [], contact.requires) ?? [];
  return { queue, channel: channelPolicy, requirement, relaxed: relaxedOf(policy, queue, own) };
}

/** What the steps of its queue, and of those that it overflows to, ask for in the end. */
function relaxedOf(policy: ResolvedPolicy, first: QueuePolicy, own: readonly Alternative[]): Placement['relaxed'] {
  const asked: (readonly Alternative[])[] = [];
  const seen = new Set<string>();
  let queue: QueuePolicy | undefined = first;
  while (queue !== undefined && !seen.has(queue.name)) {
    seen.add(queue.name);
    const steps: readonly RelaxStep[] = queue.relax ?? [];
    asked.push(
      ...(queue === first ? [] : [queue.requires]),
      ...steps.flatMap(({ requires }) => (requires ? [requires] : [])),
    );
    const target: string | undefined = steps.at(-1)?.overflowTo;
    queue = policy.queues.find(({ name }) => name === target);
  }
  return asked.map((requires) => joinRequirements(requires, own) ?? []);
}

/** How many contacts of this kind an agent of the group may have at once, if it has nothing else; 0: the group may not serve them. */
export function slotsOf(group: AgentGroup, channelName: string, { channel, requirement, relaxed }: Placement): number {
  const skills = new Map(Object.entries(group.skills));
  if (!meets(skills, requirement) && !relaxed.some((requires) => meets(skills, requires))) return 0;
  const limit = Object.hasOwn(group.limits, channelName) ? (group.limits[channelName] ?? 0) : channel.limit;
  const most = channel.exclusive === true ? Math.min(limit, 1) : limit;
  return channel.cost === 0 ? most : Math.min(most, Math.floor(group.capacity / channel.cost));
}

/** A traffic with whom it may be served by. */
interface Demand {
  readonly traffic: Traffic;
  readonly placement: Placement;
  /** By the index of the group; 0: may not. */
  readonly slots: readonly number[];
}

/** Faults of a scenario that cannot run, or else its warnings. */
export function checkLoad(
  scenario: Scenario,
  gatewayId: string,
): { readonly faults: readonly LoadNote[]; readonly warnings: readonly string[] } {
  const faults: LoadNote[] = [];
  const warnings: string[] = [];
  const demands: Demand[] = [];
  for (const [index, traffic] of scenario.traffic.entries()) {
    const placement = placementOf(scenario.policy, traffic.contact, gatewayId);
    if (typeof placement === 'string') {
      faults.push({ path: ['traffic', index, 'contact'], message: placement });
      continue;
    }
    const slots = scenario.agents.map((group) => slotsOf(group, traffic.contact.channel, placement));
    demands.push({ traffic, placement, slots });
    if (slots.some((count) => count > 0)) continue;
    const nobody = `no agent may serve it (queue ${placement.queue.name} and the contact ask ${requirementText(placement.requirement)})`;
    if (isLossy(scenario, traffic))
      warnings.push(`${traffic.name}: ${nobody}; all of its customers leave or are blocked`);
    else {
      const cure = 'and its customers neither lose patience nor run into `lines`: expected an agent who may';
      faults.push({ path: ['traffic', index], message: `${nobody}, ${cure}` });
    }
  }
  if (faults.length > 0) return { faults, warnings: [] };
  return { faults, warnings: [...warnings, ...instability(scenario, demands)] };
}

/** Whether what cannot be served goes away by itself. */
function isLossy(scenario: Scenario, traffic: Traffic): boolean {
  return traffic.patience !== undefined || Number.isFinite(scenario.lines);
}

function requirementText(requirement: readonly Alternative[]): string {
  const texts = requirement.map(({ all, without = [] }) =>
    [...all.map(({ skill, level }) => `${skill} ${level}`), ...without.map((skill) => `no ${skill}`)].join(' + '),
  );
  return texts.length === 0 ? 'for a free place of its channel' : texts.join(', or ');
}

/** The warning of an unstable scenario, if it is one. */
function instability(scenario: Scenario, demands: readonly Demand[]): string[] {
  const lasting = demands.filter(({ traffic }) => !isLossy(scenario, traffic));
  const slowest = Math.max(1, ...scenario.agents.map(({ handleFactor }) => handleFactor));
  const needs = lasting.map((demand) => {
    const { traffic, placement } = demand;
    return meanRate(traffic) * agentMs(scenario, traffic, placement, slowest) * unitOf(placement);
  });
  const network = new FlowNetwork(2 + lasting.length + 2 * lasting.length * scenario.agents.length);
  const [source, sink, first] = [0, 1, 2];
  // As much as there is agents' time is too much: with chance in it, such a line grows without end too.
  for (const [index, need] of needs.entries()) network.connect(source, first + index, need * (1 + 1e-9));
  connectAgents(network, scenario.agents, lasting, { sink, first });
  const total = needs.reduce((sum, need) => sum + need, 0);
  const sent = network.maximize(source, sink);
  if (sent >= total * (1 + 5e-10)) return [];
  const reachable = network.reachable(source);
  const short = lasting.filter((_, index) => reachable[first + index]);
  // The cut is made of what the others bring and of what these agents can carry.
  const others = needs.reduce((sum, need, index) => sum + (reachable[first + index] ? 0 : need), 0);
  const share = (total - others) / Math.max(sent - others, Number.MIN_VALUE);
  const groups = scenario.agents.filter((_, at) => short.some(({ slots }) => (slots[at] ?? 0) > 0));
  return [
    `unstable: ${listText(short.map(({ traffic }) => traffic.name))} ${short.length === 1 ? 'brings' : 'bring'} ${percentText(share)} of what those who may serve it ` +
      `(${listText(groups.map(({ id }) => id))}) can carry, and nobody leaves: the line grows for as long as the run lasts, ` +
      'and its figures mean nothing',
  ];
}

/** Traffics to the agents who may serve them, by way of what an agent may carry of a channel and carry in all, in units of capacity. */
function connectAgents(
  network: FlowNetwork,
  agents: readonly AgentGroup[],
  demands: readonly Demand[],
  { sink, first }: { readonly sink: number; readonly first: number },
): void {
  let next = first + demands.length;
  for (const [at, group] of agents.entries()) {
    const agentCount = (group.agentIds.length * presentShare(group)) / group.handleFactor;
    const groupNode = next++;
    network.connect(groupNode, sink, agentCount * group.capacity);
    const nodeByChannel = new Map<string, number>();
    for (const [index, { traffic, placement, slots }] of demands.entries()) {
      const count = slots[at] ?? 0;
      if (count === 0) continue;
      const { channel } = traffic.contact;
      let node = nodeByChannel.get(channel);
      if (node === undefined) {
        node = next++;
        nodeByChannel.set(channel, node);
        // What costs nothing takes no room from the rest, and what yields may be carried beside it.
        const { cost, yieldsTo = [] } = placement.channel;
        const onward = cost === 0 || yieldsTo.length > 0 ? sink : groupNode;
        network.connect(node, onward, agentCount * count * unitOf(placement));
      }
      network.connect(first + index, node, Number.POSITIVE_INFINITY);
    }
  }
}

/** Units of capacity that one contact takes. */
function unitOf({ channel }: Placement): number {
  return channel.cost === 0 ? 1 : channel.cost;
}

/** Contacts a millisecond, over a whole period. */
export function meanRate({ profile, periodMs }: Traffic): number {
  return profile.reduce((sum, { fromMs, perMs }, index) => {
    const toMs = profile[index + 1]?.fromMs ?? periodMs;
    return sum + (perMs * (toMs - fromMs)) / periodMs;
  }, 0);
}

/** Share of the time for which the agents of a group are there. */
export function presentShare({ shifts }: AgentGroup): number {
  return shifts.reduce((sum, { fromMs, toMs, periodMs }) => sum + (toMs - fromMs) / periodMs, 0);
}

/** Time that a contact holds a place with agents of handleFactor 1, offers that come to nothing included. */
function agentMs({ answer }: Scenario, { handle, wrapUp }: Traffic, { channel }: Placement, slowest: number): number {
  const { after, declineRatio, missRatio } = answer;
  const afterMs = Math.min(meanMs(after), channel.offerTimeoutMs);
  const inVainMs = (declineRatio * afterMs + missRatio * channel.offerTimeoutMs) / (1 - declineRatio - missRatio);
  // Slow agents answer as fast as others, and their supply is divided by their factor.
  return meanMs(handle) + meanMs(wrapUp, channel.wrapUpMs) + (afterMs + inVainMs) / slowest;
}

/** Mean of a distribution that is cut at a bound, milliseconds; never more than it is. */
export function meanMs(distribution: Distribution, boundMs = Number.POSITIVE_INFINITY): number {
  switch (distribution.kind) {
    case 'constant':
      return Math.min(distribution.ms, boundMs);
    case 'exponential':
      return distribution.meanMs * (1 - (Number.isFinite(boundMs) ? exp(-boundMs / distribution.meanMs) : 0));
    case 'lognormal':
      // Where the cut matters, the least that can be said.
      return boundMs < distribution.meanMs * (1 + 4 * distribution.cv) ? 0 : distribution.meanMs;
    case 'empirical': {
      const { valuesMs } = distribution;
      return valuesMs.reduce((sum, ms) => sum + Math.min(ms, boundMs), 0) / valuesMs.length;
    }
  }
}

function listText(names: readonly string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}

function percentText(share: number): string {
  return share >= 10 ? 'far more than all' : `${(share * 100).toFixed(share < 1.095 ? 1 : 0)} %`;
}
