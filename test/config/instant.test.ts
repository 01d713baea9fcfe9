// Instants and targets as options have them.
import t from 'tap';
import { instantAt, parseInstant } from '../../src/config/instant.ts';
import { parseServiceTarget } from '../../src/config/service-target.ts';

const AT = Date.parse('2027-01-15T08:00:00Z');

t.test('[CLI1] instants: ISO 8601 with or without a zone, epoch milliseconds, so long before the end', async (t) => {
  for (const text of ['2027-01-15T08:00:00Z', '2027-01-15T08:00', '2027-01-15T09:00+01:00', `${AT}`]) {
    t.same(parseInstant(text), { kind: 'at', at: AT }, text);
  }
  t.same(parseInstant('2027-01-15'), { kind: 'at', at: Date.parse('2027-01-15T00:00:00Z') });
  t.same(parseInstant('2027-01-15T08:00:00.250Z'), { kind: 'at', at: AT + 250 });
  t.same(parseInstant('-24h'), { kind: 'beforeEnd', ms: 86_400_000 });
  t.equal(instantAt({ kind: 'beforeEnd', ms: 1000 }, AT), AT - 1000);
  t.equal(instantAt({ kind: 'at', at: 5 }, AT), 5);
});

t.test('[CLI1] what is no instant', async (t) => {
  for (const text of [
    '',
    'now',
    '24h',
    '-24',
    '15.01.2027',
    '2027-13-01',
    '2027-01-15 08:00',
    '2027-01-15T25:00Z',
    '123',
  ]) {
    t.equal(parseInstant(text), undefined, text);
  }
});

t.test('[CLI1] targets: a share of the arrivals and a time', async (t) => {
  t.same(parseServiceTarget('0.8/20s'), { level: 0.8, withinMs: 20_000 });
  t.same(parseServiceTarget('.95/2m'), { level: 0.95, withinMs: 120_000 });
  for (const text of ['', '0.8', '80/20s', '0.8/20', '0/20s', '0.0/20s', '1/20s', '1.0/20s', '-0.8/20s', '0.8/-20s']) {
    t.equal(parseServiceTarget(text), undefined, text);
  }
});
