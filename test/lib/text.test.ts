// Small helpers over text: hash, size, merging of JSON objects; and the plain queue.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import t from 'tap';
import { Fifo } from '../../src/lib/fifo.ts';
import { hash128 } from '../../src/lib/hash128.ts';
import { mergeJsonObjects } from '../../src/lib/json-merge.ts';
import { utf8ByteLength } from '../../src/lib/utf8.ts';

t.test('the hash is the same for ever', async (t) => {
  t.equal(hash128(''), '00000000000000000000000000000000');
  t.equal(hash128('cordboard'), 'ba1aa15b5166ac775c36ee3052511199');
  t.equal(hash128('cordboarḍ'), '42e63ae23594a8205d46b35c3e24ed28');
  t.equal(hash128('x'.repeat(1000)), 'd6f261ee010a59b611dba10894295556');
});

t.test('texts that differ in one place have hashes that differ', async () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const hash = hash128(text);
      const other = seen.get(hash);
      seen.set(hash, text);
      return other === undefined || other === text;
    }),
    { numRuns: 5000, seed: 1 },
  );
});

t.test('bytes of UTF-8 are counted as encoders make them', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      return utf8ByteLength(text) === Buffer.byteLength(text, 'utf8');
    }),
    { numRuns: 2000, seed: 1 },
  );
});

t.test('[UPD1] merging replaces by key, null deletes, nothing left is empty', async (t) => {
  t.equal(mergeJsonObjects('', '{"a":1}'), '{"a":1}');
  t.equal(mergeJsonObjects('{"a":1,"b":{"c":2}}', '{"b":{"d":3}}'), '{"a":1,"b":{"d":3}}');
  t.equal(mergeJsonObjects('{"a":1}', '{"a":null}'), '');
  t.equal(mergeJsonObjects('{"b":1}', '{"a":[null]}'), '{"a":[null],"b":1}');
  t.equal(mergeJsonObjects('{}', '{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}');
  t.equal(mergeJsonObjects('{"a":1}', ''), '{"a":1}');
});

t.test('a queue gives back what it was given, in order, across its compactions', async (t) => {
  const queue = new Fifo<number>();
  let next = 0;
  let expected = 0;
  for (let round = 0; round < 5000; round++) {
    queue.push(next++);
    queue.push(next++);
    if (queue.peek() !== expected || queue.shift() !== expected) return t.fail(`round ${round}`);
    expected++;
  }
  t.equal(queue.size, next - expected);
  t.same([...queue].slice(0, 2), [expected, expected + 1]);
});
