// docs/POLICY.md: its examples are policies that take effect without a fault or a warning, and its table has every key.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import { policyReference } from './policy-reference.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/POLICY.md'), 'utf8');

t.test('[CLI7] every key of policy files', async (t) => {
  t.ok(TEXT.includes(policyReference()), 'as `node test/config/policy-reference.ts` prints them');
});

const samples = [...TEXT.matchAll(/^## ([^\n]*)\n|^```yaml\n(.*?)^```/gms)];
let heading = '';
let count = 0;
for (const [, title, sample] of samples) {
  if (title !== undefined) heading = title;
  if (sample === undefined) continue;
  count++;
  t.test(`[CLI7] the example of "${heading}"`, async (t) => {
    const result = parsePolicy(sample);
    t.same('faults' in result ? result.faults : result.warnings, []);
  });
}

t.test('there are examples', async (t) => {
  t.ok(count >= 7, `${count}`);
});

t.test('links within the page lead somewhere', async (t) => {
  const anchors = [...TEXT.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
  for (const [, target] of TEXT.matchAll(/\]\(#([^)]*)\)/g)) t.ok(anchors.includes(target ?? ''), `#${target}`);
});
