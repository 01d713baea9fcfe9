// The word that was probably meant.
import t from 'tap';
import { nearest } from '../../src/config/nearest.ts';

t.test('slips of the keyboard are found, other words are not', async (t) => {
  const words = ['serviceLevel', 'clockRate', 'headStart', 'limits', 'when'];
  t.equal(nearest('servicelevel', words), 'serviceLevel', 'case');
  t.equal(nearest('clokRate', words), 'clockRate', 'a letter left out');
  t.equal(nearest('wehn', words), 'when', 'neighbours swapped');
  t.equal(nearest('limit', words), 'limits');
  t.equal(nearest('headstrat', words), 'headStart');
  t.equal(nearest('relax', words), undefined);
  t.equal(nearest('', words), undefined);
  t.equal(nearest('w'.repeat(1_000), words), undefined);
});
