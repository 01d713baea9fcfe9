// Random histories: lists of moves that name their subjects loosely ("the third pending offer"), so that a history stays sensible when
// fast-check takes moves out of it. `resolve` makes a command of a move, given the state as it stands.
import fc from 'fast-check';
import type { Command, ContactChanges, ContactDraft, TransferTarget } from '../../../src/core/commands.ts';
import type { AgentPolicy, ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Customer, Presence } from '../../../src/core/views.ts';
import { agentFactsArb, CHANNELS, policyArb, QUEUES, RESOLVED, requirementArb, SEGMENTS, SKILLS } from './policies.ts';

export const AGENT_IDS = ['a0', 'a1', 'a2', 'a3', 'p0', 'p1'] as const;
export const GATEWAY_IDS = ['g0', 'g1'] as const;
export const CUSTOMERS = ['cy', 'cz'] as const;

/** When a move is made: some time after the last one, or about the next deadline. */
export type Pause = { readonly ms: number } | { readonly deadlinePlusMs: number };

/** Which of the fitting subjects, counted round; `stray` takes any subject at all, fitting or not. */
export interface Pick {
  readonly index: number;
  readonly stray: boolean;
}

/** `inMs`: due so long after the last event; undefined: not said. */
export type ContactFacts = Omit<ContactDraft, 'id' | 'version' | 'dueAt'> & { readonly inMs: number | undefined };

/** Openings by calendar: how long ago they begin, then how long it is closed and open in turn. */
export type Hours = readonly (readonly number[])[];

/** `hold`: the step is made while deadlines wait for a slow journal. */
export type Move = { readonly pause: Pause; readonly hold: boolean } & (
  | {
      readonly kind: 'submit';
      readonly facts: ContactFacts;
      readonly gateway: number;
      readonly again: Pick;
      readonly version: number;
    }
  | { readonly kind: 'update'; readonly pick: Pick; readonly set: ContactChanges; readonly version: number }
  | { readonly kind: 'cancel'; readonly pick: Pick; readonly cause: 'ABANDONED' | 'CANCELLED'; readonly role: number }
  | { readonly kind: 'end' | 'complete'; readonly pick: Pick; readonly role: number; readonly noted: number }
  | {
      readonly kind: 'requeue' | 'transfer';
      readonly pick: Pick;
      readonly role: number;
      readonly to: TransferTarget;
      readonly resetAge: boolean;
      readonly version: number;
    }
  | {
      readonly kind: 'callback' | 'retry';
      readonly pick: Pick;
      readonly role: number;
      readonly noted: number;
      readonly version: number;
    }
  | { readonly kind: 'consult'; readonly pick: Pick; readonly to: TransferTarget; readonly again: boolean }
  | { readonly kind: 'accept' | 'decline'; readonly pick: Pick; readonly repeat: boolean }
  | { readonly kind: 'pull' | 'assign'; readonly pick: Pick; readonly agent: number; readonly fitting: boolean }
  | {
      readonly kind: 'presence';
      readonly agent: number;
      readonly presence: Presence;
      readonly reason: string;
      readonly channels: readonly string[];
      readonly next?: Presence;
    }
  | { readonly kind: 'signIn'; readonly agent: number; readonly channels: readonly string[] }
  | { readonly kind: 'open' | 'close'; readonly agent: number; readonly stray: boolean }
  | { readonly kind: 'openGateway' | 'closeGateway'; readonly gateway: number }
  | { readonly kind: 'putAgent'; readonly agent: number; readonly facts: AgentPolicy; readonly version: number }
  | { readonly kind: 'removeAgent'; readonly agent: number }
  | { readonly kind: 'policy'; readonly policy: ResolvedPolicy; readonly hours?: Hours }
  | { readonly kind: 'hours'; readonly hours: Hours }
  | {
      readonly kind: 'closeQueue';
      readonly queue: number;
      readonly forMs: number;
      readonly reason: string;
      readonly role: number;
    }
  | { readonly kind: 'openQueue'; readonly queue: number }
  | { readonly kind: 'putCustomer'; readonly customer: Customer }
  | { readonly kind: 'removeCustomer'; readonly customerId: string }
  | { readonly kind: 'restart' }
  | { readonly kind: 'stalled'; readonly back: number }
  | { readonly kind: 'tick' }
);

export interface History {
  readonly policy: ResolvedPolicy;
  readonly moves: readonly Move[];
}

const pauseArb: fc.Arbitrary<Pause> = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Pause>({ ms: 0 }) },
  { weight: 50, arbitrary: fc.constantFrom(1, 10, 1000, 3000).map((ms) => ({ ms })) },
  { weight: 4, arbitrary: fc.constantFrom(10_000, 20_000, 30_000).map((ms) => ({ ms })) },
  { weight: 1, arbitrary: fc.constantFrom(300_000, 3_600_000).map((ms) => ({ ms })) },
  { weight: 5, arbitrary: fc.constantFrom(0, 0, -1, 1, 500).map((deadlinePlusMs) => ({ deadlinePlusMs })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(40_000, 40_000, 40_000, 40_000, 4_000_000).map((deadlinePlusMs) => ({ deadlinePlusMs })),
  },
);

const holdArb = fc.nat(24).map((roll) => roll === 24);

const pickArb: fc.Arbitrary<Pick> = fc.record({
  index: fc.nat(9),
  stray: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const hoursArb: fc.Arbitrary<Hours> = fc.array(
  fc.array(fc.constantFrom(1, 1000, 3000, 3000, 20_000, 3_600_000), { minLength: 2, maxLength: 9 }),
  { minLength: 1, maxLength: RESOLVED.length },
);
const agentArb = fc.nat(AGENT_IDS.length - 1);
const gatewayArb = fc.nat(GATEWAY_IDS.length - 1);
const roleArb = fc.nat(3);
const takenChannelsArb = fc.oneof(
  { weight: 4, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.subarray([...CHANNELS], { minLength: 1 }) },
);
const versionArb = fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) });
const prefersArb = fc.array(
  fc.record({ skill: fc.constantFrom(...SKILLS), secondsPerLevel: fc.constantFrom(0, 1, 2.5, 0.000_000_4) }),
  { maxLength: 3 },
);
const attributesArb = fc.constantFrom('', '{"k":1}', '{"k":null}', '{"k":{"z":1},"l":"x"}');

const factsArb: fc.Arbitrary<ContactFacts> = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  direction: fc.constantFrom('INBOUND', 'OUTBOUND'),
  customerId: fc.constantFrom('', '', ...CUSTOMERS),
  journeyId: fc.constantFrom('', 'jy', 'jy', 'jy', 'jz'),
  intent: fc.constantFrom('billing.due', 'sales', ''),
  language: fc.constantFrom('', '', 'es'),
  queue: fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 6, arbitrary: fc.constant('rest') },
    { weight: 1, arbitrary: fc.constantFrom(...QUEUES, 'none') },
  ),
  requires: requirementArb,
  prefers: prefersArb,
  segment: fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: fc.constantFrom(...SEGMENTS) },
    { weight: 1, arbitrary: fc.constant('nobody') },
  ),
  value: fc.constantFrom(0, 1, 500, 5000),
  tier: fc.constantFrom(0, 0, 0, 1, 9),
  headStartMs: fc.constantFrom(0, 0, 1000, 86_400_000),
  preferredAgents: fc.array(fc.constantFrom(...AGENT_IDS, 'nobody'), { maxLength: 3 }),
  preferredForMs: fc.constantFrom(0, 0, 0, 1, 10_000, 60_000),
  attributes: fc.constantFrom('', '{"k":1}'),
  timeZone: fc.constantFrom('', '', 'Asia/Tokyo'),
  inMs: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(-1, 1, 1000, 3000, 20_000, 90_000, 366 * 86_400_000 + 1) },
  ),
});

const changesArb: fc.Arbitrary<ContactChanges> = fc.oneof(
  fc.record(
    {
      requires: requirementArb,
      prefers: prefersArb,
      value: fc.constantFrom(0, 700),
      segment: fc.constantFrom('', 'gold', 'nobody'),
      headStartMs: fc.constantFrom(0, 5000),
      tier: fc.constantFrom(0, 1, 2),
      intent: fc.constantFrom('sales', ''),
      attributes: attributesArb,
    },
    { requiredKeys: [] },
  ),
  fc.record({ attributes: attributesArb, intent: fc.constantFrom('sales', '') }, { requiredKeys: [] }),
);

function moveArb<K extends Move['kind']>(kind: K, facts: fc.Arbitrary<object>): fc.Arbitrary<Move> {
  return fc.tuple(pauseArb, holdArb, facts).map(([pause, hold, rest]) => ({ kind, pause, hold, ...rest }) as Move);
}

const submitArb = fc.record({ facts: factsArb, gateway: gatewayArb, again: pickArb, version: versionArb });

const cancelArb = fc.record({ pick: pickArb, cause: fc.constantFrom('ABANDONED', 'CANCELLED'), role: roleArb });
const handingArb = fc.record({
  pick: pickArb,
  agent: agentArb,
  fitting: fc.nat(5).map((roll) => roll > 0),
});
const signInArb = fc.record({ agent: agentArb, channels: takenChannelsArb });
const putAgentArb = fc.record({ agent: agentArb, facts: agentFactsArb, version: versionArb });

/** Those of CUSTOMERS are the customers of contacts. */
const putCustomerArb = fc.record({
  customer: fc.record({
    id: fc.constantFrom(...CUSTOMERS),
    name: fc.constantFrom('', 'Cy'),
    segment: fc.constantFrom('', '', '', 'gold', 'rare', 'rare', 'nobody'),
    value: fc.constantFrom(0, 0, 0, 0, 800),
    owner: fc.constantFrom('', ...AGENT_IDS, 'nobody'),
    language: fc.constantFrom('', 'es', 'de'),
    timeZone: fc.constantFrom('', 'Asia/Tokyo', 'Europe/Madrid'),
    version: versionArb,
  }),
});

const closeQueueArb = fc.record({
  queue: fc.nat(QUEUES.length),
  forMs: fc.constantFrom(0, 1000, 3000, 20_000, -1),
  reason: fc.constantFrom('', 'fire'),
  role: roleArb,
});
const targetArb: fc.Arbitrary<TransferTarget> = fc.record({
  queue: fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: fc.constantFrom(...QUEUES) },
    { weight: 1, arbitrary: fc.constant('none') },
  ),
  agentId: fc.oneof(
    { weight: 10, arbitrary: fc.constant('') },
    { weight: 10, arbitrary: fc.constantFrom(...AGENT_IDS) },
    { weight: 1, arbitrary: fc.constant('nobody') },
  ),
  requires: requirementArb,
  holdMs: fc.constantFrom(0, 0, 0, 5000),
  consultId: fc.oneof({ weight: 12, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('c1') }),
});
const giveArb = fc.record({
  pick: pickArb,
  role: roleArb,
  to: targetArb,
  resetAge: fc.boolean(),
  version: versionArb,
});

export const hoursMoveArb = moveArb('hours', fc.record({ hours: hoursArb }));
const callArb = fc.record({ pick: pickArb, role: roleArb, noted: fc.nat(2), version: versionArb });
const consultArb = fc.record({
  pick: pickArb,
  to: targetArb,
  again: fc.nat(4).map((roll) => roll === 0),
});

const WEIGHTED: readonly (readonly [weight: number, move: fc.Arbitrary<Move>])[] = [
  [60, moveArb('submit', submitArb)],
  [8, moveArb('update', fc.record({ pick: pickArb, set: changesArb, version: versionArb }))],
  [3, moveArb('cancel', cancelArb)],
  [12, moveArb('end', fc.record({ pick: pickArb, role: roleArb, noted: fc.nat(2) }))],
  [20, moveArb('complete', fc.record({ pick: pickArb, role: roleArb, noted: fc.nat(2) }))],
  [4, moveArb('requeue', giveArb)],
  [12, moveArb('transfer', giveArb)],
  [6, moveArb('callback', callArb)],
  [8, moveArb('retry', callArb)],
  [8, moveArb('consult', consultArb)],
  [40, moveArb('accept', fc.record({ pick: pickArb, repeat: fc.boolean() }))],
  [12, moveArb('decline', fc.record({ pick: pickArb, repeat: fc.boolean() }))],
  [6, moveArb('pull', handingArb)],
  [4, moveArb('assign', handingArb)],
  [
    4,
    moveArb(
      'presence',
      fc.record({
        agent: agentArb,
        presence: fc.constantFrom('AVAILABLE', 'BUSY', 'DRAINING', 'OFFLINE'),
        reason: fc.constantFrom('', 'lunch'),
        channels: takenChannelsArb,
      }),
    ),
  ],
  [
    2,
    moveArb(
      'presence',
      fc.record({
        agent: agentArb,
        presence: fc.constantFrom('DRAINING', 'DRAINING', 'DRAINING', 'DRAINING', 'BUSY'),
        reason: fc.constantFrom('', 'lunch'),
        channels: takenChannelsArb,
        next: fc.constantFrom('BUSY', 'BUSY', 'BUSY', 'OFFLINE', 'AVAILABLE'),
      }),
    ),
  ],
  [24, moveArb('signIn', signInArb)],
  [3, moveArb('open', fc.record({ agent: agentArb, stray: fc.boolean() }))],
  [3, moveArb('close', fc.record({ agent: agentArb, stray: fc.nat(4).map((roll) => roll === 0) }))],
  [1, moveArb('openGateway', fc.record({ gateway: gatewayArb }))],
  [1, moveArb('closeGateway', fc.record({ gateway: gatewayArb }))],
  [5, moveArb('putAgent', putAgentArb)],
  [1, moveArb('removeAgent', fc.record({ agent: agentArb }))],
  [1, moveArb('policy', fc.record({ policy: policyArb, hours: hoursArb }))],
  [6, moveArb('hours', fc.record({ hours: hoursArb }))],
  [1, moveArb('closeQueue', closeQueueArb)],
  [2, moveArb('openQueue', fc.record({ queue: fc.nat(QUEUES.length) }))],
  [6, moveArb('putCustomer', putCustomerArb)],
  [1, moveArb('removeCustomer', fc.record({ customerId: fc.constantFrom(...CUSTOMERS) }))],
  [1, moveArb('restart', fc.constant({}))],
  [1, moveArb('stalled', fc.record({ back: fc.constantFrom(0, 5, 100) }))],
  [4, moveArb('tick', fc.constant({}))],
];

const COMINGS_AND_GOINGS = [
  moveArb('openGateway', fc.record({ gateway: gatewayArb })),
  moveArb('closeGateway', fc.record({ gateway: gatewayArb })),
  moveArb('removeAgent', fc.record({ agent: agentArb })),
  moveArb('close', fc.record({ agent: agentArb, stray: fc.constant(false) })),
];

/** Moves that keep a crowd moving. */
const ANSWERING = [
  { weight: 8, arbitrary: moveArb('accept', fc.record({ pick: pickArb, repeat: fc.boolean() })) },
  { weight: 4, arbitrary: moveArb('decline', fc.record({ pick: pickArb, repeat: fc.boolean() })) },
  { weight: 8, arbitrary: moveArb('complete', fc.record({ pick: pickArb, role: roleArb, noted: fc.nat(2) })) },
  { weight: 5, arbitrary: moveArb('transfer', giveArb) },
  { weight: 3, arbitrary: moveArb('consult', consultArb) },
  { weight: 2, arbitrary: moveArb('tick', fc.constant({})) },
  { weight: 2, arbitrary: moveArb('putAgent', putAgentArb) },
  { weight: 2, arbitrary: fc.oneof(...WEIGHTED.map(([weight, arbitrary]) => ({ weight, arbitrary }))) },
];

const anyMoveArb = fc.oneof(...WEIGHTED.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** What is known of customers from the start. */
const profilesArb = fc.array(moveArb('putCustomer', putCustomerArb), { maxLength: 3 });

/** Some agents at work, then anything. */
export const historyArb: fc.Arbitrary<History> = fc
  .record({
    policy: policyArb,
    staff: fc.array(fc.tuple(agentFactsArb, takenChannelsArb), { minLength: 1, maxLength: 5 }),
    profiles: profilesArb,
    moves: fc.array(anyMoveArb, { maxLength: 120, size: 'max' }),
  })
  .map(({ policy, staff, profiles, moves }) => ({ policy, moves: [...staff.flatMap(hire), ...profiles, ...moves] }));

/** Many in line before anybody works; then all at once, and a while of answers. */
export const crowdArb: fc.Arbitrary<History> = fc
  .record({
    policy: policyArb,
    crowd: fc.array(moveArb('submit', submitArb), { minLength: 10, maxLength: 40 }),
    staff: fc.array(fc.tuple(agentFactsArb, takenChannelsArb), { minLength: 2, maxLength: 6 }),
    together: fc.boolean(),
    moves: fc.array(fc.oneof(...ANSWERING), { maxLength: 60, size: 'max' }),
  })
  .map(({ policy, crowd, staff, together, moves }) => {
    const arrivals = crowd.map((move, index): Move => ({ ...move, pause: { ms: index % 3 } }));
    const hired = staff.flatMap(hire);
    const away = { ...policy, channels: atNoLimit(policy) };
    const opening: Move[] = [{ kind: 'policy', pause: { ms: 1000 }, hold: false, policy }];
    const early = [...hired, ...arrivals, ...opening];
    return { policy: together ? away : policy, moves: [...(together ? early : [...arrivals, ...hired]), ...moves] };
  });

/** Policies that come and go and come back, agents and gateways that do not stay, contacts that do not last. */
export const restlessArb: fc.Arbitrary<History> = fc
  .tuple(policyArb, policyArb, fc.constantFrom(...CHANNELS))
  .map(variants)
  .chain((policies) =>
    fc.record({
      policy: fc.constantFrom(...policies),
      staff: fc.array(fc.tuple(agentFactsArb, takenChannelsArb), { minLength: 1, maxLength: 3 }),
      profiles: profilesArb,
      moves: fc.array(
        fc.oneof(
          { weight: 12, arbitrary: moveArb('policy', fc.record({ policy: fc.constantFrom(...policies) })) },
          { weight: 20, arbitrary: moveArb('cancel', cancelArb) },
          { weight: 4, arbitrary: moveArb('putAgent', putAgentArb) },
          { weight: 1, arbitrary: moveArb('restart', fc.constant({})) },
          { weight: 15, arbitrary: moveArb('signIn', signInArb) },
          { weight: 4, arbitrary: fc.oneof(...COMINGS_AND_GOINGS) },
          { weight: 70, arbitrary: anyMoveArb },
        ),
        { maxLength: 80, size: 'max' },
      ),
    }),
  )
  .map(({ policy, staff, profiles, moves }) => ({ policy, moves: [...staff.flatMap(hire), ...profiles, ...moves] }));

/** A policy; with one channel fewer; with another's numbers for its channels; and another one. */
function variants([policy, other, dropped]: [ResolvedPolicy, ResolvedPolicy, string]): ResolvedPolicy[] {
  const { [dropped]: _, ...fewer } = policy.channels;
  const channels = Object.keys(fewer).length === 0 ? policy.channels : fewer;
  return [policy, { ...policy, channels }, { ...policy, channels: { ...policy.channels, ...other.channels } }, other];
}

/** The policy's channels, none of which anybody may be offered: a later policy opens them all in one step. */
function atNoLimit({ channels }: ResolvedPolicy): ResolvedPolicy['channels'] {
  return Object.fromEntries(Object.entries(channels).map(([name, channel]) => [name, { ...channel, cost: 1_000_000 }]));
}

function hire([facts, channels]: [AgentPolicy, string[]], agent: number): Move[] {
  const [pause, hold] = [{ ms: 0 }, false];
  return [
    { kind: 'putAgent', pause, hold, agent, facts, version: 0 },
    { kind: 'signIn', pause, hold, agent, channels },
    { kind: 'signIn', pause, hold, agent, channels },
  ];
}

/** A command that says nothing but the time. */
export const TICK: Command = { type: 'tick' };
