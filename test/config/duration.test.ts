// Durations: what is one, what is none, and that text and milliseconds turn into each other.
import fc from 'fast-check';
import t from 'tap';
import { durationText, parseDuration } from '../../src/config/duration.ts';

t.test('durations', async (t) => {
  const good: readonly (readonly [string, number])[] = [
    ['0s', 0],
    ['500ms', 500],
    ['20s', 20_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['007s', 7_000],
  ];
  for (const [text, ms] of good) t.equal(parseDuration(text), ms, text);
  for (const text of [
    '',
    '0',
    '20',
    's',
    '1.5h',
    '-1s',
    '+1s',
    '1 s',
    ' 1s',
    '1s\n',
    '1S',
    '1w',
    '1h30m',
    '1e3s',
    '1234567890s',
  ]) {
    t.equal(parseDuration(text), undefined, JSON.stringify(text));
  }
});

t.test('the text of a duration is exact', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => parseDuration(durationText(ms)) === ms));
});
