// docs/WHAT-IF.md says what the tables of the code say, and the numbers that the code has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ABANDONMENTS_MIN, HANDLES_MIN } from '../../src/sim/recorded-draws.ts';
import { LEAD_IN_MS } from '../../src/sim/recording-reader.ts';
import { optionTable } from './option-tables.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/WHAT-IF.md'), 'utf8');

for (const command of ['replay', 'staff'] as const) {
  t.test(`[CLI1] the options of ${command}`, async (t) => {
    t.ok(TEXT.includes(optionTable(command)), `as optionTable('${command}') gives them`);
  });
}

t.test('[RPL2] thresholds', async (t) => {
  t.match(TEXT, `fewer than ${ABANDONMENTS_MIN} customers left`);
  t.match(TEXT, `fewer than ${HANDLES_MIN} were handled`);
  t.equal(LEAD_IN_MS, 3_600_000);
  t.match(TEXT, 'an hour before `--from`');
});
