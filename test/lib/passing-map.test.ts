// A Map, as far as it is used: in order of insertion, values replaced in place, gone when deleted.
import fc from 'fast-check';
import t from 'tap';
import { PassingMap } from '../../src/lib/passing-map.ts';

const SEED = 20_261_122;

t.test('it behaves like a Map', async () => {
  const change = fc.record({ key: fc.nat(8), isSet: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const passing = new PassingMap<number, { readonly number: number }>();
      const map = new Map<number, { readonly number: number }>();
      for (const [number, { key, isSet }] of changes.entries()) {
        if (isSet) {
          passing.set(key, { number });
          map.set(key, { number });
        } else {
          passing.delete(key);
          map.delete(key);
        }
        if (passing.size !== map.size) return false;
        if (passing.get(key)?.number !== map.get(key)?.number) return false;
      }
      return JSON.stringify([...passing]) === JSON.stringify([...map]) && [...passing.values()].length === map.size;
    }),
    { seed: SEED, numRuns: 500 },
  );
});

t.test('entries may be deleted while they are gone through', async (t) => {
  const passing = new PassingMap<number, object>();
  for (let key = 0; key < 10; key++) passing.set(key, {});
  const seen: number[] = [];
  for (const [key] of passing) {
    seen.push(key);
    passing.delete(key);
    passing.delete(key + 1);
  }
  t.same(seen, [0, 2, 4, 6, 8]);
  t.equal(passing.size, 0);
});
