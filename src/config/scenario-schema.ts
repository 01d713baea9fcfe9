/**
 * The grammar of scenario files: every key with its kind, range, default and meaning. The reader, the messages and the
 * reference in docs/SIMULATOR.md all come from this table. The policy inside is that of policy-schema.ts.
 *
 * 1. Keys that are not here are refused.
 * 2. Durations are milliseconds, rates contacts a millisecond. Files that are named are not read here.
 */

import { ALTERNATIVES_MAX, SKILLS_MAX } from '../core/requirement.ts';
import type { Distribution } from '../sim/scenario.ts';
import { durationText } from './duration.ts';
import { alternative, NAME_PATTERN, NAME_TEXT, policyKeys } from './policy-schema.ts';
import { parseRate, RATE_EXAMPLES, RATE_PER_S_MAX } from './rate.ts';
import {
  checked,
  choice,
  duration,
  list,
  mapped,
  names,
  number,
  type Objection,
  object,
  oneKey,
  oneOrMany,
  optional,
  parsed,
  type Spec,
  text,
} from './spec.ts';

/** Agents of all groups together. */
export const AGENTS_MAX = 100_000;
const GROUPS_MAX = 1_000;
const TRAFFICS_MAX = 1_000;
const SHARE_MAX = 0.99;

type Read<S> = S extends Spec<infer T> ? T : never;

/** A distribution as it is written: the values of an empirical one are still in their file. */
export type DistributionDraft =
  | Exclude<Distribution, { readonly kind: 'empirical' }>
  | { readonly kind: 'file'; readonly file: string };

const NOTHING: DistributionDraft = { kind: 'constant', ms: 0 };

/** Draws no line before `least`: a mean of nothing is a constant. */
const span = (about: string, least = '1ms'): Spec<number> => duration({ about, least, most: '30d' });

const lognormal = object('Mean and coefficient of variation.', {
  mean: span('Mean.'),
  cv: number({ about: 'Standard deviation / mean.', least: 0, most: 100 }),
});

const arms: Readonly<Record<string, Spec<DistributionDraft>>> = {
  constant: mapped(span('Always the same.', '0s'), (ms): DistributionDraft => ({ kind: 'constant', ms })),
  exponential: mapped(span('The mean.'), (meanMs): DistributionDraft => ({ kind: 'exponential', meanMs })),
  lognormal: mapped(lognormal, ({ mean, cv }): DistributionDraft => ({ kind: 'lognormal', meanMs: mean, cv })),
  empirical: mapped(
    text({
      about:
        'A file, beside the scenario: a column of durations (`180s`) or plain seconds, each as likely as any other.',
      most: 1_024,
    }),
    (file): DistributionDraft => ({ kind: 'file', file }),
  ),
};

const distribution = (about: string): Spec<DistributionDraft> => oneKey({ about, of: arms, otherwise: NOTHING });

const distributionOrZero = (about: string): Spec<DistributionDraft> =>
  oneKey({ about, of: arms, otherwise: NOTHING, fallback: NOTHING, fallbackText: '{ constant: 0s }' });

const name = (about: string): Spec<string> => text({ about, most: 128, pattern: NAME_PATTERN, patternText: NAME_TEXT });

const word = (about: string): Spec<string> => text({ about, fallback: '', most: 128 });

const rate = (about: string): Spec<number> =>
  parsed({
    about,
    kind: 'a rate',
    range: `0 to ${RATE_PER_S_MAX} a second, such as ${RATE_EXAMPLES}`,
    expected: `a rate such as ${RATE_EXAMPLES}, at most ${RATE_PER_S_MAX} a second`,
    // No rate at all would be a fault of its own, told about what was meant to be one.
    otherwise: 1e-3,
    parse: parseRate,
  });

const contact = object('What each contact of the traffic says of itself, as in a submit.', {
  channel: name('Channel.'),
  direction: choice({ about: 'Who began it.', fallback: 'INBOUND', of: ['INBOUND', 'OUTBOUND'] }),
  intent: word('Why the customer says they come.'),
  language: word('Language.'),
  queue: word('Queue; absent: the first whose `when` matches.'),
  requires: list({
    about: 'What an agent must have: any of these; joined with the queue’s and the segment’s own.',
    of: alternative,
    fallback: [],
    most: ALTERNATIVES_MAX,
  }),
  prefers: list({
    about: 'Skills worth waiting for.',
    of: object('A skill worth waiting for.', {
      skill: name('Name of the skill.'),
      secondsPerLevel: number({ about: 'Worth of one level of it, in seconds of waiting.', least: 0, most: 3_600 }),
    }),
    fallback: [],
    most: SKILLS_MAX,
  }),
  segment: text({ about: 'Segment.', fallback: 'default', most: 128 }),
  value: number({ about: 'The customer’s worth.', fallback: 0, least: 0, most: 1_000_000_000_000 }),
  tier: number({ about: 'Strict class of urgency.', fallback: 0, least: 0, most: 9, whole: true }),
  headStart: duration({ about: 'Waiting granted on arrival.', fallback: '0s', least: '0s', most: '24h' }),
  preferredAgents: list({
    about: 'Agents of this scenario who suit the contact best.',
    of: name('Id of an agent.'),
    fallback: [],
    most: 32,
  }),
});

const stepsOf = list({
  about: 'How many arrive, by time; instead of `rate`. The first step is at 0s.',
  of: object('A step of the profile.', {
    at: duration({ about: 'From when on, counted from the start of the period.', least: '0s', most: '365d' }),
    rate: rate('How many arrive from then until the next step.'),
  }),
  least: 1,
  most: 10_000,
});

const trafficKeys = object('Contacts of one kind. They arrive as a Poisson process.', {
  name: name('What it is reported under.'),
  rate: optional(rate('How many arrive, always; instead of `profile`.')),
  profile: optional(stepsOf),
  period: duration({ about: 'After which the profile begins again.', fallback: '24h', least: '1s', most: '365d' }),
  contact,
  handle: distribution('How long an agent of `handleFactor` 1 talks to the customer.'),
  wrapUp: distributionOrZero(
    'How long the agent’s work after it takes. The channel’s `wrapUp` in the policy bounds it.',
  ),
  patience: optional(
    oneKey<DistributionDraft | undefined>({
      about: 'How long a customer waits before leaving.',
      of: arms,
      words: { none: undefined },
      otherwise: undefined,
      fallbackText: 'none',
    }),
  ),
});

const NO_RATE = 'expected a rate above 0: nothing would ever arrive';

function* ratesOf({ rate: always, profile, period }: Read<typeof trafficKeys>): Iterable<Objection> {
  if (profile === undefined) {
    if (always === undefined) yield [['rate'], 'missing; expected a rate, or a profile of rates'];
    else if (always === 0) yield [['rate'], NO_RATE];
    return;
  }
  if (always !== undefined) yield [['profile'], 'expected a rate or a profile, found both'];
  if (profile.every((step) => step.rate === 0)) yield [['profile'], NO_RATE];
  for (const [index, { at }] of profile.entries()) {
    const before = profile[index - 1]?.at;
    if (before === undefined && at !== 0) yield [['profile', 0, 'at'], `expected 0s, found ${durationText(at)}`];
    if (before !== undefined && at <= before) {
      const order = `expected later than the step before (${durationText(before)}), found ${durationText(at)}`;
      yield [['profile', index, 'at'], order];
    }
    if (at >= period) {
      const within = `expected earlier than the end of the period (${durationText(period)}), found ${durationText(at)}`;
      yield [['profile', index, 'at'], within];
    }
  }
}

const traffic = checked(trafficKeys, ratesOf);

const shiftKeys = object('When the agents work, within the period.', {
  from: duration({ about: 'Start.', least: '0s', most: '365d' }),
  to: duration({ about: 'End, after the start and at most the period.', least: '0s', most: '365d' }),
});

function* forwards({ from, to }: Read<typeof shiftKeys>): Iterable<Objection> {
  if (to > from) return;
  const night = 'over midnight write two shifts, such as [{ from: 22h, to: 24h }, { from: 0h, to: 6h }]';
  yield [['to'], `expected later than ${durationText(from)} (from), found ${durationText(to)}; ${night}`];
}

const shift = checked(shiftKeys, forwards);

const groupKeys = object('Agents who are alike.', {
  id: name('Id of the agent, or what the ids of the group begin with.'),
  count: optional(
    number({
      about: 'How many: `id-1`, `id-2` and so on. Absent: one, whose id is `id`.',
      least: 1,
      most: AGENTS_MAX,
      whole: true,
    }),
  ),
  skills: names({
    about: 'Level by skill.',
    of: number({ about: 'The level.', least: 1, most: 10, whole: true }),
    fallback: new Map(),
    most: 500,
  }),
  capacity: number({ about: 'Units that an agent can carry.', fallback: 100, least: 1, most: 1_000_000, whole: true }),
  limits: names({
    about: 'Most contacts at once by channel, instead of the channel’s limit; 0: none.',
    of: number({ about: 'The limit.', least: 0, most: 10_000, whole: true }),
    fallback: new Map(),
    most: 64,
  }),
  handleFactor: number({ about: 'Multiplies handle times and wrap-ups.', fallback: 1, least: 0.01, most: 100 }),
  shift: optional(oneOrMany({ about: 'When the agents work; absent: always.', of: shift, least: 1, most: 1_000 })),
  period: duration({ about: 'After which the shifts begin again.', fallback: '24h', least: '1s', most: '365d' }),
});

function* shiftsOf({ shift: shifts = [], period }: Read<typeof groupKeys>): Iterable<Objection> {
  const inOrder = shifts.toSorted((one, other) => one.from - other.from);
  for (const [index, { from, to }] of inOrder.entries()) {
    const before = inOrder[index - 1];
    const [start, end] = [durationText(from), durationText(to)];
    if (to > period) {
      yield [['shift'], `expected shifts within the period (${durationText(period)}), found ${start} to ${end}`];
    }
    if (before !== undefined && from < before.to) {
      const other = `${durationText(before.from)} to ${durationText(before.to)}`;
      yield [['shift'], `expected shifts that do not overlap, found ${other} and ${start} to ${end}`];
    }
  }
}

const group = checked(groupKeys, shiftsOf);

function* sharesOf({ decline, miss }: Read<typeof answerKeys>): Iterable<Objection> {
  if (decline + miss <= SHARE_MAX) return;
  const sum = Number((decline + miss).toFixed(6));
  yield [[], `expected decline and miss of at most ${SHARE_MAX} together, found ${sum}: nothing would be answered`];
}

const answerKeys = object('What agents do with offers.', {
  after: distributionOrZero('How long until an offer is answered.'),
  decline: number({ about: 'Share of the offers that are declined.', fallback: 0, least: 0, most: SHARE_MAX }),
  miss: number({ about: 'Share of the offers that are left to run out.', fallback: 0, least: 0, most: SHARE_MAX }),
});

const answer = checked(answerKeys, sharesOf);

const run = object('How long.', {
  warmUp: duration({
    about: 'Time from the start that is not measured: the lines begin empty.',
    fallback: '1h',
    least: '0s',
    most: '3650d',
  }),
  measure: duration({ about: 'Time that is measured.', fallback: '100h', least: '1s', most: '3650d' }),
});

/** A closed contact is remembered for retries alone, and nobody tries again here: less to remember is faster. */
export const simulatedPolicySchema = object('The policy, as in a policy file.', {
  ...policyKeys,
  forget: duration({
    about: 'How long a closed contact is remembered for retries.',
    fallback: '1s',
    least: '0s',
    most: '7d',
  }),
});

/** `agents:` of a scenario. */
export const agentsSchema = list({ about: 'Who answers.', of: group, least: 1, most: GROUPS_MAX });

/** The whole file. */
export const scenarioSchema = object('The scenario.', {
  policy: optional(simulatedPolicySchema),
  policyFile: optional(text({ about: 'A policy file, beside the scenario; instead of `policy`.', most: 1_024 })),
  traffic: list({ about: 'What arrives.', of: traffic, least: 1, most: TRAFFICS_MAX }),
  agents: agentsSchema,
  answer,
  lines: optional(
    number({
      about: 'Most contacts in line, offered or with an agent, wrap-up aside; more are blocked. Absent: no limit.',
      least: 1,
      most: 10_000_000,
      whole: true,
    }),
  ),
  run,
});

/** What the file says, defaults filled in, before it is resolved. */
export type ScenarioDraft = Read<typeof scenarioSchema>;
export type TrafficDraft = Read<typeof traffic>;
export type GroupDraft = Read<typeof group>;
