// What is stored for ever must stay readable: the shape of everything that journals, snapshots and the archive hold, as a hash.
//
// When this test fails, the schema of stored data has changed. Fields may only be ADDED, with numbers never used before: never renamed,
// renumbered, retyped or removed, nor may enum values be. If that is what happened, and the golden journals still replay to their hashes,
// put the new hash here in the same commit, and say in the CHANGELOG that older routers cannot read the new journals.
import { createHash } from 'node:crypto';
import t from 'tap';
import { type Field, type Message, messageNamed } from '../../src/wire/schema.ts';

const STORED = ['EventBatch', 'StateRecord', 'Contact'];
const STORED_HASH = '42db65aa803ad1adacfc69109679fac15b1341f02aefd35dd4db932d10533242';

/** One line for each field and enum value that the messages reach; comments and limits do not count. */
function storedShape(): string[] {
  const lines = new Set<string>();
  const seen = new Set<string>();
  const visit = (message: Message): void => {
    if (seen.has(message.name)) return;
    seen.add(message.name);
    for (const field of message.fields) {
      lines.add(
        `${message.name}.${field.name} = ${field.number}: ${shapeOf(field)} ${typeOf(field)} ${field.oneof}`.trimEnd(),
      );
      if (field.kind === 'message') visit(field.message);
      if (field.kind !== 'enum') continue;
      for (const [name, number] of field.enumType.numberByName) lines.add(`${field.enumType.name}.${name} = ${number}`);
    }
  };
  for (const name of STORED) visit(messageNamed(name));
  return [...lines].sort();
}

function shapeOf(field: Field): string {
  return field.shape === 'one' && field.optional ? 'optional' : field.shape;
}

function typeOf(field: Field): string {
  if (field.kind === 'message') return field.message.name;
  if (field.kind === 'enum') return field.enumType.name;
  return field.kind === 'json' ? 'string' : field.kind;
}

t.test('the schema of what is stored only ever grows', async (t) => {
  const shape = storedShape();
  const hash = createHash('sha256').update(shape.join('\n')).digest('hex');
  t.equal(hash, STORED_HASH, 'read the comment at the top of this file');
  t.ok(shape.includes('Event.contactSubmitted = 2: optional ContactSubmitted kind'));
  t.ok(shape.includes('OfferWithdrawn.Reason.MISSED = 1'));
});

t.test('numbers are used once in a message', async (t) => {
  for (const name of STORED) {
    const numbers = messageNamed(name).fields.map((field) => field.number);
    t.equal(new Set(numbers).size, numbers.length, name);
  }
});
