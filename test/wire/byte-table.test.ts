// What is found by its bytes was put by the same bytes, whatever shares its place.
import t from 'tap';
import { ByteTable } from '../../src/wire/byte-table.ts';

const SMALL = { count: 8, keyBytesMax: 16, hashedEnds: 2 };

function put(table: ByteTable<string>, text: string): string {
  const bytes = Buffer.from(`..${text}.`);
  const end = bytes.length - 1;
  const slot = table.slotOf(bytes, 2, end);
  return table.get(slot, bytes, 2, end) ?? table.set(slot, bytes, 2, end, text);
}

t.test('a key that comes again finds its value, or none when another drove it out', async (t) => {
  const table = new ByteTable<string>(SMALL);
  const keys = Array.from({ length: 200 }, (_, index) => `k${index * 7919}`);
  for (const key of [...keys, ...keys.toReversed()]) t.equal(put(table, key), key);
  // What differs in the middle alone shares a place, and is told apart.
  for (const key of ['ab-1-yz', 'ab-2-yz', 'ab-1-yz', '', 'a', 'ab']) t.equal(put(table, key), key);
});

t.test('a value is kept for the next', async (t) => {
  const table = new ByteTable<object>(SMALL);
  const bytes = Buffer.from('some name');
  const slot = table.slotOf(bytes, 0, bytes.length);
  t.equal(table.get(slot, bytes, 0, bytes.length), undefined);
  const value = table.set(slot, bytes, 0, bytes.length, {});
  t.equal(table.get(slot, Buffer.from('some name'), 0, bytes.length), value);
  t.equal(table.get(slot, Buffer.from('some nbme'), 0, bytes.length), undefined);
});

t.test('too long a key is not kept', async (t) => {
  const table = new ByteTable<string>(SMALL);
  const bytes = Buffer.from('x'.repeat(17));
  const slot = table.slotOf(bytes, 0, 17);
  t.equal(table.set(slot, bytes, 0, 17, 'long'), 'long');
  t.equal(table.get(slot, bytes, 0, 17), undefined);
});
