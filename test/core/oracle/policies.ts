// Policies for tests: a plain one to vary by hand, and random ones for the oracle. Numbers come from small sets with zeros, so that ranks
// collide and ties decide.
import fc from 'fast-check';
import type {
  AgentPolicy,
  CalendarPolicy,
  CallbackPolicy,
  ChannelPolicy,
  ClosedPolicy,
  GatePolicy,
  QueueMatch,
  QueuePolicy,
  RelaxCondition,
  RelaxStep,
  ResolvedPolicy,
  SegmentPolicy,
} from '../../../src/core/policy.ts';
import type { Alternative } from '../../../src/core/requirement.ts';

export const CHANNELS = ['voice', 'chat', 'mail'] as const;
export const SKILLS = ['a', 'b', 'c', 'd'] as const;
export const SEGMENTS = ['default', 'gold'] as const;
export const QUEUES = ['first', 'second', 'rest'] as const;
export const CALENDARS = ['office', 'night'] as const;
/** Of what hours are resolved: calendars in their own time zone, and in one that contacts name. */
export const RESOLVED = [
  { calendar: 'office' },
  { calendar: 'night' },
  { calendar: 'office', timeZone: 'Asia/Tokyo' },
  { calendar: 'night', timeZone: 'Asia/Tokyo' },
] as const;
export const POLICY_AGENTS = ['a2', 'p0', 'p1'] as const;

/** A channel with the documented defaults. */
export function channelPolicy(changes: Partial<ChannelPolicy> = {}): ChannelPolicy {
  return {
    cost: 100,
    limit: 1,
    offerTimeoutMs: 20_000,
    wrapUpMs: 0,
    assigned: { maxMs: 28_800_000, agentLostMs: 300_000, then: 'requeue' },
    gatewayLost: { afterMs: 300_000, then: 'keep' },
    ...changes,
  };
}

/** A queue with the documented defaults. */
export function queuePolicy(name: string, changes: Partial<QueuePolicy> = {}): QueuePolicy {
  return {
    name,
    requires: [],
    serviceLevel: { withinMs: 20_000, target: 0.8 },
    clockRate: 1,
    headStartMs: 0,
    limits: { waiting: 50_000, waitMs: 604_800_000 },
    ...changes,
  };
}

/** Weekdays from nine to six in a time zone that changes its clocks. */
export function calendarPolicy(changes: Partial<CalendarPolicy> = {}): CalendarPolicy {
  const office: CalendarPolicy['weekly'][number] = [[540, 1080]];
  return {
    timeZone: 'Europe/Madrid',
    weekly: [office, office, office, office, office, [], []],
    holidays: [],
    ...changes,
  };
}

/** One channel, one queue, one segment, and every term of the rank at zero but waiting: first come, first served. */
export function plainPolicy(changes: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  return {
    channels: { voice: channelPolicy() },
    segments: { default: { headStartMs: 0, clockRate: 1 } },
    value: { scale: 1000, headStartMs: 0 },
    queues: [queuePolicy('main')],
    fit: { perLevelMs: 0, affinityMs: 0, breadthMs: 0 },
    readiness: { idleRate: 0, idleCapMs: 600_000, loadMs: 0 },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
    forgetMs: 3_600_000,
    agents: {},
    ...changes,
  };
}

export const levelArb = fc.integer({ min: 1, max: 3 });
export const skillsArb = fc.dictionary(fc.constantFrom(...SKILLS), levelArb, { maxKeys: 4, noNullPrototype: true });
export const limitsArb = fc.dictionary(fc.constantFrom(...CHANNELS), fc.integer({ min: 0, max: 3 }), {
  maxKeys: 2,
  noNullPrototype: true,
});
const needArb = fc.record({ skill: fc.constantFrom(...SKILLS), level: levelArb });
const allArb = fc.array(needArb, { maxLength: 2 });
const withoutArb = fc.array(fc.constantFrom(...SKILLS), { minLength: 1, maxLength: 2 });
const alternativeArb: fc.Arbitrary<Alternative> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ all: allArb }) },
  { weight: 1, arbitrary: fc.record({ all: allArb, without: withoutArb }) },
);
export const requirementArb = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Alternative[]>([]) },
  { weight: 2, arbitrary: fc.array(alternativeArb, { minLength: 1, maxLength: 3 }) },
);

/** Keys that a policy has only where they are used. */
function nowAndThen<T extends object>(then: T, shares: number): fc.Arbitrary<T | object> {
  return fc.oneof({ weight: shares, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant(then) });
}

const plainChannelArb: fc.Arbitrary<ChannelPolicy> = fc.record({
  cost: fc.constantFrom(100, 50, 30, 30, 0),
  limit: fc.constantFrom(1, 2, 3),
  offerTimeoutMs: fc.constantFrom(20_000, 20_000, 20_000, 60_000, 5000, 5000, 1),
  wrapUpMs: fc.constantFrom(0, 10_000),
  assigned: fc.record({
    maxMs: fc.constantFrom(28_800_000, 60_000),
    agentLostMs: fc.constantFrom(300_000, 20_000, 0),
    then: fc.constantFrom('requeue', 'end', 'keep'),
  }),
  gatewayLost: fc.record({
    afterMs: fc.constantFrom(300_000, 10_000),
    then: fc.constantFrom('cancel', 'keep'),
  }),
});

const channelArb: fc.Arbitrary<ChannelPolicy> = fc
  .tuple(plainChannelArb, nowAndThen({ autoAccept: true }, 5))
  .map(([channel, more]) => ({ ...channel, ...more }));

const segmentArb: fc.Arbitrary<SegmentPolicy> = fc.record(
  {
    headStartMs: fc.constantFrom(0, 10_000),
    clockRate: fc.constantFrom(1, 0, 0.5, 3, 10),
    requires: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Alternative[]>([]) },
      { weight: 1, arbitrary: requirementArb },
    ),
  },
  { requiredKeys: ['headStartMs', 'clockRate'] },
);

const whenArb: fc.Arbitrary<QueueMatch> = fc.record(
  {
    channel: fc.constantFrom(['voice'], ['chat', 'mail'], ['*']),
    intent: fc.constantFrom(['billing.*'], ['*a*'], ['']),
    segment: fc.constantFrom(['gold'], ['*']),
    gatewayId: fc.constantFrom(['g0'], ['g*']),
    language: fc.constantFrom(['es'], ['', 'd*']),
  },
  { requiredKeys: [] },
);

const gateArb: fc.Arbitrary<GatePolicy> = fc.record(
  {
    reserve: fc.constantFrom(0, 1, 2),
    paceMs: fc.constantFrom(0, 0, 7000, 60_000),
    serviceLevelAtLeast: fc.record({ queue: fc.constantFrom(...QUEUES), ratio: fc.constantFrom(0.5, 0.8, 1) }),
  },
  { requiredKeys: ['reserve', 'paceMs'] },
);

const conditionArb: fc.Arbitrary<RelaxCondition> = fc.oneof(
  fc.record({ agentsAvailable: fc.constantFrom(0, 0, 1, 2) }),
  fc.record({ estimatedWaitAboveMs: fc.constantFrom(0, 0, 10_000) }),
  fc.record({ agentsAvailable: fc.constantFrom(0, 1), estimatedWaitAboveMs: fc.constant(0) }),
);

/** A step does something; where it leads is put right when all queues are known. */
const relaxStepArb: fc.Arbitrary<RelaxStep> = fc.oneof(
  fc.record(
    { afterMs: fc.constant(0), requires: requirementArb, if: conditionArb },
    { requiredKeys: ['afterMs', 'requires'] },
  ),
  fc.record(
    { afterMs: fc.constant(0), headStartMs: fc.constantFrom(5000, 60_000), if: conditionArb },
    { requiredKeys: ['afterMs', 'headStartMs'] },
  ),
  fc.record(
    { afterMs: fc.constant(0), offerCallback: fc.constant(true as const), if: conditionArb },
    { requiredKeys: ['afterMs', 'offerCallback'] },
  ),
);

const overflowArb: fc.Arbitrary<RelaxStep> = fc.record(
  { afterMs: fc.constant(0), overflowTo: fc.constantFrom(...QUEUES), if: conditionArb },
  { requiredKeys: ['afterMs', 'overflowTo'] },
);

/** Up to four steps, soon after each other; the last may lead elsewhere. */
const relaxArb: fc.Arbitrary<RelaxStep[]> = fc
  .tuple(
    fc.array(relaxStepArb, { maxLength: 3 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: overflowArb }),
    fc.array(fc.constantFrom(1, 1000, 3000, 7000, 15_000), { minLength: 4, maxLength: 4 }),
  )
  .map(([steps, overflow, pauses]) => {
    let afterMs = 0;
    return [...steps, ...(overflow === undefined ? [] : [overflow])].map((step, index) => {
      afterMs += pauses[index] ?? 1000;
      return { ...step, afterMs };
    });
  });

/** Steps lead to queues that there are: where they do not, to the last. */
function leadSomewhere(queues: readonly QueuePolicy[]): QueuePolicy[] {
  return queues.map((queue) => {
    const relax = queue.relax?.map((step) => {
      const isThere = queues.some(({ name }) => name === step.overflowTo);
      return step.overflowTo === undefined || isThere ? step : { ...step, overflowTo: 'rest' };
    });
    return relax === undefined ? queue : { ...queue, relax };
  });
}

export const callbackArb: fc.Arbitrary<CallbackPolicy> = fc.record({
  withinMs: fc.constantFrom(86_400_000, 86_400_000, 5000, 60_000),
  attempts: fc.constantFrom(1, 2, 3),
  spacingMs: fc.constantFrom(1, 3000, 10_000, 60_000),
});

function queueArb(name: string, isLast: boolean): fc.Arbitrary<QueuePolicy> {
  const limitsArb = fc.record({
    waiting: fc.constantFrom(50_000, 50_000, 4),
    waitMs: fc.constantFrom(604_800_000, 604_800_000, 604_800_000, 604_800_000, 60_000, 20_000),
  });
  const facts = {
    name: fc.constant(name),
    requires: requirementArb,
    serviceLevel: fc.record({ withinMs: fc.constantFrom(20_000, 0), target: fc.constant(0.8) }),
    clockRate: fc.constantFrom(1, 0, 0.333, 2),
    headStartMs: fc.constantFrom(0, 5000),
    limits: limitsArb,
  };
  const preferences = {
    preferredForMs: fc.constantFrom(0, 0, 10_000, 30_000),
    lastAgent: fc.constantFrom('customer' as const, 'journey' as const),
    preferOwner: fc.boolean(),
  };
  const first = fc.record({
    skill: fc.constantFrom(...SKILLS),
    forMs: fc.constantFrom(1, 3000, 10_000, 10_000, 60_000),
  });
  const all = { ...facts, ...preferences, relax: relaxArb, when: whenArb };
  const needed = Object.keys(facts) as (keyof typeof facts)[];
  const { when: _when, ...unconditional } = all;
  const always: fc.Arbitrary<QueuePolicy> = fc.record(unconditional, { requiredKeys: needed });
  const sometimes: fc.Arbitrary<QueuePolicy> = fc.record(all, { requiredKeys: [...needed, 'when'] });
  const plain = isLast ? fc.oneof({ weight: 9, arbitrary: always }, { weight: 1, arbitrary: sometimes }) : sometimes;
  return fc
    .tuple(
      plain,
      fc.option(gateArb, { freq: 2 }),
      fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: first }),
      fc.constantFrom({}, {}, {}, { fanOut: 2 }, { fanOut: 3 }, { fanOut: 50 }),
      fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: callbackArb }),
    )
    .map(([queue, gate, first, fan, callback]) => ({
      ...queue,
      ...fan,
      ...(gate === null ? {} : { gate }),
      ...(first === null ? {} : { first }),
      ...(callback === null ? {} : { callback }),
    }));
}

export const agentFactsArb: fc.Arbitrary<AgentPolicy> = fc.record({
  name: fc.constantFrom('', 'Ana'),
  skills: skillsArb,
  capacity: fc.constantFrom(100, 100, 99, 60, 59, 1),
  limits: limitsArb,
  mayPull: fc.boolean(),
});

const numbersArb = fc.record({
  value: fc.record({ scale: fc.constantFrom(1000, 3), headStartMs: fc.constantFrom(0, 10_000, 7) }),
  fit: fc.record({
    perLevelMs: fc.constantFrom(0, 3000, 1000),
    affinityMs: fc.constantFrom(0, 30_000, 2000),
    breadthMs: fc.constantFrom(0, 0, 1000, 500),
  }),
  readiness: fc.record({
    idleRate: fc.constantFrom(0, 50, 1000, 1000, 1),
    idleCapMs: fc.constantFrom(600_000, 5000, 0),
    loadMs: fc.constantFrom(0, 10_000, 1),
  }),
  presence: fc
    .tuple(
      fc.record({
        graceMs: fc.constantFrom(10_000, 0, 60_000),
        missesBeforeBusy: fc.constantFrom(1, 0, 0, 2),
        declineCoolDownMs: fc.constantFrom(30_000, 0, 1000),
      }),
      fc.constantFrom({}, {}, {}, {}, {}, { offersPerMinute: 1 }, { offersPerMinute: 2 }, { offersPerMinute: 5 }),
      nowAndThen({ declineReasons: { lunch: { coolDownMs: 2000 }, '': { coolDownMs: 0 } } }, 2),
    )
    .map(([presence, cap, reasons]) => ({ ...presence, ...cap, ...reasons })),
  forgetMs: fc.constantFrom(3_600_000, 30_000),
});

const estimateArb = fc.option(fc.record({ minutes: fc.constantFrom(10, 1, 2), answersMin: fc.constantFrom(1, 1, 2) }), {
  nil: undefined,
});

const explainArb = fc.option(fc.record({ runnersUp: fc.constantFrom(3, 3, 2, 1, 0) }), { nil: undefined });

const segmentsArb: fc.Arbitrary<Record<string, SegmentPolicy>> = fc.record(
  { default: segmentArb, gold: segmentArb, rare: segmentArb },
  { requiredKeys: ['default', 'gold'] },
);

function channelsArb(): fc.Arbitrary<Record<string, ChannelPolicy>> {
  return fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([...CHANNELS]) },
        fc.shuffledSubarray([...CHANNELS], { minLength: 1 }),
      ),
      channelArb,
      channelArb,
      channelArb,
    )
    .map(([names, ...policies]) => {
      const channels: Record<string, ChannelPolicy> = {};
      for (const [index, name] of names.entries()) channels[name] = policies[index] ?? channelPolicy();
      return channels;
    })
    .chain((channels) => blendArb.map((blend) => blended(channels, blend)));
}

/** Which channels yield to which, and which are exclusive; in most policies nothing. */
const blendArb: fc.Arbitrary<Partial<Record<string, Pick<ChannelPolicy, 'yieldsTo' | 'exclusive'>>>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { mail: { yieldsTo: ['voice'] } },
      { mail: { yieldsTo: ['chat', 'voice'] }, chat: { yieldsTo: ['voice'] } },
      { mail: { yieldsTo: ['voice'] }, voice: { yieldsTo: ['mail'] } },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { mail: { exclusive: true } },
      { mail: { exclusive: true, yieldsTo: ['voice'] } },
      { mail: { yieldsTo: ['chat'] }, chat: { exclusive: true } },
    ),
  },
);

/** The channels with what is said of them beside; names that the policy does not have are left out. */
function blended(
  channels: Readonly<Record<string, ChannelPolicy>>,
  blend: Partial<Record<string, Pick<ChannelPolicy, 'yieldsTo' | 'exclusive'>>>,
): Record<string, ChannelPolicy> {
  return Object.fromEntries(
    Object.entries(channels).map(([name, channel]) => {
      const { yieldsTo = [], exclusive = false } = blend[name] ?? {};
      const known = yieldsTo.filter((other) => Object.hasOwn(channels, other));
      const yielding = known.length > 0 ? { yieldsTo: known } : {};
      return [name, { ...channel, ...yielding, ...(exclusive ? { exclusive } : {}) }];
    }),
  );
}

const queuesArb: fc.Arbitrary<QueuePolicy[]> = fc
  .tuple(
    fc.subarray(QUEUES.slice(0, 2)),
    queueArb(QUEUES[0], false),
    queueArb(QUEUES[1], false),
    queueArb(QUEUES[2], true),
  )
  .map(([names, first, second, rest]) => [
    ...[first, second].filter(({ name }) => names.includes(name as 'first')),
    rest,
  ])
  .map(leadSomewhere);

const policyAgentsArb: fc.Arbitrary<Record<string, AgentPolicy>> = fc.dictionary(
  fc.constantFrom(...POLICY_AGENTS),
  agentFactsArb,
  { maxKeys: 2, noNullPrototype: true },
);

type HoursOfQueue = Pick<QueuePolicy, 'hours' | 'closed' | 'contactHours'>;

const closedArb: fc.Arbitrary<ClosedPolicy> = fc.oneof(
  fc.constantFrom<ClosedPolicy>({ then: 'refuse' }, { then: 'schedule' }),
  fc.constantFrom(...QUEUES).map((overflowTo): ClosedPolicy => ({ then: 'overflow', overflowTo })),
);

const hoursOfQueueArb: fc.Arbitrary<HoursOfQueue> = fc.record(
  { hours: fc.constantFrom(...CALENDARS), closed: closedArb, contactHours: fc.constantFrom(...CALENDARS) },
  { requiredKeys: [] },
);

/** Hours for the queues, and the calendars that there are, one of them perhaps missing. */
function withHours(policy: ResolvedPolicy, hours: readonly HoursOfQueue[], names: readonly string[]): ResolvedPolicy {
  const queues = policy.queues.map((queue, index) => ({ ...queue, ...hours[index] }));
  return { ...policy, queues, calendars: Object.fromEntries(names.map((name) => [name, calendarPolicy()])) };
}

const withHoursArb = (policies: fc.Arbitrary<ResolvedPolicy>): fc.Arbitrary<ResolvedPolicy> =>
  fc
    .tuple(policies, fc.array(hoursOfQueueArb, { maxLength: 3 }), fc.subarray([...CALENDARS], { minLength: 1 }))
    .map(([policy, hours, names]) => withHours(policy, hours, names));

const directArb = fc.record(
  {
    direct: fc.record({ holdMs: fc.constantFrom(120_000, 5000, 0), rememberMs: fc.constantFrom(604_800_000, 10_000) }),
  },
  { requiredKeys: [] },
);

/** One without hours. */
const timelessPolicyArb: fc.Arbitrary<ResolvedPolicy> = fc
  .tuple(numbersArb, channelsArb(), segmentsArb, queuesArb, policyAgentsArb, directArb, estimateArb, explainArb)
  .map(([numbers, channels, segments, queues, agents, direct, estimate, explain]) => ({
    ...numbers,
    ...direct,
    channels,
    segments,
    queues,
    agents,
    ...(estimate === undefined ? {} : { estimate }),
    ...(explain === undefined ? {} : { explain }),
  }));

/** A policy whose names and numbers collide. */
export const policyArb: fc.Arbitrary<ResolvedPolicy> = fc.oneof(
  { weight: 3, arbitrary: timelessPolicyArb },
  { weight: 2, arbitrary: withHoursArb(timelessPolicyArb) },
);
