// What would have been: recorded contacts, routed again by the router itself, as it was and as it could be.
//
// 1. First under the recorded policy and agents: how far that is from what was recorded is how far the model can be trusted (SPEC, RPL4).
// 2. Then, if asked, under another policy or other agents, with the same contacts, the same patience and the same handle times: what differs
// is due to what was changed. 3. Agents answer offers as fast as they were seen to, and decline as often; misses are not repeated.

import type { ResolvedPolicy } from '../core/policy.ts';
import type { ContactOutcome } from './ledger.ts';
import { recordedCrew } from './recorded-crew.ts';
import { type DrawnContact, drawContacts } from './recorded-draws.ts';
import { type RecordedFigures, recordedFigures } from './recorded-figures.ts';
import { recordedSources } from './recorded-source.ts';
import type { RecordedAnswers, RecordedOutcome, Recording } from './recording.ts';
import type { Report } from './report.ts';
import type { AgentGroup, AnswerModel, Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import type { OutcomeName } from './tally.ts';

/** Nobody submits again what is replayed, so that there is nothing to be remembered for. */
const FORGET_MS = 1_000;
/** An agent that declines everything would decline for ever. */
const DECLINE_RATIO_MAX = 0.99;

export interface ReplayRequest {
  readonly seed: number;
  /** Instead of the recorded one. */
  readonly policy?: ResolvedPolicy;
  /** Instead of the recorded ones; their shifts in time of day, UTC. */
  readonly agents?: readonly AgentGroup[];
  /** Told now and then how much is done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Milliseconds of any one clock, for `wallSeconds`; without one they are 0. */
  readonly clock?: () => number;
}

/** What came of a contact, one way or another. */
export interface Treatment {
  readonly outcome: OutcomeName | 'cancelled' | 'none';
  readonly waitSeconds: number;
  /** '' : nobody answered. */
  readonly agent: string;
}

/** A contact that is treated otherwise. */
export interface TreatmentChange {
  readonly contactId: string;
  /** Where it was in line when it was recorded. */
  readonly queue: string;
  /** ISO 8601. */
  readonly submittedAt: string;
  readonly recorded: Treatment;
  /** Replayed under the recorded policy and agents. */
  readonly replayed: Treatment;
  /** Under the others, if there are any. */
  readonly other?: Treatment;
}

export interface Replay {
  readonly recorded: RecordedFigures;
  readonly replayed: Report;
  readonly other?: Report;
  /** Greatest change first: from `replayed` to `other`, without another from `recorded` to `replayed`. */
  readonly changes: readonly TreatmentChange[];
  readonly warnings: readonly string[];
}

/** Faults tell why a policy cannot take what was recorded; `of`: which policy. */
export type ReplayResult =
  | { readonly replay: Replay }
  | { readonly faults: readonly string[]; readonly of: 'recorded' | 'other' };

/** Replays the recording. */
export function replay(recording: Recording, request: ReplayRequest): ReplayResult {
  const { policy, agents, seed, clock } = request;
  const draws = drawContacts(recording, seed);
  const runs = policy === undefined && agents === undefined ? 1 : 2;
  const options = (done: number): RunOptions => ({
    seed,
    clock: clock ?? ((): number => 0),
    onProgress: (fraction) => request.onProgress?.((done + fraction) / runs),
  });
  const own = runOf(recording, draws.contacts, options(0));
  if ('faults' in own) return { ...own, of: 'recorded' };
  const changed = runs === 1 ? undefined : runOf(recording, draws.contacts, { ...options(1), policy, agents });
  if (changed !== undefined && 'faults' in changed)
    return { ...changed, of: policy === undefined ? 'recorded' : 'other' };
  return {
    replay: {
      recorded: recordedFigures(recording),
      replayed: own.report,
      ...(changed === undefined ? {} : { other: changed.report }),
      changes: changesOf(recording, draws.contacts, own.outcomes, changed?.outcomes),
      warnings: [...recording.warnings, ...cancelledWarning(recording), ...draws.warnings],
    },
  };
}

interface RunOptions {
  readonly seed: number;
  /** What is tried; undefined: as it was. */
  readonly policy?: ResolvedPolicy | undefined;
  readonly agents?: readonly AgentGroup[] | undefined;
  readonly onProgress: (fraction: number) => void;
  readonly clock: () => number;
}

/** Who came then was taken: nobody is sent away because a run's week begins elsewhere. */
function withoutHours({ calendars: _, ...policy }: ResolvedPolicy): ResolvedPolicy {
  return policy;
}

interface Run {
  readonly report: Report;
  /** By the contact's name in the replay. */
  readonly outcomes: ReadonlyMap<string, ContactOutcome>;
}

function runOf(
  recording: Recording,
  contacts: readonly DrawnContact[],
  options: RunOptions,
): Run | { readonly faults: readonly string[] } {
  const { startAt, fromAt, toAt } = recording;
  const policy = options.policy ?? recording.policy;
  const crew = recordedCrew(recording.spells, startAt, Object.keys(policy.channels));
  const namesOf = options.agents === undefined ? crew.namesOf : (agentId: string): readonly string[] => [agentId];
  const placed = recordedSources(contacts, startAt, policy, namesOf);
  if ('faults' in placed) return placed;
  const outcomes = new Map<string, ContactOutcome>();
  const scenario: Scenario = {
    // Who is there was recorded; the policy's own agents are among them.
    policy: { ...withoutHours(policy), agents: {}, forgetMs: FORGET_MS },
    traffic: [],
    agents: options.agents?.map((group) => byTimeOfDay(group, startAt)) ?? crew.agents,
    answer: answerModel(recording.answers),
    lines: Number.POSITIVE_INFINITY,
    warmUpMs: fromAt - startAt,
    measureMs: toAt - fromAt,
  };
  const startedMs = options.clock();
  const report = simulate(scenario, {
    seed: options.seed,
    sources: placed.sources,
    onProgress: options.onProgress,
    onContact: (outcome) => {
      if (outcome.isCounted) outcomes.set(outcome.recordedId, outcome);
    },
  });
  return { report: { ...report, wallSeconds: (options.clock() - startedMs) / 1000 }, outcomes };
}

/** How the agents answered: with the recorded delays, declining the recorded share. */
function answerModel({ acceptDelaysMs, declinedCount }: RecordedAnswers): AnswerModel {
  const valuesMs = [...acceptDelaysMs].sort((a, b) => a - b);
  const offers = valuesMs.length + declinedCount;
  return {
    after: valuesMs.at(-1) ? { kind: 'empirical', valuesMs } : { kind: 'constant', ms: 0 },
    declineRatio: offers === 0 ? 0 : Math.min(DECLINE_RATIO_MAX, declinedCount / offers),
    missRatio: 0,
  };
}

/** Shifts written in time of day (UTC, or of a longer period since 1970) as shifts counted from the start of the run. */
function byTimeOfDay(group: AgentGroup, startAt: number): AgentGroup {
  const shifts = group.shifts.map(({ fromMs, toMs, periodMs }) => {
    if (!Number.isFinite(periodMs)) return { fromMs, toMs, periodMs };
    const shiftedMs = (((fromMs - startAt) % periodMs) + periodMs) % periodMs;
    return { fromMs: shiftedMs, toMs: shiftedMs + (toMs - fromMs), periodMs };
  });
  return { ...group, shifts };
}

function cancelledWarning({ contacts, fromAt, toAt }: Recording): readonly string[] {
  const count = contacts.filter(
    ({ outcome, submittedAt }) => outcome === 'CANCELLED' && submittedAt >= fromAt && submittedAt < toAt,
  ).length;
  if (count === 0) return [];
  const were = count === 1 ? '1 contact was' : `${count} contacts were`;
  return [`${were} cancelled by the system: among the recorded they count as expired, replayed they go on waiting`];
}

function changesOf(
  recording: Recording,
  contacts: readonly DrawnContact[],
  own: Run['outcomes'],
  other: Run['outcomes'] | undefined,
): readonly TreatmentChange[] {
  const { fromAt, toAt } = recording;
  const changes = contacts.flatMap(({ name, contact }): TreatmentChange[] => {
    if (contact.submittedAt < fromAt || contact.submittedAt >= toAt) return [];
    const change: TreatmentChange = {
      contactId: contact.id,
      queue: contact.queue,
      submittedAt: new Date(contact.submittedAt).toISOString(),
      recorded: {
        outcome: RECORDED[contact.outcome],
        waitSeconds: contact.waitMs / 1000,
        agent: contact.agentId,
      },
      replayed: treatmentOf(own.get(name)),
      ...(other === undefined ? {} : { other: treatmentOf(other.get(name)) }),
    };
    return isChange(change) ? [change] : [];
  });
  // Sorting is stable: what changed equally stays in order of arrival.
  return changes.sort((a, b) => sizeOf(b) - sizeOf(a));
}

const RECORDED: Readonly<Record<RecordedOutcome, Treatment['outcome']>> = {
  ANSWERED: 'answered',
  ABANDONED: 'abandoned',
  CANCELLED: 'cancelled',
  EXPIRED: 'expired',
  OPEN: 'stillWaiting',
};

function treatmentOf(outcome: ContactOutcome | undefined): Treatment {
  if (outcome === undefined) return { outcome: 'none', waitSeconds: 0, agent: '' };
  return { outcome: outcome.outcome, waitSeconds: outcome.waitedMs / 1000, agent: outcome.agentId };
}

function pairOf({ recorded, replayed, other }: TreatmentChange): readonly [Treatment, Treatment] {
  return other === undefined ? [recorded, replayed] : [replayed, other];
}

function isChange(change: TreatmentChange): boolean {
  const [before, after] = pairOf(change);
  return before.outcome !== after.outcome || before.waitSeconds !== after.waitSeconds || before.agent !== after.agent;
}

/** How much the customer would notice: seconds of waiting more or less. */
function sizeOf(change: TreatmentChange): number {
  const [before, after] = pairOf(change);
  return Math.abs(after.waitSeconds - before.waitSeconds);
}
