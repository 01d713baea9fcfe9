/**
 * The policy of the latency suite's centre with room for long lines, and a queue more: `backlog`, for which no agent of the bench
 * has the skill, so that what is in it waits.
 */
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { Command } from '../../src/core/commands.ts';
import { ADMIN } from './lives.ts';

export const BACKLOG = 'backlog';

/** YAML text. `forget`: how long closed contacts are remembered. */
export function roomyPolicy(forget: string): string {
  return `channels:
  voice: { cost: 100, wrapUp: 30s }
segments:
  gold: { headStart: 30s, clockRate: 1.5 }
  platinum: { headStart: 2m, clockRate: 2 }
value: { scale: 1000, seconds: 30s }
queues:
  billing:
    when: { intent: "billing.*" }
    requires: [{ all: [{ skill: billing, level: 3 }] }]
    limits: &roomy { waiting: 10000000, wait: 365d }
  sales: { when: { intent: "sales.*" }, requires: [{ all: [{ skill: sales }] }], clockRate: 1.2, limits: *roomy }
  claims: { when: { intent: "claims.*" }, requires: [{ all: [{ skill: claims, level: 2 }] }], limits: *roomy }
  support: { limits: *roomy }
  ${BACKLOG}: { requires: [{ all: [{ skill: night }] }], limits: *roomy }
forget: ${forget}
`;
}

/** The command that brings a policy's text into force. */
export function setPolicyOf(text: string): Command {
  const parsed = parsePolicy(text);
  if ('faults' in parsed) throw new Error(`the policy of the bench: ${JSON.stringify(parsed.faults)}`);
  return { type: 'setPolicy', actor: ADMIN, policy: parsed.policy, source: text, fileHash: parsed.hash };
}
