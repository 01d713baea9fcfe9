// Rates as people write them.
import t from 'tap';
import { parseRate, RATE_PER_S_MAX } from '../../src/config/rate.ts';

t.test('[SIM4] rates are contacts a millisecond', async (t) => {
  const rates: readonly (readonly [string, number])[] = [
    ['100 per 30m', 100 / 1_800_000],
    ['0 per 1s', 0],
    ['0.5 per 1s', 0.0005],
    ['12 per 1h', 12 / 3_600_000],
    ['1 per 365d', 1 / (365 * 86_400_000)],
    [`${RATE_PER_S_MAX} per 1s`, RATE_PER_S_MAX / 1000],
    ['7 per 500ms', 0.014],
  ];
  for (const [text, perMs] of rates) t.equal(parseRate(text), perMs, text);
});

t.test('what is no rate', async (t) => {
  const none = ['', '100', '100/30m', '100 per hour', '100 per m', '-1 per 1s', '1e3 per 1s', '.5 per 1s', '1  per 1s'];
  const more = [
    '1 per 0s',
    '10001 per 1s',
    '1000000000000 per 1s',
    '1 per 1s ',
    'Infinity per 1s',
    '1 per 1.5h',
    '1,5 per 1s',
  ];
  for (const text of [...none, ...more]) t.equal(parseRate(text), undefined, text);
});
