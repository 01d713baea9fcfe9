// What agents and supervisors say when they give a contact away, filled in for the wire.

import type { TransferTarget } from '../core/commands.ts';
import type { RequestOptions } from './session.ts';

export interface GiveOptions extends RequestOptions {
  /** Its waiting counts anew; absent: it keeps its age. */
  readonly resetAge?: boolean;
  /** Only if the contact is at this version. */
  readonly version?: number;
}

/** What is sent of the options. */
export function givenOf({ resetAge = false, version = 0 }: GiveOptions): {
  readonly resetAge: boolean;
  readonly version: number;
} {
  return { resetAge, version };
}

/** The options of what must not happen twice: it is sent again only where the version keeps a second one from counting. */
export function onceOf(options: GiveOptions): GiveOptions {
  return { retry: (options.version ?? 0) > 0, ...options };
}

/** What is sent for a target of which only something is named. */
export function targetOf({
  queue = '',
  agentId = '',
  requires = [],
  holdMs = 0,
  consultId = '',
}: Partial<TransferTarget>): TransferTarget {
  return { queue, agentId, requires, holdMs, consultId };
}
