// The built-in policy: valid, nothing to warn of, and it shows what its comments say.
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';

t.test('the sample policy is valid and says what it shows', async (t) => {
  const result = parsePolicy(SAMPLE_POLICY);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  t.same(result.warnings, []);
  t.same(Object.keys(result.policy.channels), ['voice', 'chat', 'email']);
  t.same(Object.keys(result.policy.segments), ['default', 'platinum', 'gold']);
  t.same(
    result.policy.queues.map(({ name }) => name),
    ['billing', 'sales', 'support'],
  );
  t.same(Object.keys(result.policy.agents), ['ana', 'ben', 'cleo']);
  t.same(result.policy.agents.ana?.skills, { billing: 7, support: 5, es: 9 });
});
