// The schema and the core's types have the same fields: the compiler holds these lists against the types (none missing, none too many),
// the test holds them against the schema.
import t from 'tap';
import type { AgentDraft, ContactChanges, ContactDraft } from '../../src/core/commands.ts';
import type { CoreEvent, Relaxation, RunnerUp } from '../../src/core/events.ts';
import type {
  AgentInTheWay,
  ExplainedOffer,
  ExplainedRunnerUp,
  ExplainedWait,
  Explanation,
  HeldContact,
  MissingCount,
  NextRelaxation,
  ObstacleCount,
  RankPart,
} from '../../src/core/explanation.ts';
import { type Refusal, refusalReasons, revocationReasons } from '../../src/core/refusal.ts';
import type { Alternative, Preference, SkillNeed } from '../../src/core/requirement.ts';
import type { CoolDownRecord, LineSlotRecord, OfferReasonsRecord, StateRecord } from '../../src/core/state-records.ts';
import type { AgentView, ContactView, Disposition, OfferView, QueueView, RankView } from '../../src/core/views.ts';
import type { Feed, OfferRevoked, OkBody, RequestBodies, Verb, Welcome, WireTypes } from '../../src/wire/messages.ts';
import { messageNamed } from '../../src/wire/schema.ts';

type EventOf<T extends CoreEvent['type']> = Omit<Extract<CoreEvent, { type: T }>, 'type'>;
type RecordOf<K extends StateRecord['kind']> = Omit<Extract<StateRecord, { kind: K }>, 'kind'>;

/** Takes the names of all fields of the type; a name too many or too few does not compile. */
function allFields<T>() {
  return <const N extends readonly (keyof T)[]>(
    ...names: Exclude<keyof T, N[number]> extends never ? N : readonly ['missing', Exclude<keyof T, N[number]>]
  ): readonly string[] => names as readonly string[];
}

const EVENTS: Readonly<Record<CoreEvent['type'], readonly string[]>> = {
  contactSubmitted: allFields<EventOf<'contactSubmitted'>>()(
    'contactId',
    'gatewayId',
    'hash',
    'channel',
    'direction',
    'customerId',
    'journeyId',
    'intent',
    'language',
    'requires',
    'prefers',
    'value',
    'tier',
    'headStartMs',
    'preferredAgents',
    'attributes',
    'queue',
    'segment',
    'requirement',
    'clockRate',
    'headStartUs',
    'waitUntil',
  ),
  contactUpdated: allFields<EventOf<'contactUpdated'>>()(
    'contactId',
    'requires',
    'prefers',
    'value',
    'tier',
    'headStartMs',
    'intent',
    'attributes',
    'queue',
    'segment',
    'requirement',
    'clockRate',
    'headStartUs',
    'waitUntil',
    'relaxation',
  ),
  contactClassified: allFields<EventOf<'contactClassified'>>()(
    'contactId',
    'queue',
    'segment',
    'requirement',
    'clockRate',
    'headStartUs',
    'waitUntil',
    'relaxation',
  ),
  contactRelaxed: allFields<EventOf<'contactRelaxed'>>()(
    'contactId',
    'step',
    'from',
    'queue',
    'segment',
    'requirement',
    'clockRate',
    'headStartUs',
    'waitUntil',
    'relaxation',
  ),
  relaxationsTested: allFields<EventOf<'relaxationsTested'>>()('contactIds'),
  offerMade: allFields<EventOf<'offerMade'>>()(
    'contactId',
    'agentId',
    'expiresAt',
    'deadline',
    'cost',
    'urgencyUs',
    'fitUs',
    'readinessUs',
    'runnersUp',
    'idleUs',
  ),
  offerAccepted: allFields<EventOf<'offerAccepted'>>()('contactId', 'agentId', 'assignedUntil'),
  offerDeclined: allFields<EventOf<'offerDeclined'>>()('contactId', 'agentId', 'reason', 'coolDownUntil'),
  offerMissed: allFields<EventOf<'offerMissed'>>()('contactId', 'agentId', 'coolDownUntil'),
  offerRevoked: allFields<EventOf<'offerRevoked'>>()('contactId', 'agentId', 'reason'),
  coolDownEnded: allFields<EventOf<'coolDownEnded'>>()('contactId', 'agentId'),
  contactEnded: allFields<EventOf<'contactEnded'>>()('contactId', 'agentId', 'cause', 'wrapUpUntil', 'disposition'),
  contactClosed: allFields<EventOf<'contactClosed'>>()('contactId', 'state', 'cause', 'endedNow', 'disposition'),
  contactRequeued: allFields<EventOf<'contactRequeued'>>()('contactId', 'agentId', 'cause', 'agedFrom', 'waitUntil'),
  dispositionSet: allFields<EventOf<'dispositionSet'>>()('contactId', 'disposition'),
  tombstonesForgotten: allFields<EventOf<'tombstonesForgotten'>>()('closedThrough'),
  agentPut: allFields<EventOf<'agentPut'>>()('agentId', 'name', 'skills', 'capacity', 'limits', 'ofPolicy'),
  agentRemoved: allFields<EventOf<'agentRemoved'>>()('agentId'),
  presenceSet: allFields<EventOf<'presenceSet'>>()(
    'agentId',
    'presence',
    'reason',
    'channels',
    'cause',
    'next',
    'nextReason',
  ),
  sessionOpened: allFields<EventOf<'sessionOpened'>>()('role', 'subjectId', 'sessionId'),
  sessionLost: allFields<EventOf<'sessionLost'>>()('role', 'subjectId', 'sessionId', 'graceUntil'),
  policySet: allFields<EventOf<'policySet'>>()('resolved', 'source', 'fileHash', 'by', 'changes'),
  restarted: allFields<EventOf<'restarted'>>()('graceUntil'),
};

const RECORDS: Readonly<Record<StateRecord['kind'], readonly string[]>> = {
  header: allFields<RecordOf<'header'>>()(
    'seq',
    'at',
    'epoch',
    'lastOrdinal',
    'lastReadyOrdinal',
    'policy',
    'policySource',
    'policyFileHash',
    'graceFloor',
    'relaxTestedAt',
  ),
  queueFlow: allFields<RecordOf<'queueFlow'>>()(
    'queue',
    'slot',
    'answered',
    'answeredWithin',
    'abandoned',
    'paceUntil',
    'lineSince',
    'lined',
  ),
  agent: allFields<RecordOf<'agent'>>()(
    'id',
    'ordinal',
    'name',
    'skills',
    'capacity',
    'limits',
    'ofPolicy',
    'presence',
    'reason',
    'channels',
    'sessionId',
    'graceUntil',
    'readySince',
    'readyOrdinal',
    'missesInRow',
    'version',
    'answers',
    'next',
    'nextReason',
  ),
  gateway: allFields<RecordOf<'gateway'>>()('id', 'ordinal', 'sessionIds', 'lostAt', 'forgottenSeq'),
  contact: allFields<RecordOf<'contact'>>()(
    'id',
    'ordinal',
    'gatewayId',
    'hash',
    'channel',
    'direction',
    'customerId',
    'journeyId',
    'intent',
    'language',
    'requires',
    'prefers',
    'value',
    'tier',
    'headStartMs',
    'preferredAgents',
    'attributes',
    'queue',
    'segment',
    'requirement',
    'clockRate',
    'headStartUs',
    'waitUntil',
    'state',
    'submittedAt',
    'enqueuedAt',
    'agedFrom',
    'offeredAt',
    'assignedAt',
    'endedAt',
    'agentId',
    'offerSeq',
    'offerExpiresAt',
    'offerDeadline',
    'cost',
    'urgencyUs',
    'fitUs',
    'readinessUs',
    'assignedUntil',
    'wrapUpUntil',
    'agentLostUntil',
    'coolDowns',
    'disposition',
    'changeSeq',
    'version',
    'relaxation',
    'fromLine',
    'reasons',
  ),
  tombstone: allFields<RecordOf<'tombstone'>>()(
    'contactId',
    'ordinal',
    'gatewayId',
    'agentId',
    'channel',
    'queue',
    'hash',
    'state',
    'seq',
    'closedAt',
    'version',
    'awaitsDisposition',
  ),
};

const VIEWS = {
  Contact: allFields<ContactView>()(
    'id',
    'channel',
    'direction',
    'gatewayId',
    'customerId',
    'journeyId',
    'intent',
    'language',
    'queue',
    'requires',
    'prefers',
    'segment',
    'value',
    'tier',
    'headStartMs',
    'preferredAgents',
    'attributes',
    'state',
    'agentId',
    'submittedAt',
    'enqueuedAt',
    'agedFrom',
    'offeredAt',
    'assignedAt',
    'endedAt',
    'closedAt',
    'position',
    'relaxedSteps',
    'estimatedWaitMs',
    'disposition',
    'version',
  ),
  Agent: allFields<AgentView>()(
    'id',
    'name',
    'skills',
    'capacity',
    'limits',
    'presence',
    'reason',
    'channels',
    'load',
    'contacts',
    'version',
    'connected',
    'next',
    'nextReason',
  ),
  Offer: allFields<OfferView>()('id', 'contact', 'expiresAt', 'rank'),
  Rank: allFields<RankView>()('total', 'urgency', 'fit', 'readiness'),
  Queue: allFields<QueueView>()(
    'name',
    'waiting',
    'oldestWaitMs',
    'gate',
    'offered',
    'assigned',
    'wrapUp',
    'agentsAvailable',
    'agentsEligible',
    'serviceLevel',
    'answered',
    'abandoned',
    'estimatedWaitMs',
  ),
  Explanation: allFields<Explanation>()('contactId', 'state', 'asOf', 'offer', 'waiting'),
  ExplainedOffer: allFields<ExplainedOffer>()(
    'offerId',
    'agentId',
    'offeredAt',
    'rank',
    'parts',
    'approximate',
    'runnersUp',
  ),
  RankPart: allFields<RankPart>()('of', 'what', 'skill', 'seconds', 'policyPath', 'how'),
  ExplainedRunnerUp: allFields<ExplainedRunnerUp>()('agentId', 'rank', 'behind', 'why'),
  ExplainedWait: allFields<ExplainedWait>()(
    'queue',
    'position',
    'estimatedWaitMs',
    'agedFrom',
    'enqueuedAt',
    'waitUntil',
    'requires',
    'obstacles',
    'agents',
    'missing',
    'partial',
    'gate',
    'relaxations',
  ),
  AgentInTheWay: allFields<AgentInTheWay>()('agentId', 'obstacle', 'reason', 'until', 'holds'),
  HeldContact: allFields<HeldContact>()('contactId', 'channel', 'state', 'since', 'until'),
  ObstacleCount: allFields<ObstacleCount>()('obstacle', 'agents'),
  NextRelaxation: allFields<NextRelaxation>()('step', 'at', 'pending', 'when', 'requires', 'headStartMs', 'overflowTo'),
  MissingCount: allFields<MissingCount>()('missing', 'agents'),
  Disposition: allFields<Disposition>()('reasons', 'outcome', 'notes', 'attributes'),
  Alternative: allFields<Alternative>()('all', 'without'),
  SkillNeed: allFields<SkillNeed>()('skill', 'level'),
  Preference: allFields<Preference>()('skill', 'secondsPerLevel'),
  Error: allFields<Refusal>()('code', 'reason', 'message', 'path', 'retryAfterMs'),
  Ok: allFields<OkBody>()('contact', 'agent', 'contacts', 'agents', 'queues', 'explanation', 'changes', 'seq', 'next'),
  Welcome: allFields<Welcome>()('sessionId', 'serverTime', 'role', 'agent', 'offers', 'contacts'),
  OfferRevoked: allFields<OfferRevoked>()('offerId', 'contactId', 'reason'),
  Feed: allFields<Feed>()('queues', 'agents'),
  Relaxation: allFields<Relaxation>()('applied', 'reached', 'grantedUs', 'eligibility'),
  CoolDownRecord: allFields<CoolDownRecord>()('agentId', 'until'),
  OfferReasonsRecord: allFields<OfferReasonsRecord>()('runnersUp', 'idleUs'),
  RunnerUp: allFields<RunnerUp>()('agentId', 'fitUs', 'readinessUs'),
  LineSlotRecord: allFields<LineSlotRecord>()('minute', 'linedMs', 'answered', 'ringMs', 'left'),
};

const REQUESTS = {
  Contact: allFields<ContactDraft>()(
    'id',
    'channel',
    'direction',
    'customerId',
    'journeyId',
    'intent',
    'language',
    'queue',
    'requires',
    'prefers',
    'segment',
    'value',
    'tier',
    'headStartMs',
    'preferredAgents',
    'attributes',
    'version',
  ),
  Agent: allFields<AgentDraft>()('id', 'name', 'skills', 'capacity', 'limits', 'version'),
  // `clear` is carried out by the decoder.
  ContactChanges: [
    ...allFields<ContactChanges>()(
      'attributes',
      'requires',
      'prefers',
      'value',
      'segment',
      'intent',
      'headStartMs',
      'tier',
    ),
    'clear',
  ],
  PatchContact: allFields<WireTypes['PatchContact']>()('set', 'version'),
  ContactsQuery: allFields<WireTypes['ContactsQuery']>()('state', 'gateway', 'open', 'after', 'limit'),
  AgentsQuery: allFields<WireTypes['AgentsQuery']>()('after', 'limit'),
  CancelQuery: allFields<WireTypes['CancelQuery']>()('cause', 'version'),
};

const VERBS: Readonly<Record<Verb, readonly string[]>> = {
  submit: allFields<RequestBodies['submit']>()('contact'),
  update: allFields<RequestBodies['update']>()('contactId', 'set', 'version'),
  cancel: allFields<RequestBodies['cancel']>()('contactId', 'cause', 'version'),
  end: allFields<RequestBodies['end']>()('contactId', 'disposition', 'version'),
  get: allFields<RequestBodies['get']>()('contactId'),
  explain: allFields<RequestBodies['explain']>()('contactId'),
  list: allFields<RequestBodies['list']>()('open', 'afterId', 'limit'),
  subscribe: allFields<RequestBodies['subscribe']>()('sinceSeq'),
  setPresence: allFields<RequestBodies['setPresence']>()('presence', 'reason', 'channels', 'agentId', 'next'),
  accept: allFields<RequestBodies['accept']>()('offerId'),
  decline: allFields<RequestBodies['decline']>()('offerId', 'reason'),
  complete: allFields<RequestBodies['complete']>()('contactId', 'disposition', 'version'),
  watch: allFields<RequestBodies['watch']>()('queues', 'agents', 'everyMs'),
  authenticate: allFields<RequestBodies['authenticate']>()('token'),
};

function fieldNames(messageName: string): string[] {
  return messageNamed(messageName).fields.map((field) => field.name);
}

function wantedNames(messageName: string): string[] {
  const { fields } = messageNamed(messageName);
  return fields.filter((field) => !field.options.outputOnly).map((field) => field.name);
}

t.test('every event of the core is an arm of Event, with the same fields', async (t) => {
  const arms = messageNamed('Event').fields.filter((field) => field.kind === 'message');
  t.same(arms.map((arm) => arm.name).sort(), Object.keys(EVENTS).sort());
  for (const arm of arms) {
    t.same(fieldNames(arm.message.name).sort(), [...(EVENTS[arm.name as CoreEvent['type']] ?? [])].sort(), arm.name);
  }
});

t.test('every record of the state is an arm of StateRecord, with the same fields', async (t) => {
  const arms = messageNamed('StateRecord').fields.filter((field) => field.kind === 'message');
  t.same(arms.map((arm) => arm.name).sort(), Object.keys(RECORDS).sort());
  for (const arm of arms) {
    t.same(fieldNames(arm.message.name).sort(), [...(RECORDS[arm.name as StateRecord['kind']] ?? [])].sort(), arm.name);
  }
});

t.test('views, answers and pushes have the fields of their messages', async (t) => {
  for (const [name, fields] of Object.entries(VIEWS)) t.same(fieldNames(name).sort(), [...fields].sort(), name);
});

t.test('requests have the fields of their messages that are not output-only', async (t) => {
  for (const [name, fields] of Object.entries(REQUESTS)) t.same(wantedNames(name).sort(), [...fields].sort(), name);
  for (const [verb, fields] of Object.entries(VERBS)) {
    const arm = messageNamed('Request').fieldByName.get(verb);
    t.ok(arm?.kind === 'message', verb);
    if (arm?.kind === 'message') t.same(wantedNames(arm.message.name).sort(), [...fields].sort(), verb);
  }
});

t.test('codes of refusals and reasons of revocations are the same in core and schema', async (t) => {
  const code = messageNamed('Error').fieldByName.get('code');
  const codes = code?.kind === 'enum' ? code.enumType.names : [];
  t.same([...codes].sort(), [...new Set(Object.values(refusalReasons))].sort());
  const reason = messageNamed('OfferWithdrawn').fieldByName.get('reason');
  t.same(reason?.kind === 'enum' ? reason.enumType.names : [], revocationReasons);
});
