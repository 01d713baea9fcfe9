// The schema's model, and that an option which nobody would enforce does not load.
import t from 'tap';
import { fieldOptions, messageMaxBytes } from '../../src/wire/field-options.ts';
import { type Field, messageNamed, messageNames } from '../../src/wire/schema.ts';

function field(message: string, name: string): Field {
  const found = messageNamed(message).fieldByName.get(name);
  if (found === undefined) throw new Error(`no ${message}.${name}`);
  return found;
}

t.test('fields, kinds, shapes and presence', async (t) => {
  t.match(field('Contact', 'id'), { number: 1, kind: 'string', shape: 'one', optional: false, oneof: '' });
  t.match(field('Contact', 'requires'), {
    kind: 'message',
    shape: 'list',
    optional: false,
    message: { name: 'Alternative' },
  });
  t.match(field('Contact', 'attributes'), { kind: 'json', options: { jsonObject: { maxBytes: 8192, maxDepth: 16 } } });
  t.match(field('Contact', 'position'), { kind: 'uint32', optional: true, oneof: '', options: { outputOnly: true } });
  t.match(field('Contact', 'submittedAt'), { kind: 'int64', options: { instant: true, outputOnly: true } });
  t.match(field('Contact', 'disposition'), { kind: 'message', optional: true });
  t.match(field('Agent', 'skills'), {
    kind: 'uint32',
    shape: 'map',
    options: { minimum: 1, maximum: 10, maxItems: 500 },
  });
  t.match(field('Request', 'setPresence'), { oneof: 'verb', kind: 'message', message: { name: 'SetPresence' } });
  t.match(field('SkillNeed', 'skill').options, { required: true, pattern: '[A-Za-z0-9._:~-]{1,128}' });
  t.equal(messageNamed('Contact').maxBytes, 16384);
  t.equal(field('Offer', 'expiresAt').comment, 'An accept at or after this instant is refused.');
});

t.test('enums, also those of other messages, without their zero value', async (t) => {
  const presence = field('PresenceSet', 'presence');
  t.match(presence, {
    kind: 'enum',
    enumType: { name: 'Agent.Presence', names: ['AVAILABLE', 'BUSY', 'DRAINING', 'OFFLINE'] },
  });
  if (presence.kind !== 'enum') return;
  t.equal(presence.enumType.numberByName.get('BUSY'), 2);
  t.equal(presence.enumType.nameByNumber[2], 'BUSY');
  t.equal(presence.enumType.nameByNumber[0], undefined);
  t.equal(presence.enumType.comments.get('BUSY'), 'Takes none for now, with a reason.');
});

t.test('the whole schema is there; what is not there throws', async (t) => {
  for (const name of ['Request', 'Frame', 'EventBatch', 'StateRecord', 'Refusal'])
    t.ok(messageNames().includes(name), name);
  t.throws(() => messageNamed('Teapot'), { message: /no message Teapot/ });
  t.throws(() => messageNamed('constructor'), { message: /no message constructor/ });
});

t.test('an option that nobody knows, or that says nothing where it stands, throws', async (t) => {
  const text = { where: 'Here.field', type: 'string', shape: 'one' } as const;
  const number = { ...text, type: 'uint32' } as const;
  const cases: [raw: Record<string, unknown>, field: Parameters<typeof fieldOptions>[1], message: RegExp][] = [
    [{ '(colour)': 'red' }, text, /^Here.field: option \(colour\) is unknown/],
    [{ '(constructor)': 1 }, text, /unknown/],
    [{ '(required)': 'yes' }, text, /takes a boolean/],
    [{ '(max_length)': '5' }, text, /takes a number/],
    [{ '(max_length)': 5 }, number, /max_length\) says nothing here/],
    [{ '(minimum)': 5 }, text, /minimum\) says nothing here/],
    [{ '(pattern)': 'a' }, number, /pattern\) says nothing here/],
    [{ '(max_items)': 5 }, text, /max_items\) says nothing here/],
    [{ '(instant)': true }, number, /instant\) says nothing here/],
    [{ '(max_bytes)': 5 }, text, /max_bytes\) says nothing here/],
    [{ '(json_object)': true, '(max_bytes)': 5 }, text, /needs both its limits/],
    [{ '(minimum)': 5, '(maximum)': 4 }, number, /minimum is above maximum/],
  ];
  for (const [raw, where, message] of cases)
    t.throws(() => fieldOptions(raw, where), { name: 'AssertionFailure', message });
  t.throws(() => messageMaxBytes({ '(deprecated)': true }, 'Here'), { message: /unknown/ });
  t.equal(fieldOptions({ '(pattern)': 'a' }, { ...number, shape: 'map' }).pattern, 'a', 'of a map the keys');
});
