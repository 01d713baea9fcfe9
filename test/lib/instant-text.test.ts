// Instants as text: the same as the platform's own.
import fc from 'fast-check';
import t from 'tap';
import { instantText } from '../../src/lib/instant-text.ts';

t.test('whole seconds in UTC', async (t) => {
  const at = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 });
  const same = (second: number): boolean =>
    instantText(second * 1000) === new Date(second * 1000).toISOString().replace('.000', '');
  t.doesNotThrow(() => fc.assert(fc.property(at, same), { seed: 20_261_122, numRuns: 2000 }));
  for (const text of ['1970-01-01T00:00:00Z', '2000-02-29T23:59:59Z', '2100-02-28T12:00:00Z', '2024-12-31T00:00:01Z']) {
    t.equal(instantText(Date.parse(text)), text);
  }
  t.equal(instantText(1999), '1970-01-01T00:00:01Z', 'what is less than a second is left out');
});
