import t from 'tap';
import { AssertionFailure, assert, unreachable } from '../../src/lib/assert.ts';

t.test('assert passes a condition that holds and throws an AssertionFailure otherwise', async (t) => {
  assert(true, 'never seen');
  t.throws(() => assert(false, 'load below zero'), { name: 'AssertionFailure', message: 'load below zero' });
  t.throws(() => assert(false, 'x'), AssertionFailure);
});

t.test('assert narrows the type of what it checked', async (t) => {
  const found: number | undefined = [1, 2, 3].find((n) => n > 2);
  assert(found !== undefined, 'three is there');
  t.equal(found.toFixed(1), '3.0');
});

t.test('unreachable names the value that got through the types, whatever it is', async (t) => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const cases: [value: unknown, text: string][] = [
    ['purple', 'unreachable value: purple'],
    [undefined, 'unreachable value: undefined'],
    [null, 'unreachable value: null'],
    [Symbol('s'), 'unreachable value: Symbol(s)'],
    [{ kind: 'purple' }, 'unreachable value: {"kind":"purple"}'],
    [circular, 'unreachable value: [object Object]'],
  ];
  for (const [value, message] of cases)
    t.throws(() => unreachable(value as never), { name: 'AssertionFailure', message });
});
