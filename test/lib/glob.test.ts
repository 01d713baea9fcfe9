// Globs against the regular expression that they stand for.
import fc from 'fast-check';
import t from 'tap';
import { globMatches } from '../../src/lib/glob.ts';

t.test('a glob matches what its regular expression matches', async () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
  const plain = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 });
  fc.assert(
    fc.property(word, plain, (pattern, text) => {
      const expression = pattern.split('*').map(RegExp.escape).join('.*');
      return globMatches(pattern, text) === new RegExp(`^${expression}$`, 's').test(text);
    }),
    { numRuns: 5_000 },
  );
});

t.test('many stars cost no more than a product of lengths', async (t) => {
  t.equal(globMatches(`${'*a'.repeat(60)}b`, 'a'.repeat(10_000)), false);
});
