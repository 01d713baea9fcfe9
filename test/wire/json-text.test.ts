// Depth, canonical text and quoting of JSON, without the schema around it.
import fc from 'fast-check';
import t from 'tap';
import { jsonObjectText, jsonObjectTextOf, nestsWithin } from '../../src/wire/json-text.ts';
import { Report } from '../../src/wire/report.ts';
import { SEED } from './arbitrary.ts';

const ROOMY = { maxBytes: 100_000, maxDepth: 20 };

t.test('nesting is counted outside of strings only', async (t) => {
  const cases: [text: string, depth: number][] = [
    ['', 0],
    ['5', 0],
    ['{}', 1],
    ['[{}]', 2],
    ['[[],[[]]]', 3],
    ['"[[["', 0],
    ['["\\"[[["]', 1],
    ['["\\\\",["\\\\\\"]]"]]', 2],
    ['"never closed [[[', 0],
    ['{"[":"{"}', 1],
    [']]]][', 0],
  ];
  for (const [text, depth] of cases) {
    t.ok(nestsWithin(text, Math.max(depth, 1)), `${text} within ${depth}`);
    if (depth > 0) t.notOk(nestsWithin(text, depth - 1), `${text} not within ${depth - 1}`);
  }
});

t.test('the scan agrees with the depth of what is parsed', async () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const depth = depthOf(value);
      const text = JSON.stringify(value);
      return nestsWithin(text, depth) && (depth === 0 || !nestsWithin(text, depth - 1));
    }),
    { seed: SEED },
  );
});

t.test('many backslashes do not make the scan slow', async (t) => {
  t.ok(nestsWithin(`"${'\\'.repeat(60_000)}"`, 1));
  t.ok(nestsWithin(`"${'\\"'.repeat(30_000)}"`, 1));
});

t.test('canonical text does not depend on order or white space, and parses to an equal object', async (t) => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.nat())),
      (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        const text = jsonObjectText(object, ROOMY, new Report(Infinity));
        const again = jsonObjectTextOf(JSON.stringify(reversed, null, 2), ROOMY, new Report(Infinity));
        if (Object.keys(object).length === 0) return text === '' && again === '';
        return text === again && jsonObjectTextOf(text ?? '', ROOMY, new Report(Infinity)) === text;
      },
    ),
    { seed: SEED },
  );
  t.equal(jsonObjectTextOf('{"b":{"z":[],"y":{}},"a":-0}', ROOMY, new Report(Infinity)), '{"a":0,"b":{"y":{},"z":[]}}');
});

t.test('limits are exact', async (t) => {
  const fits = (text: string, maxBytes: number, maxDepth: number): boolean => {
    const report = new Report(Infinity);
    jsonObjectTextOf(text, { maxBytes, maxDepth }, report);
    return !report.failed;
  };
  t.ok(fits('{"a":"ä"}', 10, 1), 'ten bytes');
  t.notOk(fits('{"a":"ä"}', 9, 1));
  t.ok(fits('{"a":[{}]}', 99, 3));
  t.notOk(fits('{"a":[{}]}', 99, 2));
  t.notOk(fits('[]', 99, 9), 'a list is no object');
  t.notOk(fits('{"a":', 99, 9), 'nor is half an object');
});
