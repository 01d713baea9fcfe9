// docs/OPERATIONS.md says what the tables of the code say: options, exit codes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXIT_FAIL_STOP, EXIT_FAILED, EXIT_OK, EXIT_USAGE } from '../../src/cli/exit-codes.ts';
import { optionTable } from './option-tables.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/OPERATIONS.md'), 'utf8');

/** What stands under a heading. */
function section(heading: string): string {
  return TEXT.split(/^(?=#{2,3} )/m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

for (const command of ['serve', 'demo', 'token', 'simulate'] as const) {
  t.test(`[CLI1] the options of ${command}`, async (t) => {
    const there = section(`### cordboard ${command}`).includes(optionTable(command));
    t.ok(there, 'as `node test/config/option-tables.ts` prints them');
  });
}

t.test('exit codes', async (t) => {
  const codes = [...section('## Signals and exit codes').matchAll(/^\| (\d+)/gm)].map(([, code]) => Number(code));
  t.same(codes, [EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_FAIL_STOP, 130]);
});

t.test('links within the page lead somewhere', async (t) => {
  const anchors = [...TEXT.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
  for (const [, target] of TEXT.matchAll(/\]\(#([^)]*)\)/g)) t.ok(anchors.includes(target ?? ''), `#${target}`);
});
