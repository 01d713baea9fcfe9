// Tables for a terminal.
import t from 'tap';
import { textTable } from '../../src/lib/text-table.ts';

t.test('columns are as wide as their widest cell', async (t) => {
  const lines = textTable({
    head: ['name', 'n', ''],
    rows: [
      ['a', '1,000', '*'],
      ['longer', '2', ''],
    ],
  });
  t.same(lines, ['name        n', 'a       1,000  *', 'longer      2']);
});

t.test('a head alone', async (t) => t.same(textTable({ head: ['name', 'n'], rows: [] }), ['name  n']));
