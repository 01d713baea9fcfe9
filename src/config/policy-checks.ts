/**
 * What can only be said of a policy as a whole: names that nothing answers to, rates that multiply beyond their bound,
 * and, as warnings, what is allowed and hardly meant.
 *
 * 1. Faults and warnings are told at the value that has to change.
 * 2. Warnings never keep a policy from taking effect.
 */
import { globMatches } from '../lib/glob.ts';
import type { Fault, PathSteps } from './fault.ts';
import { firstToTheEnd, nobodyFirst } from './first-checks.ts';
import { calendarsNeverOpen, unknownHours, vainOverflows } from './hours-checks.ts';
import { nearest } from './nearest.ts';
import { CLOCK_RATE_MAX, type PolicyDraft } from './policy-schema.ts';
import { overflowCircles, stepsTooLate, unknownOverflows, vainCallbacks } from './relax-checks.ts';
import { contradictions, segmentsTooLarge, unmetRequirements } from './requirement-checks.ts';
import type { YamlSource } from './yaml-source.ts';

const DEFAULT_SEGMENT = 'default';
const DIRECTIONS = ['INBOUND', 'OUTBOUND'] as const;

const NOTES_MAX = 1_000;
/** Beyond this many pairs to compare, a policy is not searched for what is hardly meant. */
const PAIRS_MAX = 1_000_000;

/** Told at the value of the path, or at its key. */
export type Note = readonly [path: PathSteps, message: string, at?: 'key'];
type Draft = PolicyDraft;
type QueueDraft = Draft['queues'] extends ReadonlyMap<string, infer Q> ? Q : never;
type AgentDraft = Draft['agents'] extends ReadonlyMap<string, infer A> ? A : never;
type When = NonNullable<QueueDraft['when']>;

/** What a field of `when` may hold, for those fields whose values are known in advance. */
type KnownNames = Readonly<Partial<Record<keyof When, readonly string[]>>>;

/** Names of all segments, `default` included. */
export function segmentNames(draft: Draft): string[] {
  return [...new Set([DEFAULT_SEGMENT, ...draft.segments.keys()])];
}

/** Faults of the policy as a whole; `at` is where it stands in its text. */
export function checkPolicy(draft: Draft, source: YamlSource, at: PathSteps = []): Fault[] {
  const names = [unknownPatterns, unknownYields, unknownLimits, unknownWatched, unknownOverflows, unknownHours];
  return [...names, vainCallbacks, ratesTooHigh].flatMap((notes) => place(notes(draft), source, at));
}

/** What is allowed and hardly meant. */
export function warnOfPolicy(draft: Draft, source: YamlSource): Fault[] {
  const warnings = [
    exclusiveLimits,
    unreachableQueues,
    noCatchAll,
    unmetRequirements,
    contradictions,
    segmentsTooLarge,
    overflowCircles,
    stepsTooLate,
    agentsWithoutRoom,
    reservesTooHigh,
    vainOverflows,
    calendarsNeverOpen,
    heldToTheEnd,
    nobodyFirst,
    firstToTheEnd,
    vainFanOuts,
  ];
  return warnings.flatMap((notes) => place(notes(draft), source, []));
}

function place(notes: Iterable<Note>, source: YamlSource, base: PathSteps): Fault[] {
  return Iterator.from(notes)
    .take(NOTES_MAX)
    .map(([inner, message, at]) => {
      const path = [...base, ...inner];
      return at === 'key' ? source.faultAtKey(path, message) : source.faultAt(path, message);
    })
    .toArray();
}

function knownNames(draft: Draft): KnownNames {
  return { channel: [...draft.channels.keys()], segment: segmentNames(draft), direction: DIRECTIONS };
}

function* unknownPatterns(draft: Draft): Iterable<Note> {
  // Where there are no channels at all, that was told already, and every name would be unknown.
  if (draft.channels.size === 0) return;
  const known = knownNames(draft);
  for (const [queueName, queue] of draft.queues) {
    for (const [field, patterns] of fieldsOf(queue.when)) {
      const answers = known[field];
      if (answers === undefined) continue;
      for (const [index, pattern] of patterns.entries()) {
        if (answers.includes(pattern) || answers.some((name) => globMatches(pattern, name))) continue;
        const path = ['queues', queueName, 'when', field, index];
        yield [
          path,
          `expected a ${field} (${listText(answers)}), found ${JSON.stringify(pattern)}${meantText(pattern, answers)}`,
        ];
      }
    }
  }
}

function* unknownYields(draft: Draft): Iterable<Note> {
  const names = [...draft.channels.keys()];
  for (const [name, { yieldsTo }] of draft.channels) {
    for (const [index, other] of yieldsTo.entries()) {
      if (other !== name && draft.channels.has(other)) continue;
      const others = names.filter((one) => one !== name);
      const expected =
        others.length === 0 ? 'nothing, since there is no other channel' : `another channel (${listText(others)})`;
      const what =
        other === name ? `${JSON.stringify(other)} itself` : `${JSON.stringify(other)}${meantText(other, others)}`;
      yield [['channels', name, 'yieldsTo', index], `expected ${expected}, found ${what}`];
    }
  }
}

function* exclusiveLimits(draft: Draft): Iterable<Note> {
  for (const [name, { exclusive, limit }] of draft.channels) {
    if (!exclusive || limit <= 1) continue;
    yield [['channels', name, 'limit'], 'an exclusive channel is held one contact at a time, whatever its limit'];
  }
}

function* unknownLimits(draft: Draft): Iterable<Note> {
  if (draft.channels.size === 0) return;
  for (const [agentId, agent] of draft.agents) {
    for (const channel of agent.limits.keys()) {
      if (draft.channels.has(channel)) continue;
      const names = [...draft.channels.keys()];
      const path = ['agents', agentId, 'limits', channel];
      yield [
        path,
        `expected a channel (${listText(names)}), found ${JSON.stringify(channel)}${meantText(channel, names)}`,
        'key',
      ];
    }
  }
}

/** The queue whose service level a gate looks at must be there. */
function* unknownWatched(draft: Draft): Iterable<Note> {
  for (const [name, { onlyWhile }] of draft.queues) {
    const watched = onlyWhile?.serviceLevelAtLeast.queue;
    if (watched === undefined || draft.queues.has(watched)) continue;
    const names = [...draft.queues.keys()];
    const path = ['queues', name, 'onlyWhile', 'serviceLevelAtLeast', 'queue'];
    yield [path, `expected a queue (${listText(names)}), found ${JSON.stringify(watched)}${meantText(watched, names)}`];
  }
}

/** A reserve that all the policy's agents together cannot fill. */
function* reservesTooHigh(draft: Draft): Iterable<Note> {
  if (draft.agents.size === 0) return;
  for (const [name, { reserve }] of draft.queues) {
    if (reserve < draft.agents.size) continue;
    yield [['queues', name, 'reserve'], `the policy's ${draft.agents.size} agents alone never leave so many`];
  }
}

/** The clock rate that counts is queue × segment, and that product has the same bound as its factors. */
function* ratesTooHigh(draft: Draft): Iterable<Note> {
  let fastest = { name: DEFAULT_SEGMENT, clockRate: 1 };
  for (const [name, { clockRate }] of draft.segments) if (clockRate > fastest.clockRate) fastest = { name, clockRate };
  for (const [name, { clockRate }] of draft.queues) {
    const rate = clockRate * fastest.clockRate;
    if (rate <= CLOCK_RATE_MAX) continue;
    const product = `${clockRate} × ${fastest.clockRate} (segment ${fastest.name}) = ${Number(rate.toFixed(3))}`;
    yield [['queues', name, 'clockRate'], `expected queue × segment of at most ${CLOCK_RATE_MAX}, found ${product}`];
  }
}

function* unreachableQueues(draft: Draft): Iterable<Note> {
  const known = knownNames(draft);
  const queues = [...draft.queues];
  if (queues.length ** 2 > PAIRS_MAX / 10) return;
  for (const [index, [name, queue]] of queues.entries()) {
    const before = queues.slice(0, index).find(([, earlier]) => covers(earlier.when, queue.when, known));
    if (before === undefined) continue;
    yield [
      ['queues', name],
      `no contact gets here by matching: ${before[0]} comes first and matches all of them`,
      'key',
    ];
  }
}

/** Whether whatever matches the inner one also matches the outer one. */
function covers(outer: When | undefined, inner: Partial<When> | undefined, known: KnownNames): boolean {
  return fieldsOf(outer).every(([field, patterns]) => {
    const names = known[field];
    const asked = inner?.[field] ?? ['*'];
    if (names === undefined) return asked.every((text) => patterns.some((pattern) => globMatches(pattern, text)));
    const reached = names.filter((name) => asked.some((pattern) => globMatches(pattern, name)));
    return reached.every((name) => patterns.some((pattern) => globMatches(pattern, name)));
  });
}

function* noCatchAll(draft: Draft): Iterable<Note> {
  const known = knownNames(draft);
  const queues = [...draft.queues.values()];
  const open = [...draft.channels.keys()].filter(
    (channel) => !queues.some(({ when }) => covers(when, { channel: [channel] }, known)),
  );
  if (open.length === 0) return;
  yield [
    ['queues'],
    `no queue takes every contact of ${listText(open)}: those that match none are refused (NO_QUEUE)`,
    'key',
  ];
}

function* agentsWithoutRoom(draft: Draft): Iterable<Note> {
  for (const [agentId, agent] of draft.agents) {
    const channels = [...draft.channels].filter(([name, { limit }]) => limitOf(agent, name, limit) > 0);
    const tooCostly = channels.filter(([, { cost }]) => cost > agent.capacity);
    if (channels.length === 0 || tooCostly.length < channels.length) continue;
    const message = `the agent can take nothing: its capacity is ${agent.capacity}, below the cost of every channel it takes`;
    yield [['agents', agentId], message, 'key'];
  }
}

function* heldToTheEnd(draft: Draft): Iterable<Note> {
  for (const [name, { preferredFor, limits }] of draft.queues) {
    if (preferredFor === 0 || preferredFor < limits.wait) continue;
    yield [['queues', name, 'preferredFor'], 'contacts expire before anybody but their preferred agents may have them'];
  }
}

/** Where the router accepts by itself, nobody else is offered the contact meanwhile. */
function* vainFanOuts(draft: Draft): Iterable<Note> {
  const names = [...draft.channels.keys()];
  for (const [name, { fanOut, when }] of draft.queues) {
    if (fanOut === 1) continue;
    const taken = names.filter((channel) => when?.channel?.some((pattern) => globMatches(pattern, channel)) ?? true);
    const vain = taken.filter((channel) => draft.channels.get(channel)?.offer.autoAccept === true);
    if (vain.length === 0) continue;
    const message = `it has no effect on ${listText(vain)}: the router accepts the first offer itself (autoAccept)`;
    yield [['queues', name, 'fanOut'], message];
  }
}

function limitOf(agent: AgentDraft, channel: string, channelLimit: number): number {
  return agent.limits.get(channel) ?? channelLimit;
}

function fieldsOf(when: When | undefined): [keyof When, readonly string[]][] {
  const fields: (keyof When)[] = ['channel', 'intent', 'language', 'segment', 'direction', 'gatewayId', 'customerId'];
  return fields.flatMap((field): [keyof When, readonly string[]][] => {
    const patterns = when?.[field];
    return patterns === undefined ? [] : [[field, patterns]];
  });
}

function listText(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')}, …`;
}

function meantText(word: string, names: readonly string[]): string {
  const meant = nearest(word, names);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
