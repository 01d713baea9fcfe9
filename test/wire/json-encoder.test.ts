// What JSON frames look like: what is left out, what is always written, and quoting.
import fc from 'fast-check';
import t from 'tap';
import type { AgentView, ContactView } from '../../src/core/views.ts';
import { encodeJson } from '../../src/wire/json-encoder.ts';
import { SEED } from './arbitrary.ts';

const CONTACT: ContactView = {
  id: 'c1',
  channel: 'voice',
  direction: 'INBOUND',
  gatewayId: 'gw',
  customerId: '',
  journeyId: '',
  intent: '',
  language: '',
  queue: 'billing',
  requires: [],
  prefers: [],
  segment: 'default',
  value: 0,
  tier: 0,
  headStartMs: 0,
  preferredAgents: [],
  attributes: '',
  state: 'QUEUED',
  agentId: '',
  submittedAt: 1_760_000_000_000,
  enqueuedAt: 0,
  agedFrom: 0,
  offeredAt: 0,
  assignedAt: 0,
  endedAt: 0,
  closedAt: 0,
  dueAt: 0,
  timeZone: '',
  callbackAt: 0,
  version: 1,
};

t.test(
  '[WIRE4, WIRE5] numbers, booleans and enums are always written; empty texts, lists and unset instants are left out',
  async (t) => {
    t.equal(
      encodeJson('Contact', CONTACT),
      '{"id":"c1","channel":"voice","direction":"INBOUND","gatewayId":"gw","queue":"billing","segment":"default","value":0,' +
        '"tier":0,"headStartMs":0,"state":"QUEUED","submittedAt":1760000000000,"version":1}',
    );
  },
);

t.test('free objects are objects, nested messages nest, optional fields appear when they are there', async (t) => {
  const requires = [{ all: [{ skill: 'es', level: 5 }] }, { all: [] }];
  const disposition = { reasons: ['fee'], outcome: '', notes: '', attributes: '{"a":[1]}' };
  const text = encodeJson('Contact', {
    ...CONTACT,
    attributes: '{"x":{"y":null}}',
    requires,
    disposition,
    position: 0,
  });
  t.match(JSON.parse(text), {
    attributes: { x: { y: null } },
    requires: [{ all: [{ skill: 'es', level: 5 }] }, {}],
    position: 0,
    disposition: { reasons: ['fee'], attributes: { a: [1] } },
  });
});

t.test('maps and booleans', async (t) => {
  const agent: AgentView = {
    id: 'ana',
    name: '',
    skills: { es: 9, 'a"b': 1 },
    capacity: 100,
    limits: {},
    presence: 'BUSY',
    reason: '',
    channels: [],
    load: 0,
    contacts: [],
    version: 1,
    connected: false,
    mayPull: true,
  };
  t.equal(
    encodeJson('Agent', agent),
    '{"id":"ana","skills":{"es":9,"a\\"b":1},"capacity":100,"presence":"BUSY","load":0,"version":1,"connected":false,"mayPull":true}',
  );
});

t.test('an empty answer is an object, and what the schema does not know is not written', async (t) => {
  t.equal(encodeJson('Ok', {}), '{}');
  const withMore = { contact: CONTACT, created: true, policy: { source: '' } };
  t.same(Object.keys(JSON.parse(encodeJson('Ok', withMore))), ['contact']);
});

t.test('in a patch empty lists and texts are written: they say something', async (t) => {
  const set = { requires: [], intent: '', value: 0 };
  t.equal(encodeJson('PatchContact', { set, version: 0 }), '{"set":{"requires":[],"value":0,"intent":""},"version":0}');
});

t.test('any text is quoted as JSON has it', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 41, maxLength: 90 })), (text) => {
      if (text === '') return;
      t.equal(encodeJson('Get', { contactId: text }), JSON.stringify({ contactId: text }));
    }),
    { numRuns: 300, seed: SEED },
  );
  for (const text of ['"', '\\', '\n', '\u0000', '\u2028', '\ud800', 'ä', '😀', '\x7f']) {
    t.equal(encodeJson('Get', { contactId: text }), JSON.stringify({ contactId: text }));
  }
});

t.test('a number that JSON does not have is never written', async (t) => {
  t.throws(() => encodeJson('Contact', { ...CONTACT, value: Number.NaN }), {
    name: 'AssertionFailure',
    message: /value/,
  });
});
