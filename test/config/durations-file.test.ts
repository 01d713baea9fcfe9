// Files of observed durations: what is read, and every way to be wrong.
import t from 'tap';
import { parseDurations } from '../../src/config/durations-file.ts';

const GOOD: readonly (readonly [what: string, text: string, valuesMs: readonly number[]])[] = [
  ['durations', '180s\n2m\n500ms\n', [500, 120_000, 180_000]],
  ['plain seconds', '181.5\n7\n0', [0, 7_000, 181_500]],
  ['a heading', 'handle time (s)\n10\n', [10_000]],
  ['quotes, blank lines, ends of lines of other systems', '"seconds"\r\n\r\n"10"\r\n 20 \r5', [5_000, 10_000, 20_000]],
  ['equal ones stay', '3\n3\n1\n', [1_000, 3_000, 3_000]],
];

for (const [what, text, valuesMs] of GOOD) {
  t.test(`read: ${what}`, async (t) => t.same(parseDurations(text), { valuesMs }));
}

const EXPECTED = 'expected one duration of at most 30d, such as 180s or 180 (seconds), found';
const BAD: readonly (readonly [what: string, text: string, faults: readonly string[]])[] = [
  ['nothing', '', ['1 expected durations, found none']],
  ['a heading alone', 'seconds\n', ['1 expected durations, found none']],
  ['a word later', 'seconds\n10\nten\n', [`3 ${EXPECTED} "ten"`]],
  ['two headings', 'one\ntwo\n10\n', [`2 ${EXPECTED} "two"`]],
  ['several columns', 'id,seconds\n1,20\n', [`1 ${EXPECTED} "id,seconds"`, `2 ${EXPECTED} "1,20"`]],
  ['a negative one', '10\n-5\n', [`2 ${EXPECTED} "-5"`]],
  ['a huge one', '10\n99999999\n31d\n', [`2 ${EXPECTED} "99999999"`, `3 ${EXPECTED} "31d"`]],
  ['not a number', 'NaN\nNaN\nInfinity\n', [`2 ${EXPECTED} "NaN"`, `3 ${EXPECTED} "Infinity"`]],
  ['a long line', `1\n${'x'.repeat(100)}\n`, [`2 ${EXPECTED} "${'x'.repeat(60)}…"`]],
];

for (const [what, text, faults] of BAD) {
  t.test(`[SIM15] refused: ${what}`, async (t) => {
    const result = parseDurations(text);
    t.same('faults' in result && result.faults.map(({ line, message }) => `${line} ${message}`), faults);
  });
}

t.test('a file of nonsense is not told line by line', async (t) => {
  const result = parseDurations('x,\n'.repeat(1_000));
  t.equal('faults' in result && result.faults.length, 20);
});
