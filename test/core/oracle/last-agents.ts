// Who answered a customer, or within a journey, last: kept while some queue of the policy asks for it [AFF8].
import type { ResolvedPolicy } from '../../../src/core/policy.ts';
import { type OracleState, policyOf } from './model.ts';

/** [AFF8]: while some queue asks for it. */
export function rememberAgent(
  state: OracleState,
  scope: 'CUSTOMER' | 'JOURNEY',
  id: string,
  agentId: string,
  at: number,
): void {
  if (id === '' || !remembers(policyOf(state), scope)) return;
  const others = state.lastAgents.filter((last) => last.scope !== scope || last.id !== id);
  state.lastAgents = [...others, { kind: 'lastAgent', scope, id, agentId, at }];
}

export function remembers(policy: ResolvedPolicy, scope: 'CUSTOMER' | 'JOURNEY'): boolean {
  return policy.queues.some(({ lastAgent }) => lastAgent === (scope === 'CUSTOMER' ? 'customer' : 'journey'));
}
