// Bytes of JSON text: equal to what the platform writes, whatever the text or number, and however much.
import fc from 'fast-check';
import t from 'tap';
import { JsonWriter } from '../../src/wire/json-writer.ts';
import { SEED } from './arbitrary.ts';

function written(write: (writer: JsonWriter) => void, writer = new JsonWriter()): string {
  writer.begin();
  write(writer);
  return Buffer.from(writer.finish()).toString();
}

t.test('[WIRE5] texts are quoted as JSON.stringify quotes them', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      return written((writer) => writer.string(text)) === JSON.stringify(text);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

t.test('[WIRE5] half a surrogate pair is escaped, as JSON.stringify does it', async (t) => {
  for (const text of ['\ud800', 'a\udfff', '\ud83d\ude00']) {
    t.equal(
      written((writer) => writer.string(text)),
      JSON.stringify(text),
    );
  }
});

t.test('[WIRE4] numbers are written as JSON.stringify writes them', async () => {
  const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(number, (value) => written((writer) => writer.number(value)) === JSON.stringify(value)),
    { seed: SEED, numRuns: 5_000 },
  );
});

t.test('[WIRE4] numbers at the edges', async (t) => {
  const edges = [
    0,
    -0,
    9,
    10,
    999_999_999,
    1e9,
    1_000_000_001,
    2 ** 31,
    2 ** 53 - 1,
    2 ** 53,
    1e21,
    -1,
    -1e9,
    0.1,
    5e-324,
  ];
  for (const value of edges)
    t.equal(
      written((writer) => writer.number(value)),
      JSON.stringify(value),
    );
});

t.test('a frame longer than the buffer comes out whole, and the next one is not touched by it', async (t) => {
  const writer = new JsonWriter();
  const long = 'é'.repeat(700_000);
  const first = written((to) => to.json(`"${long}"`), writer);
  t.equal(first, `"${long}"`);
  t.equal(
    written((to) => to.string('next'), writer),
    '"next"',
  );
});

t.test("what is copied out is the caller's own", async (t) => {
  const writer = new JsonWriter();
  writer.begin();
  writer.string('one');
  const kept = writer.finish();
  writer.begin();
  writer.string('two');
  writer.finish();
  t.equal(Buffer.from(kept).toString(), '"one"');
});

t.test('what a fault left half-way is not in the next frame', async (t) => {
  const writer = new JsonWriter();
  writer.begin();
  writer.string('half');
  t.equal(
    written((to) => to.string('whole'), writer),
    '"whole"',
  );
});
