/**
 * Policy files: text (YAML, of which JSON is a part) in, resolved policy out, or every fault with its place.
 *
 * 1. All or nothing: a policy with a fault does not exist.
 * 2. The same text always gives the same policy; nothing but the text counts.
 * 3. This may take seconds for a text of megabytes: a running router calls `parsePolicyAside` (policy-aside.ts).
 */
import { createHash } from 'node:crypto';
import {
  type CalendarPolicy,
  type CallbackPolicy,
  type ChannelPolicy,
  type ClosedPolicy,
  DIRECT_DEFAULT,
  type QueueMatch,
  type QueuePolicy,
  type RelaxCondition,
  type RelaxStep,
  type ResolvedPolicy,
  type SegmentPolicy,
} from '../core/policy.ts';
import { type Fault, inTextOrder } from './fault.ts';
import { checkPolicy, segmentNames, warnOfPolicy } from './policy-checks.ts';
import { type PolicyDraft, policySchema } from './policy-schema.ts';
import type { RelaxConditionDraft, RelaxStepDraft } from './relax-schema.ts';
import { Reading, type Spec } from './spec.ts';
import { readYaml, YamlSource } from './yaml-source.ts';

export const POLICY_BYTES_MAX = 4 * 1024 * 1024;

/** A policy that may take effect. */
export interface ParsedPolicy {
  readonly policy: ResolvedPolicy;
  /** The text as it was given. */
  readonly source: string;
  /** SHA-256 of the text, lower-case hex. */
  readonly hash: string;
  /** What is allowed and hardly meant. */
  readonly warnings: readonly Fault[];
}

/** A policy that may not; there is at least one fault. */
export interface RefusedPolicy {
  readonly faults: readonly Fault[];
}

export type PolicyResult = ParsedPolicy | RefusedPolicy;

/** Reads a policy. Never throws for bad input. */
export function parsePolicy(text: string): PolicyResult {
  return parsePolicyBy(policySchema, text);
}

/** As {@link parsePolicy}, by a grammar whose defaults are not the usual ones. */
export function parsePolicyBy(schema: Spec<PolicyDraft>, text: string): PolicyResult {
  const byteCount = Buffer.byteLength(text);
  if (byteCount > POLICY_BYTES_MAX) {
    const message = `expected at most ${POLICY_BYTES_MAX} bytes, found ${byteCount}`;
    return { faults: [{ line: 1, column: 1, path: '', message }] };
  }
  const source = readYaml(text);
  if (!(source instanceof YamlSource)) return { faults: inTextOrder(source) };
  const reading = new Reading(source);
  const draft = schema.read(source.root, [], reading);
  if (source.tooManyAliases) return { faults: [source.fault(0, [], 'expected fewer uses of aliases')] };
  const faults = inTextOrder([...reading.faults, ...checkPolicy(draft, source)]);
  if (reading.unlistedCount > 0) {
    faults.push({ line: 1, column: 1, path: '', message: `and ${reading.unlistedCount} more faults` });
  }
  if (faults.length > 0) return { faults };
  return {
    policy: resolvePolicy(draft),
    source: text,
    hash: createHash('sha256').update(text).digest('hex'),
    warnings: inTextOrder(warnOfPolicy(draft, source)),
  };
}

/** From the shape of the file to the shape of the core. The draft must have no fault. */
export function resolvePolicy(draft: PolicyDraft): ResolvedPolicy {
  return {
    channels: record(draft.channels, resolveChannel),
    segments: Object.fromEntries(segmentNames(draft).map((name) => [name, resolveSegment(draft.segments.get(name))])),
    value: { scale: draft.value.scale, headStartMs: draft.value.seconds },
    queues: [...draft.queues].map(([name, queue]) => resolveQueue(name, queue)),
    fit: {
      perLevelMs: draft.fit.secondsPerLevel,
      affinityMs: draft.fit.affinity,
      breadthMs: draft.fit.breadth,
    },
    readiness: {
      idleRate: Math.round(draft.readiness.idleRate * 1000),
      idleCapMs: draft.readiness.idleCap,
      loadMs: draft.readiness.loadSeconds,
    },
    presence: {
      graceMs: draft.presence.grace,
      missesBeforeBusy: draft.presence.missesBeforeBusy,
      declineCoolDownMs: draft.presence.declineCoolDown,
      ...(draft.presence.offersPerMinute === 0 ? {} : { offersPerMinute: draft.presence.offersPerMinute }),
      ...declineReasonsOf(draft),
    },
    ...resolveDirect(draft.direct),
    forgetMs: draft.forget,
    estimate: { minutes: Math.ceil(draft.estimate.over / 60_000), answersMin: draft.estimate.answers },
    explain: { runnersUp: draft.explain.runnersUp },
    agents: record(draft.agents, ({ name, skills, capacity, limits, mayPull }) => ({
      name,
      skills: Object.fromEntries(skills),
      capacity,
      limits: Object.fromEntries(limits),
      ...(mayPull ? { mayPull } : {}),
    })),
    // What is not used is not there, so that what is journalled of it stays what it was.
    ...(draft.calendars.size === 0 ? {} : { calendars: record(draft.calendars, resolveCalendar) }),
  };
}

/** What is left out is as it was before there were such keys: old journals and their hashes stay as they are. */
function declineReasonsOf({ presence }: PolicyDraft): Pick<ResolvedPolicy['presence'], 'declineReasons'> {
  if (presence.declineReasons.size === 0) return {};
  return { declineReasons: record(presence.declineReasons, ({ coolDown }) => ({ coolDownMs: coolDown })) };
}

type Draft<K extends 'channels' | 'segments' | 'queues' | 'calendars'> =
  PolicyDraft[K] extends ReadonlyMap<string, infer T> ? T : never;

function resolveChannel(channel: Draft<'channels'>): ChannelPolicy {
  const { cost, limit, yieldsTo, exclusive, offer, wrapUp, assigned, gatewayLost } = channel;
  return {
    cost,
    limit,
    ...(yieldsTo.length === 0 ? {} : { yieldsTo: [...new Set(yieldsTo)] }),
    ...(exclusive ? { exclusive } : {}),
    offerTimeoutMs: offer.timeout,
    ...(offer.autoAccept ? { autoAccept: true } : {}),
    wrapUpMs: wrapUp,
    assigned: { maxMs: assigned.max, agentLostMs: assigned.agentLost, then: assigned.then },
    gatewayLost: { afterMs: gatewayLost.after, then: gatewayLost.then },
  };
}

function resolveSegment(segment: Draft<'segments'> | undefined): SegmentPolicy {
  const { headStart = 0, clockRate = 1, requires = [] } = segment ?? {};
  return { headStartMs: headStart, clockRate, ...(requires.length === 0 ? {} : { requires }) };
}

function resolveQueue(name: string, queue: Draft<'queues'>): QueuePolicy {
  const { when, requires, serviceLevel, clockRate, headStart, limits, relax, hours, closed } = queue;
  const { preferredFor, lastAgent, preferOwner, first, fanOut, callback, contactHours } = queue;
  return {
    name,
    ...(when === undefined ? {} : { when: resolveMatch(when) }),
    requires,
    serviceLevel: { withinMs: serviceLevel.within, target: serviceLevel.target },
    clockRate,
    headStartMs: headStart,
    limits: { waiting: limits.waiting, waitMs: limits.wait },
    ...resolveGate(queue),
    ...(hours === undefined ? {} : { hours }),
    ...(closed.then === 'refuse' ? {} : { closed: resolveClosed(closed) }),
    ...(relax.length === 0 ? {} : { relax: relax.map(resolveRelaxStep) }),
    ...(preferredFor === 0 ? {} : { preferredForMs: preferredFor }),
    ...(lastAgent === 'none' ? {} : { lastAgent }),
    ...(preferOwner ? { preferOwner } : {}),
    ...(first === '' ? {} : { first: { skill: first, forMs: queue.firstFor } }),
    ...(fanOut === 1 ? {} : { fanOut }),
    ...(callback === undefined ? {} : { callback: resolveCallback(callback) }),
    ...(contactHours === undefined ? {} : { contactHours }),
  };
}

function resolveCallback({ within, attempts, spacing }: NonNullable<Draft<'queues'>['callback']>): CallbackPolicy {
  return { withinMs: within, attempts, spacingMs: spacing };
}

function resolveCondition({ agentsAvailable, estimatedWaitAbove }: RelaxConditionDraft): RelaxCondition {
  return {
    ...(agentsAvailable === undefined ? {} : { agentsAvailable }),
    ...(estimatedWaitAbove === undefined ? {} : { estimatedWaitAboveMs: estimatedWaitAbove }),
  };
}

function resolveRelaxStep(step: RelaxStepDraft): RelaxStep {
  const { after, if: condition, requires, headStart, offerCallback, overflowTo } = step;
  return {
    afterMs: after,
    ...(condition === undefined ? {} : { if: resolveCondition(condition) }),
    ...(requires === undefined ? {} : { requires }),
    ...(headStart === undefined ? {} : { headStartMs: headStart }),
    ...(offerCallback ? { offerCallback } : {}),
    ...(overflowTo === undefined ? {} : { overflowTo }),
  };
}

/** Nothing where nothing is asked: a gate costs a demand class of its own. */
function resolveGate({ reserve, onlyWhile, pace }: Draft<'queues'>): Pick<QueuePolicy, 'gate'> {
  const paceMs = pace === undefined ? 0 : Math.ceil(60_000 / pace.perMinute);
  if (onlyWhile !== undefined) return { gate: { reserve, paceMs, serviceLevelAtLeast: onlyWhile.serviceLevelAtLeast } };
  return reserve === 0 && paceMs === 0 ? {} : { gate: { reserve, paceMs } };
}

function resolveClosed({ then, overflowTo = '' }: Draft<'queues'>['closed']): ClosedPolicy {
  return then === 'overflow' ? { then, overflowTo } : { then };
}

function resolveCalendar({ timeZone, weekly, holidays }: Draft<'calendars'>): CalendarPolicy {
  const { mon, tue, wed, thu, fri, sat, sun } = weekly;
  return { timeZone, weekly: [mon, tue, wed, thu, fri, sat, sun], holidays };
}

/** Left out where it says what is meant without it. */
function resolveDirect({ hold, remember }: PolicyDraft['direct']): Pick<ResolvedPolicy, 'direct'> {
  if (hold === DIRECT_DEFAULT.holdMs && remember === DIRECT_DEFAULT.rememberMs) return {};
  return { direct: { holdMs: hold, rememberMs: remember } };
}

/** Only the fields that the file names. */
function resolveMatch(when: NonNullable<Draft<'queues'>['when']>): QueueMatch {
  return Object.fromEntries(Object.entries(when).filter(([, patterns]) => patterns !== undefined));
}

/** Own properties, whatever the names are: `__proto__` and `constructor` are names like any other. */
function record<T, R>(map: ReadonlyMap<string, T>, each: (value: T) => R): Record<string, R> {
  return Object.fromEntries([...map].map(([name, value]) => [name, each(value)]));
}
