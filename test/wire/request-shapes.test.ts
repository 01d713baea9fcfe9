// Requests of the schema and the bodies that the edge reads have the same fields: the compiler holds these lists against the types, the test holds
// them against the schema.
import t from 'tap';
import type { AgentDraft, ContactChanges, ContactDraft, TransferTarget } from '../../src/core/commands.ts';
import type { RequestBodies, Verb, WireTypes } from '../../src/wire/messages.ts';
import { messageNamed } from '../../src/wire/schema.ts';
import { allFields } from './all-fields.ts';
import { customerFields } from './customer-fields.ts';

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
    'preferredForMs',
    'attributes',
    'dueAt',
    'timeZone',
    'version',
  ),
  Agent: allFields<AgentDraft>()('id', 'name', 'skills', 'capacity', 'limits', 'version', 'mayPull'),
  Customer: customerFields,
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
  TransferTarget: allFields<TransferTarget>()('queue', 'agentId', 'requires', 'holdMs', 'consultId'),
  RequeueContact: allFields<WireTypes['RequeueContact']>()('resetAge', 'version'),
  ConsultContact: allFields<WireTypes['ConsultContact']>()('consultId', 'to', 'version'),
  TransferContact: allFields<WireTypes['TransferContact']>()('to', 'resetAge', 'version'),
  ContactsQuery: allFields<WireTypes['ContactsQuery']>()('state', 'gateway', 'open', 'after', 'limit'),
  AgentsQuery: allFields<WireTypes['AgentsQuery']>()('after', 'limit'),
  ExplainQuery: allFields<WireTypes['ExplainQuery']>()('at'),
  CancelQuery: allFields<WireTypes['CancelQuery']>()('cause', 'version'),
};

const VERBS: Readonly<Record<Verb, readonly string[]>> = {
  submit: allFields<RequestBodies['submit']>()('contact'),
  update: allFields<RequestBodies['update']>()('contactId', 'set', 'version'),
  cancel: allFields<RequestBodies['cancel']>()('contactId', 'cause', 'version'),
  end: allFields<RequestBodies['end']>()('contactId', 'disposition', 'version'),
  get: allFields<RequestBodies['get']>()('contactId'),
  explain: allFields<RequestBodies['explain']>()('contactId', 'at'),
  list: allFields<RequestBodies['list']>()('open', 'afterId', 'limit'),
  subscribe: allFields<RequestBodies['subscribe']>()('sinceSeq'),
  setPresence: allFields<RequestBodies['setPresence']>()('presence', 'reason', 'channels', 'agentId', 'next'),
  requeue: allFields<RequestBodies['requeue']>()('contactId', 'resetAge', 'version', 'to'),
  transfer: allFields<RequestBodies['transfer']>()('contactId', 'to', 'resetAge', 'version'),
  consult: allFields<RequestBodies['consult']>()('contactId', 'consultId', 'to', 'version'),
  accept: allFields<RequestBodies['accept']>()('offerId'),
  decline: allFields<RequestBodies['decline']>()('offerId', 'reason'),
  complete: allFields<RequestBodies['complete']>()('contactId', 'disposition', 'version'),
  watch: allFields<RequestBodies['watch']>()('queues', 'agents', 'everyMs'),
  authenticate: allFields<RequestBodies['authenticate']>()('token'),
  callback: allFields<RequestBodies['callback']>()('contactId', 'version'),
  retry: allFields<RequestBodies['retry']>()('contactId', 'disposition', 'version'),
  pull: allFields<RequestBodies['pull']>()('contactId'),
  assign: allFields<RequestBodies['assign']>()('contactId', 'agentId'),
  putCustomer: allFields<RequestBodies['putCustomer']>()('customer'),
  getCustomer: allFields<RequestBodies['getCustomer']>()('customerId'),
  removeCustomer: allFields<RequestBodies['removeCustomer']>()('customerId'),
};

function wantedNames(messageName: string): string[] {
  const { fields } = messageNamed(messageName);
  return fields.filter((field) => !field.options.outputOnly).map((field) => field.name);
}

t.test('requests have the fields of their messages that are not output-only', async (t) => {
  for (const [name, fields] of Object.entries(REQUESTS)) t.same(wantedNames(name).sort(), [...fields].sort(), name);
  for (const [verb, fields] of Object.entries(VERBS)) {
    const arm = messageNamed('Request').fieldByName.get(verb);
    t.ok(arm?.kind === 'message', verb);
    if (arm?.kind === 'message') t.same(wantedNames(arm.message.name).sort(), [...fields].sort(), verb);
  }
});
