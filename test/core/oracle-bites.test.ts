// Does the comparison notice? Each rule below is SPEC's with one decision wrong; the histories that find core and oracle equal must find the core
// and the wrong oracle different, within the quick run. What no history here can tell apart is not tested by them.
import fc from 'fast-check';
import t from 'tap';
import {
  channelOf,
  heldBeside,
  heldBy,
  loadOf,
  type OracleState,
  pendingOffers,
  policyOf,
  sumOfCosts,
} from './oracle/model.ts';
import { historyArb, restlessArb } from './oracle/moves.ts';
import { outboundArb } from './oracle/outbound-moves.ts';
import { eligibilityOf, isHeld, limitOf, meets, meetsAlternative, type RuleParts, theRule } from './oracle/rank.ts';
import { runHistory } from './oracle/run-history.ts';
import { runs } from './oracle/runs.ts';

const FILE = 'test/core/oracle-bites.test.ts';
const HISTORIES = 400;

const { fitUs, urgencyUs, readinessUs, isEligible, goesBefore, withProfile, ownerIn } = theRule;

const WRONG: Readonly<Record<string, Partial<RuleParts>>> = {
  'tier forgotten': {
    goesBefore: (left, right) =>
      goesBefore(
        { ...left, contact: { ...left.contact, tier: 0 } },
        { ...right, contact: { ...right.contact, tier: 0 } },
      ),
  },
  'ties: the later contact first': {
    goesBefore: (left, right) => {
      const isTie = !goesBefore(swapped(left, right), right) && !goesBefore(right, swapped(left, right));
      return isTie && left.contact !== right.contact ? !goesBefore(left, right) : goesBefore(left, right);
    },
  },
  'ties: the agent who is ready last first': {
    goesBefore: (left, right) => {
      const isTie = left.contact === right.contact && totalUs(left) === totalUs(right);
      return isTie ? left.agent.readyOrdinal > right.agent.readyOrdinal : goesBefore(left, right);
    },
  },
  'affinity ignored': {
    fitUs: (policy, contact, agent) => fitUs(policy, { ...contact, preferredAgents: [] }, agent),
  },
  'preferred skills ignored': {
    fitUs: (policy, contact, agent) => fitUs(policy, { ...contact, prefers: [] }, agent),
  },
  'breadth ignored': {
    fitUs: (policy, contact, agent) => fitUs({ ...policy, fit: { ...policy.fit, breadthMs: 0 } }, contact, agent),
  },
  'required levels worth nothing': {
    fitUs: (policy, contact, agent) => fitUs({ ...policy, fit: { ...policy.fit, perLevelMs: 0 } }, contact, agent),
  },
  'the first satisfied alternative instead of the best': {
    fitUs: (policy, contact, agent) => {
      const first = contact.requirement.find((alternative) => meetsAlternative(agent.skills, alternative));
      return fitUs(policy, { ...contact, requirement: first === undefined ? [] : [first] }, agent);
    },
  },
  'clock rate ignored': { urgencyUs: (contact, now) => urgencyUs({ ...contact, clockRate: 1000 }, now) },
  'head starts ignored': { urgencyUs: (contact, now) => urgencyUs({ ...contact, headStartUs: 0 }, now) },
  'age counted from the last enqueuing': {
    urgencyUs: (contact, now) => urgencyUs({ ...contact, agedFrom: contact.enqueuedAt }, now),
  },
  'load part dropped': {
    readinessUs: (state, agent, now, channel) => readinessUs({ ...state, contacts: [] }, agent, now, channel),
  },
  'capacity left out of the load part': {
    readinessUs: (state, agent, now, channel) => readinessUs(state, { ...agent, capacity: 100 }, now, channel),
  },
  'idle part dropped': {
    readinessUs: (state, agent, _now, channel) => readinessUs(state, agent, agent.readySince, channel),
  },
  'idle cap forgotten': {
    readinessUs: (state, agent, now, channel) => {
      const policy = policyOf(state);
      const readiness = { ...policy.readiness, idleCapMs: Number.MAX_SAFE_INTEGER };
      return readinessUs({ ...state, policy: { ...policy, readiness } }, agent, now, channel);
    },
  },
  'cool-down forgotten': {
    isEligible: (state, contact, agent) => isEligible(state, { ...contact, coolDowns: [] }, agent),
  },
  'gates left open': {
    isEligible: (state, contact, agent) => {
      const policy = policyOf(state);
      const queues = policy.queues.map(({ gate: _gate, ...queue }) => queue);
      return isEligible({ ...state, policy: { ...policy, queues } }, contact, agent);
    },
  },
  'paces forgotten': {
    isEligible: (state, contact, agent) => isEligible({ ...state, paces: {} }, contact, agent),
  },
  'service levels of gates forgotten': {
    isEligible: (state, contact, agent) => isEligible({ ...state, flows: [] }, contact, agent),
  },
  'preferred agents do not hold': {
    isEligible: (state, contact, agent) => isEligible(state, { ...contact, preferredUntil: 0 }, agent),
  },
  'who cools down with it holds': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) &&
      (contact.preferredAgents.includes(agent.id) || !isHeld(state, { ...contact, coolDowns: [] })),
  },
  'channels that the agent takes forgotten': {
    isEligible: (state, contact, agent) => isEligible(state, contact, { ...agent, channels: [] }),
  },
  'session forgotten': {
    isEligible: (state, contact, agent) => isEligible(state, contact, { ...agent, sessionId: 's' }),
  },
  'DRAINING takes offers': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent.presence === 'DRAINING' ? { ...agent, presence: 'AVAILABLE' } : agent),
  },
  'requirement forgotten': {
    isEligible: (state, contact, agent) => isEligible(state, { ...contact, requirement: [] }, agent),
  },
  'the contact’s own requirement alone': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) ||
      (isEligible(state, { ...contact, requirement: [] }, agent) && meets(agent.skills, contact.requires)),
  },
  'a relaxed requirement forgotten': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) && meets(agent.skills, contact.requirement),
  },
  'fit by the relaxed requirement': {
    fitUs: (policy, contact, agent) => fitUs(policy, { ...contact, requirement: eligibilityOf(contact) }, agent),
  },
  'skills to be without forgotten': {
    isEligible: (state, contact, agent) => {
      const requirement = eligibilityOf(contact).map(({ all }) => ({ all }));
      const { relaxation: _relaxation, ...asked } = { ...contact, requirement };
      return isEligible(state, asked, agent);
    },
  },
  'nobody first': {
    isEligible: (state, contact, agent) => {
      const { stage, ...open } = contact;
      return isEligible(state, stage?.handedOverBy === '' ? open : contact, agent);
    },
  },
  'handed over to anybody': {
    isEligible: (state, contact, agent) => {
      const { stage, ...open } = contact;
      return isEligible(state, (stage?.handedOverBy ?? '') === '' ? contact : open, agent);
    },
  },
  'one more than the limit': {
    isEligible: (state, contact, agent) => {
      const limits = { ...agent.limits, [contact.channel]: limitOf(state, agent, contact.channel) + 1 };
      return isEligible(state, contact, { ...agent, limits });
    },
  },
  'nothing yields': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) &&
      loadOf(state, agent.id) + channelOf(state, contact.channel).cost <= agent.capacity,
  },
  'what yields counts as load': {
    readinessUs: (state, agent, now, channel) => {
      const { loadMs } = policyOf(state).readiness;
      const yielded = loadOf(state, agent.id) - sumOfCosts(heldBeside(state, agent.id, channel));
      const all = readinessUs(state, agent, now, channel);
      return yielded === 0 ? all : all - Math.round((loadMs * 1000 * yielded) / agent.capacity);
    },
  },
  'exclusive forgotten': {
    isEligible: (state, contact, agent) => isEligible(withoutExclusive(state), contact, agent),
  },
  'full at capacity': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) &&
      loadOf(state, agent.id) + channelOf(state, contact.channel).cost < agent.capacity,
  },
  'wrap-up holds no room': {
    isEligible: (state, contact, agent) => {
      const contacts = state.contacts.filter((other) => other.state !== 'WRAP_UP');
      return isEligible({ ...state, contacts }, contact, agent);
    },
  },
  'profiles forgotten': { withProfile: (_state, draft) => draft },
  'the profile wins over what was given': {
    withProfile: (state, draft) => withProfile(state, { ...draft, segment: '', value: 0 }),
  },
  'the segment of a profile even where the policy has dropped it': {
    withProfile: (state, draft) => {
      const profile = state.customers.find(({ id }) => id === draft.customerId);
      return { ...withProfile(state, draft), segment: draft.segment || (profile?.segment ?? '') };
    },
  },
  'owners forgotten': { ownerIn: () => undefined },
  'owners in every queue': {
    ownerIn: (state, queue, draft) => {
      const policy = policyOf(state);
      const queues = policy.queues.map((one) => ({ ...one, preferOwner: true }));
      return ownerIn({ ...state, policy: { ...policy, queues } }, queue, draft);
    },
  },
  'owners who have left': {
    ownerIn: (state, queue, draft) =>
      ownerIn(state, queue, draft) ?? (state.customers.find(({ id }) => id === draft.customerId)?.owner || undefined),
  },
  '[FAN2] rank alone, whoever has had a first offer': {
    goesBefore: (left, right) => goesBefore(asIfWaiting(left), asIfWaiting(right)),
  },
  '[FAN2] second offers first': {
    goesBefore: (left, right) => {
      const isMore = pendingOffers(left.contact).length - pendingOffers(right.contact).length;
      return isMore === 0 ? goesBefore(left, right) : isMore > 0;
    },
  },
  '[FAN1] one agent at a time': {
    isEligible: (state, contact, agent) => contact.state === 'QUEUED' && isEligible(state, contact, agent),
  },
  '[FAN1] one agent more than the fan-out': {
    isEligible: (state, contact, agent) => {
      const policy = policyOf(state);
      const queues = policy.queues.map(({ fanOut = 1, ...queue }) => ({
        ...queue,
        fanOut: fanOut === 1 ? 1 : fanOut + 1,
      }));
      return isEligible({ ...state, policy: { ...policy, queues } }, contact, agent);
    },
  },
  '[FAN6] the pace holds further offers back': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) &&
      (contact.state === 'QUEUED' || state.now >= (state.paces[contact.queue] ?? 0)),
  },
  'one pending offer an agent': {
    isEligible: (state, contact, agent) =>
      isEligible(state, contact, agent) && !heldBy(state, agent.id).some((held) => held.state === 'OFFERED'),
  },
};

/** Wrong about customers who are called, in histories that are full of them. */
const WRONG_OF_CALLED: Readonly<Record<string, Partial<RuleParts>>> = {
  'a callback ages from when it was asked for': {
    urgencyUs: (contact, now) =>
      urgencyUs(contact.callbackAt > 0 ? { ...contact, agedFrom: contact.callbackAt } : contact, now),
  },
  'who comes back from outside of the window begins anew': {
    urgencyUs: (contact, now) =>
      urgencyUs(contact.dueAt > 0 ? { ...contact, agedFrom: contact.enqueuedAt } : contact, now),
  },
  'who was not reached is offered to nobody': {
    isEligible: (state, contact, agent) => isEligible(state, contact, agent) && contact.attempts === 0,
  },
};

type Pair = Parameters<RuleParts['goesBefore']>[0];

function totalUs(pair: Pair): number {
  return pair.urgencyUs + pair.fitUs + pair.readinessUs;
}

/** The pair of a contact that nobody has an offer of. */
function asIfWaiting(pair: Pair): Pair {
  return { ...pair, contact: { ...pair.contact, state: 'QUEUED' } };
}

/** The left pair with the arrival and readiness of the right one: what is left is tier and rank. */
function swapped(left: Pair, right: Pair): Pair {
  const contact = { ...left.contact, ordinal: right.contact.ordinal };
  return { ...left, contact, agent: { ...left.agent, readyOrdinal: right.agent.readyOrdinal } };
}

/** The same with no channel exclusive. */
function withoutExclusive(state: OracleState): OracleState {
  const policy = policyOf(state);
  const channels = Object.entries(policy.channels).map(([name, channel]) => [name, { ...channel, exclusive: false }]);
  return { ...state, policy: { ...policy, channels: Object.fromEntries(channels) } };
}

/** Policies that come and go, some without the segment that all profiles name. */
const droppedSegments = restlessArb.map(({ policy, moves }) => ({
  policy,
  moves: moves.map((move) =>
    move.kind === 'putCustomer' ? { ...move, customer: { ...move.customer, segment: 'rare' } } : move,
  ),
}));

const PLANTED = [
  ...Object.entries(WRONG).map(
    ([name, parts]) =>
      [name, parts, name.startsWith('the segment of a profile') ? droppedSegments : historyArb] as const,
  ),
  ...Object.entries(WRONG_OF_CALLED).map((wrong) => [...wrong, outboundArb] as const),
];

for (const [name, parts, histories] of PLANTED) {
  t.test(`[RANK1] caught: ${name}`, async (t) => {
    const rule = { ...theRule, ...parts };
    const property = fc.property(histories, (history) => {
      runHistory(history, { shadowFrom: 1000, everyBoundary: false, rule });
    });
    const { failed, numRuns } = fc.check(property, { ...runs(t, FILE, HISTORIES, HISTORIES), endOnFailure: true });
    t.ok(failed, `different after ${numRuns} histories`);
  });
}
