/**
 * The grammar of policy files: every key with its kind, range, default and meaning. The reader, the messages and the
 * reference in docs/POLICY.md all come from this table.
 *
 * 1. Keys that are not here are refused.
 * 2. Bounds are those that keep every sum of rank terms below 2^53 microseconds (core/policy.ts).
 */
import { ALTERNATIVES_MAX, type Alternative, SKILLS_MAX, type SkillNeed } from '../core/requirement.ts';
import { type Calendar, calendar } from './calendar-schema.ts';
import { relaxSpec } from './relax-schema.ts';
import {
  checked,
  choice,
  duration,
  flag,
  list,
  mapped,
  names,
  number,
  type Objection,
  object,
  oneOrMany,
  optional,
  type Spec,
  text,
} from './spec.ts';

export const CLOCK_RATE_MAX = 20;
const HEAD_START_MAX = '24h';

export const NAME_PATTERN = /^[A-Za-z0-9._:~-]+$/;
export const NAME_TEXT = '1 to 128 letters, digits and . _ : ~ -';

const headStart = (about: string): Spec<number> =>
  duration({ about, fallback: '0s', least: '0s', most: HEAD_START_MAX });

const clockRate = (about: string): Spec<number> => number({ about, fallback: 1, least: 0, most: CLOCK_RATE_MAX });

const channel = object('A channel: what one contact of it takes of an agent, and its deadlines.', {
  cost: number({
    about: 'Units of an agent’s capacity that one contact takes.',
    fallback: 100,
    least: 0,
    most: 1_000_000,
    whole: true,
  }),
  limit: number({
    about: 'Most contacts at once for an agent without a limit of its own.',
    fallback: 1,
    least: 0,
    most: 10_000,
    whole: true,
  }),
  yieldsTo: list({
    about: 'Channels whose contacts may be offered as if the agent held none of this one.',
    of: text({ about: 'Name of a channel.', most: 128, pattern: NAME_PATTERN, patternText: NAME_TEXT }),
    fallback: [],
    most: 63,
  }),
  exclusive: flag({
    about: 'Whether an agent holds a contact of it alone, but for what it yields to and what yields to it.',
    fallback: false,
  }),
  offer: object('Offers of this channel.', {
    timeout: duration({
      about: 'How long an agent may take to accept.',
      fallback: '20s',
      least: '100ms',
      most: '24h',
    }),
    autoAccept: flag({
      about: 'Whether the router accepts offers for the agent, at once.',
      fallback: false,
    }),
  }),
  wrapUp: duration({
    about: 'How long the agent’s work after the conversation may take; with 0s there is none.',
    fallback: '0s',
    least: '0s',
    most: '24h',
  }),
  assigned: object('Contacts that are with an agent.', {
    max: duration({ about: 'Longest conversation.', fallback: '8h', least: '1s', most: '30d' }),
    agentLost: duration({
      about: 'How long a contact stays with an agent who is gone.',
      fallback: '5m',
      least: '0s',
      most: '30d',
    }),
    then: choice({
      about: 'What then: back in line keeping its age, ended, or left as it is.',
      fallback: 'requeue',
      of: ['requeue', 'end', 'keep'],
    }),
  }),
  gatewayLost: object('Contacts whose gateway is gone.', {
    after: duration({ about: 'How long after.', fallback: '5m', least: '0s', most: '30d' }),
    then: choice({ about: 'What then.', fallback: 'keep', of: ['cancel', 'keep'] }),
  }),
});

const skillName = text({ about: 'Name of the skill.', most: 128, pattern: NAME_PATTERN, patternText: NAME_TEXT });

const need = object('A skill and the least level of it.', {
  skill: skillName,
  level: number({ about: 'Least level.', fallback: 1, least: 1, most: 10, whole: true }),
});

const alternativeKeys = object('One way to meet the requirement: `all`, `without`, or both.', {
  all: optional(list({ about: 'Every one of these must be met.', of: need, most: SKILLS_MAX })),
  without: optional(
    list({ about: 'Skills that an agent must not have, at any level.', of: skillName, most: SKILLS_MAX }),
  ),
});

export const alternative: Spec<Alternative> = mapped(
  checked(alternativeKeys, alternativeObjections),
  ({ all = [], without = [] }) => (without.length === 0 ? { all } : { all, without }),
);

interface AlternativeDraft {
  readonly all: readonly SkillNeed[] | undefined;
  readonly without: readonly string[] | undefined;
}

function* alternativeObjections({ all, without }: AlternativeDraft): Iterable<Objection> {
  if (all === undefined && without === undefined)
    yield [['all'], `missing; expected a list (0 to ${SKILLS_MAX} items)`];
  const count = (all?.length ?? 0) + (without?.length ?? 0);
  if (count > SKILLS_MAX)
    yield [[], `expected at most ${SKILLS_MAX} skills in \`all\` and \`without\` together, found ${count}`];
}

const segment = object('A class of customers.', {
  headStart: headStart('Seconds of waiting that its contacts are granted on arrival.'),
  clockRate: clockRate('How fast waiting counts for its contacts; multiplies the queue’s.'),
  requires: list({
    about: 'What an agent must have for its contacts: any of these; joined with the queue’s and the contact’s own.',
    of: alternative,
    fallback: [],
    most: ALTERNATIVES_MAX,
  }),
});

const name = (about: string): Spec<string> => text({ about, most: 128, pattern: NAME_PATTERN, patternText: NAME_TEXT });

const pattern = text({ about: 'A text to be equal to; * stands for any text.', most: 128 });

const patterns = (about: string): Spec<readonly string[] | undefined> =>
  optional(oneOrMany({ about, of: pattern, least: 1, most: 100 }));

const when = object('Which contacts the queue takes: all of these fields must match.', {
  channel: patterns('Channels; `*` stands for any text.'),
  intent: patterns('Intents: why the customer says they come; `*` as above.'),
  language: patterns('Languages.'),
  segment: patterns('Segments.'),
  direction: patterns('INBOUND or OUTBOUND.'),
  gatewayId: patterns('Gateways.'),
  customerId: patterns('Customers.'),
});

const callback = object('Waiting customers may hang up and be called; how customers are called.', {
  within: duration({
    about: 'Longest wait of who asked to be called, from then on; then the contact expires.',
    fallback: '24h',
    least: '1s',
    most: '365d',
  }),
  attempts: number({
    about: 'Most attempts to reach a customer; after the last one the contact expires.',
    fallback: 3,
    least: 1,
    most: 100,
    whole: true,
  }),
  spacing: duration({ about: 'From one attempt to the next.', fallback: '30m', least: '1s', most: '30d' }),
});

const queue = object('A queue. A contact that names none goes to the first whose `when` matches.', {
  when: optional(when),
  requires: list({
    about: 'What an agent must have: any of these; joined with the segment’s and the contact’s own.',
    of: alternative,
    fallback: [],
    most: ALTERNATIVES_MAX,
  }),
  serviceLevel: object('The queue’s promise.', {
    within: duration({ about: 'Answers within this wait are in time.', fallback: '20s', least: '0s', most: '30d' }),
    target: number({ about: 'Share of answers that should be in time.', fallback: 0.8, least: 0, most: 1 }),
  }),
  clockRate: clockRate('How fast waiting counts in this queue.'),
  headStart: headStart('Seconds of waiting that its contacts are granted on arrival.'),
  limits: object('Bounds of the queue.', {
    waiting: number({
      about: 'Most contacts in line; further ones are refused.',
      fallback: 50_000,
      least: 0,
      most: 10_000_000,
      whole: true,
    }),
    wait: duration({ about: 'Longest wait; then the contact expires.', fallback: '7d', least: '1s', most: '365d' }),
  }),
  reserve: number({
    about: 'Agents that must be left who could take the contact as well; its contacts are offered only then.',
    fallback: 0,
    least: 0,
    most: 100_000,
    whole: true,
  }),
  onlyWhile: optional(
    object('What must hold for its contacts to be offered.', {
      serviceLevelAtLeast: object('Another queue keeps its promise.', {
        queue: text({ about: 'That queue.', most: 128 }),
        ratio: number({ about: 'Its service level of the last hour, at least.', least: 0, most: 1 }),
      }),
    }),
  ),
  pace: optional(
    object('How fast its contacts are offered.', {
      perMinute: number({ about: 'Most offers a minute, evenly spaced.', least: 0.001, most: 60_000 }),
    }),
  ),
  relax: relaxSpec(alternative),
  hours: optional(name('Its calendar; without one it is always open.')),
  closed: object('Contacts that come while it is closed.', {
    then: choice({
      about: 'Refused with the next opening, put into another queue, or scheduled for the next opening.',
      fallback: 'refuse',
      of: ['refuse', 'overflow', 'schedule'],
    }),
    overflowTo: optional(name('The other queue; if that one is closed too, what its own `closed` says.')),
  }),
  callback: optional(callback),
  contactHours: optional(
    name(
      'Calendar of the hours at which customers may be called, read in the time zone of each contact; absent: at any.',
    ),
  ),
  preferredFor: duration({
    about: 'How long preferred agents who are signed in hold a contact that does not say it itself.',
    fallback: '0s',
    least: '0s',
    most: '24h',
  }),
  preferOwner: flag({
    about: 'The owner of the customer, as its profile says, is the first of the preferred agents.',
    fallback: false,
  }),
  lastAgent: choice({
    about: 'Whose last agent is the first of the preferred ones: that of the customer, of the journey, or nobody’s.',
    fallback: 'none',
    of: ['none', 'customer', 'journey'],
  }),
  first: text({
    about: 'Skill of the agents, bots say, who get its contacts before all others; absent: nobody does.',
    fallback: '',
    most: 128,
    pattern: NAME_PATTERN,
    patternText: NAME_TEXT,
  }),
  firstFor: duration({
    about: 'How long only they get a contact.',
    fallback: '10s',
    least: '1ms',
    most: '7d',
  }),
  fanOut: number({
    about: 'To how many agents a contact may be offered at once; the first who accepts has it.',
    fallback: 1,
    least: 1,
    most: 50,
    whole: true,
  }),
});

const agent = object('An agent of the policy’s own; others are put into the directory by API.', {
  name: text({ about: 'For people to read.', fallback: '', most: 128 }),
  skills: names({
    about: 'Level by skill.',
    of: number({ about: 'The level.', least: 1, most: 10, whole: true }),
    fallback: new Map(),
    most: 500,
  }),
  capacity: number({
    about: 'Units that the agent can carry.',
    fallback: 100,
    least: 1,
    most: 1_000_000,
    whole: true,
  }),
  limits: names({
    about: 'Most contacts at once by channel, instead of the channel’s limit; 0: none.',
    of: number({ about: 'The limit.', least: 0, most: 10_000, whole: true }),
    fallback: new Map(),
    most: 64,
  }),
  mayPull: flag({ about: 'Whether the agent may look for waiting contacts and take them.', fallback: false }),
});

const declineReason = object('A reason for which agents decline.', {
  coolDown: duration({
    about: 'How long an agent is not offered again what it declined for this reason.',
    least: '0s',
    most: '24h',
  }),
});

/** The keys of a policy. A scenario has them too, with a `forget` of its own. */
export const policyKeys = {
  channels: names({ about: 'Channels by name.', of: channel, least: 1, most: 64 }),
  segments: names({
    about: 'Segments by name; `default` is there even if it is not written.',
    of: segment,
    fallback: new Map(),
    most: 1_000,
  }),
  value: object('What a customer’s worth counts.', {
    scale: number({
      about: 'The value that earns all of `seconds`; less earns its share.',
      fallback: 1_000,
      least: 0.001,
      most: 1_000_000_000_000,
    }),
    seconds: headStart('Head start for a value of `scale` or more.'),
  }),
  calendars: names({ about: 'Calendars by name.', of: calendar, fallback: new Map<string, Calendar>(), most: 100 }),
  queues: names({ about: 'Queues by name, in the order of matching.', of: queue, least: 1, most: 1_000 }),
  fit: object('How well an agent suits a contact.', {
    secondsPerLevel: duration({
      about: 'Worth of one level of a required skill.',
      fallback: '3s',
      least: '0s',
      most: '1h',
    }),
    affinity: duration({ about: 'Worth of a preferred agent.', fallback: '30s', least: '0s', most: '24h' }),
    breadth: duration({
      about: 'Taken off for each skill that the contact does not need.',
      fallback: '500ms',
      least: '0s',
      most: '1h',
    }),
  }),
  readiness: object('How ready an agent is.', {
    idleRate: number({
      about: 'Worth of one second of idling, in seconds (thousandths count).',
      fallback: 0.05,
      least: 0,
      most: 20,
    }),
    idleCap: duration({ about: 'Idling beyond this adds nothing.', fallback: '10m', least: '0s', most: '24h' }),
    loadSeconds: duration({
      about: 'Taken off a fully loaded agent; less load takes its share.',
      fallback: '20s',
      least: '0s',
      most: '24h',
    }),
  }),
  presence: object('Agents who go missing.', {
    grace: duration({
      about: 'How long a lost connection may take to come back.',
      fallback: '10s',
      least: '0s',
      most: '24h',
    }),
    missesBeforeBusy: number({
      about: 'Missed offers in a row that make an agent BUSY; 0: never.',
      fallback: 1,
      least: 0,
      most: 1_000,
      whole: true,
    }),
    declineCoolDown: duration({
      about: 'How long an agent is not offered again what it declined or missed.',
      fallback: '30s',
      least: '0s',
      most: '24h',
    }),
    offersPerMinute: number({
      about: 'Most offers that an agent is made within 60 s; 0: any number.',
      fallback: 0,
      least: 0,
      most: 600,
      whole: true,
    }),
    declineReasons: names({
      about: 'Reasons of declines that have a cool-down of their own, by the text that agents give as `reason`.',
      of: declineReason,
      fallback: new Map(),
      most: 100,
    }),
  }),
  direct: object('Contacts for one agent.', {
    hold: duration({
      about: 'How long an agent who is signed in holds what is transferred to it.',
      fallback: '2m',
      least: '0s',
      most: '24h',
    }),
    remember: duration({
      about: 'How long it is remembered who answered last (`lastAgent`).',
      fallback: '7d',
      least: '0s',
      most: '365d',
    }),
  }),
  estimate: object(
    'The estimate of a wait: position × how long somebody stood in line lately for each who was answered.',
    {
      over: duration({
        about: 'How far back it looks, in whole minutes.',
        fallback: '10m',
        least: '1m',
        most: '60m',
      }),
      answers: number({
        about: 'Fewer answers than this give no estimate.',
        fallback: 5,
        least: 1,
        most: 1_000,
        whole: true,
      }),
    },
  ),
  explain: object('What is kept with each offer, so that it can be explained afterwards.', {
    runnersUp: number({
      about:
        'The next best agents, and the shares of idling and load; 0: nothing. Where agents are free, 3 cost a tenth of a decision.',
      fallback: 0,
      least: 0,
      most: 3,
      whole: true,
    }),
  }),
  forget: duration({
    about: 'How long a closed contact is remembered for retries.',
    fallback: '1h',
    least: '0s',
    most: '7d',
  }),
  agents: names({ about: 'Agents by id.', of: agent, fallback: new Map(), most: 100_000 }),
};

/** The whole file. */
export const policySchema = object('The policy.', policyKeys);

/** What the file says, defaults filled in, before it is resolved. */
export type PolicyDraft = typeof policySchema extends Spec<infer T> ? T : never;
