// A gateway as the core holds it: its open sessions and the order in which its contacts changed. Made by its first session or contact.

import { SortedLog } from '../lib/sorted-log.ts';
import type { Known } from './contact.ts';
import type { Deadline } from './deadlines.ts';

export interface Gateway {
  readonly id: string;
  readonly ordinal: number;
  readonly sessionIds: Set<string>;
  /** When its last session was lost; 0: it has one, or never had. */
  lostAt: number;
  /** Newest change among its contacts that were forgotten. */
  forgottenSeq: number;
  /** Its contacts and tombstones by seq of the last change. */
  readonly changes: SortedLog<Known>;
  /** Its contacts and tombstones by arrival. */
  readonly arrivals: SortedLog<Known>;
  readonly lostDeadlines: Deadline[];
}

export function newGateway(id: string, ordinal: number): Gateway {
  return {
    id,
    ordinal,
    sessionIds: new Set(),
    lostAt: 0,
    forgottenSeq: 0,
    changes: new SortedLog<Known>((known, seq) => known.changeSeq === seq),
    arrivals: new SortedLog<Known>((known) => known.contact !== undefined || known.tombstone !== undefined),
    lostDeadlines: [],
  };
}
