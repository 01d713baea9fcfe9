/**
 * What can only be said of a scenario as a whole: names that the policy does not have, names that stand twice, work after the
 * customer left that the policy gives no time for; and, as warnings, times that the policy would cut short.
 *
 * 1. Faults and warnings are told at the value that has to change.
 * 2. Who may serve what, and whether the agents suffice, is not asked here but where the world is known (src/sim).
 */
import type { ResolvedPolicy } from '../core/policy.ts';
import { unreachable } from '../lib/assert.ts';
import type { Distribution } from '../sim/scenario.ts';
import { durationText } from './duration.ts';
import type { PathSteps } from './fault.ts';
import { nearest } from './nearest.ts';
import { AGENTS_MAX, type GroupDraft, type ScenarioDraft } from './scenario-schema.ts';
import type { Objection } from './spec.ts';

const NAME_MAX = 128;
/** Beyond so many agents, the one that was probably meant is not looked for. */
const SUGGESTIONS_MAX = 5_000;

/** Distributions of a traffic, resolved; undefined where the file of one could not be read. */
export interface TrafficTimes {
  readonly handle: Distribution | undefined;
  readonly wrapUp: Distribution | undefined;
}

/** The ids of a group's agents: `id` alone if no count is written. */
export function agentIdsOf({ id, count }: GroupDraft): string[] {
  return count === undefined ? [id] : Array.from({ length: count }, (_, index) => `${id}-${index + 1}`);
}

/** Faults of the names in a scenario; `policy`: undefined if it has faults of its own. */
export function* checkNames(draft: ScenarioDraft, policy: ResolvedPolicy | undefined): Iterable<Objection> {
  yield* repeatedTraffic(draft);
  const ids = yield* checkAgents(draft.agents, ['agents'], policy);
  for (const [index, { contact }] of draft.traffic.entries()) {
    const path = ['traffic', index, 'contact'];
    for (const [at, id] of contact.preferredAgents.entries()) {
      if (id === '' || ids.has(id)) continue;
      const meant = ids.size > SUGGESTIONS_MAX ? undefined : nearest(id, ids);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      yield [
        [...path, 'preferredAgents', at],
        `expected an agent of this scenario, found ${JSON.stringify(id)}${hint}`,
      ];
    }
    if (policy === undefined) continue;
    yield* known([...path, 'channel'], 'a channel', contact.channel, Object.keys(policy.channels));
    yield* known([...path, 'segment'], 'a segment', contact.segment, Object.keys(policy.segments));
    const queues = policy.queues.map((queue) => queue.name);
    yield* known([...path, 'queue'], 'a queue', contact.queue, queues);
  }
}

/** Faults of a list of agent groups that stands at `path`; returns the ids of all agents. */
export function* checkAgents(
  groups: readonly GroupDraft[],
  path: PathSteps,
  policy: ResolvedPolicy | undefined,
): Generator<Objection, ReadonlySet<string>> {
  const ids = new Set<string>();
  const count = groups.reduce((sum, group) => sum + (group.count ?? 1), 0);
  if (count > AGENTS_MAX) {
    yield [path, `expected at most ${AGENTS_MAX} agents, found ${count}`];
    return ids;
  }
  for (const [index, group] of groups.entries()) {
    const longest = `${group.id}-${group.count ?? ''}`;
    if (group.count !== undefined && longest.length > NAME_MAX) {
      yield [
        [...path, index, 'id'],
        `expected ids of at most ${NAME_MAX} characters, and ${longest} has ${longest.length}`,
      ];
    }
    // What has no id was told already.
    const mine = group.id === '' ? [] : agentIdsOf(group);
    const twice = mine.find((id) => ids.has(id));
    if (twice !== undefined)
      yield [[...path, index, 'id'], `expected ids that are there once, and ${twice} is there twice`];
    for (const id of mine) ids.add(id);
    if (policy === undefined) continue;
    const channels = Object.keys(policy.channels);
    for (const channel of group.limits.keys())
      yield* known([...path, index, 'limits', channel], 'a channel', channel, channels);
  }
  return ids;
}

function* repeatedTraffic({ traffic }: ScenarioDraft): Iterable<Objection> {
  const seen = new Set<string>();
  for (const [index, { name }] of traffic.entries()) {
    if (name !== '' && seen.has(name)) {
      yield [['traffic', index, 'name'], `expected names that are there once, and ${name} is there twice`];
    }
    seen.add(name);
  }
}

/** '' stands for what is absent or was told already. */
function* known(path: PathSteps, what: string, name: string, names: readonly string[]): Iterable<Objection> {
  if (name === '' || names.includes(name)) return;
  const meant = nearest(name, names);
  const hint = meant === undefined ? `; there is ${listText(names)}` : `; did you mean ${meant}?`;
  yield [path, `expected ${what} of the policy, found ${JSON.stringify(name)}${hint}`];
}

function listText(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')}, …`;
}

/** Work after the customer left, on a channel whose policy has no time for it. */
export function* checkTimes(
  draft: ScenarioDraft,
  times: readonly TrafficTimes[],
  policy: ResolvedPolicy,
): Iterable<Objection> {
  for (const [index, { contact }] of draft.traffic.entries()) {
    const channel = channelOf(policy, contact.channel);
    const wrapUp = times[index]?.wrapUp;
    if (channel === undefined || wrapUp === undefined || channel.wrapUpMs > 0 || longMs(wrapUp) === 0) continue;
    const cure = `set channels.${contact.channel}.wrapUp in the policy to the longest that it may take`;
    yield [
      ['traffic', index, 'wrapUp'],
      `expected none: channel ${contact.channel} has no wrap-up (its wrapUp is 0s); ${cure}`,
    ];
  }
}

/** Times that the policy cuts short, which is allowed and hardly meant. */
export function* warnOfTimes(
  draft: ScenarioDraft,
  times: readonly TrafficTimes[],
  after: Distribution,
  policy: ResolvedPolicy,
): Iterable<Objection> {
  for (const [index, { contact }] of draft.traffic.entries()) {
    const channel = channelOf(policy, contact.channel);
    if (channel === undefined) continue;
    const { maxMs, then } = channel.assigned;
    const handleMaxMs = then === 'keep' ? Number.POSITIVE_INFINITY : maxMs;
    const limits = [
      ['wrapUp', channel.wrapUpMs, 'wrapUp', 'what is longer is cut'],
      ['handle', handleMaxMs, 'assigned.max', then === 'end' ? 'what is longer is cut' : 'then it is back in line'],
    ] as const;
    for (const [key, limitMs, setting, outcome] of limits) {
      const time = times[index]?.[key];
      if (time === undefined || longMs(time) <= limitMs) continue;
      yield [
        ['traffic', index, key],
        `some are longer than ${settingText(contact.channel, setting, limitMs)}; ${outcome}`,
      ];
    }
  }
  const channels = Object.entries(policy.channels).filter(([name]) =>
    draft.traffic.some(({ contact }) => contact.channel === name),
  );
  for (const [name, { offerTimeoutMs }] of channels) {
    if (longMs(after) < offerTimeoutMs) continue;
    const outcome = 'an offer that is not answered until then runs out';
    yield [
      ['answer', 'after'],
      `some are longer than ${settingText(name, 'offer.timeout', offerTimeoutMs)}; ${outcome}`,
    ];
    break;
  }
}

function settingText(channel: string, setting: string, limitMs: number): string {
  return `channels.${channel}.${setting} of the policy, ${durationText(limitMs)}`;
}

function channelOf(policy: ResolvedPolicy, name: string): ResolvedPolicy['channels'][string] | undefined {
  return Object.hasOwn(policy.channels, name) ? policy.channels[name] : undefined;
}

/** A time that few draws exceed, about one in a hundred, milliseconds. */
function longMs(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.ms;
    case 'exponential':
      return distribution.meanMs * 4.6;
    case 'lognormal':
      return distribution.meanMs * (1 + 2.6 * distribution.cv);
    case 'empirical':
      return distribution.valuesMs.at(-1) ?? 0;
    default:
      return unreachable(distribution);
  }
}
