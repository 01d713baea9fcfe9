// Policies read in a thread: the same answers as in place, in order.
import t from 'tap';
import { parsePolicyAside } from '../../src/config/policy-aside.ts';
import { parsePolicy } from '../../src/config/policy-file.ts';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';

t.test('a thread reads what the caller would have read', async (t) => {
  const texts = [SAMPLE_POLICY, 'channels: 5', ''];
  t.same(await Promise.all(texts.map(parsePolicyAside)), texts.map(parsePolicy));
});
