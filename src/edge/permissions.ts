/**
 * Who may do what: the verbs of the socket by role, and the one check for verbs and routes. Routes name their roles
 * themselves (wire/routes.ts); a route that does what a verb does takes the verb's roles, which a test sees to.
 *
 * 1. What is in neither table nobody may.
 * 2. The table knows roles only. Whose contact, offer or agent it is decides the core: gateways see their own contacts
 *    (others' are NOT_FOUND), agents act for themselves.
 */
import type { Role } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Verb } from '../wire/messages.ts';

const ALL: readonly Role[] = ['gateway', 'agent', 'supervisor', 'admin'];
const GATEWAYS: readonly Role[] = ['gateway', 'admin'];
const CONTACT_KEEPERS: readonly Role[] = ['gateway', 'supervisor', 'admin'];
const UPDATERS: readonly Role[] = ['gateway', 'agent', 'admin'];
const AGENTS: readonly Role[] = ['agent', 'admin'];
const AGENT_KEEPERS: readonly Role[] = ['agent', 'supervisor', 'admin'];
const PULLERS: readonly Role[] = ['agent'];
const WATCHERS: readonly Role[] = ['supervisor', 'admin'];

/** The table of verbs. */
export const rolesByVerb: Readonly<Record<Verb, readonly Role[]>> = {
  submit: GATEWAYS,
  update: UPDATERS,
  cancel: ALL,
  end: ALL,
  get: CONTACT_KEEPERS,
  list: ALL,
  explain: ALL,
  subscribe: GATEWAYS,
  setPresence: AGENT_KEEPERS,
  accept: AGENTS,
  decline: AGENTS,
  complete: AGENT_KEEPERS,
  requeue: AGENT_KEEPERS,
  transfer: AGENT_KEEPERS,
  consult: PULLERS,
  callback: CONTACT_KEEPERS,
  retry: ALL,
  watch: WATCHERS,
  authenticate: ALL,
  pull: PULLERS,
  assign: WATCHERS,
  putCustomer: CONTACT_KEEPERS,
  getCustomer: CONTACT_KEEPERS,
  removeCustomer: CONTACT_KEEPERS,
};

/** Undefined if the role is among those, else the refusal; `operation` is what was asked. */
export function permissionRefusal(role: Role, roles: readonly Role[], operation: string): Refusal | undefined {
  if (roles.includes(role)) return undefined;
  return refuse('ROLE_MAY_NOT', `role ${role} may not ${operation}; it takes role ${roles.join(' or ')}`);
}
