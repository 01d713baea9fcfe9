/**
 * What the benchmark knows of a peer: contacts are pushed, and it tells when which team took one into its hands.
 *
 * 1. `begun` is the instant at which code of an agent first sees the contact. `owned` is when the contact is the agent's beyond recall: the
 *    same instant where a queue hands out what is already locked, the answered acceptance where there are offers.
 * 2. `done` comes when the peer has written down that the contact was handled.
 */
import type { WorkContact } from './work.ts';

export interface PeerListener {
  begun(contact: number, team: number, atUs: number): void;
  owned(contact: number, atUs: number): void;
  done(contact: number): void;
  fault(what: string): void;
}

/** The same of those who push. */
export interface PushListener extends PeerListener {
  /** It was told to come again later: the peer does not have the contact. */
  refused(contact: number): void;
}

/** Who works: one agent who can serve requirement 0, or everybody. */
export type Staffing = 'one' | 'all';

export interface Peer {
  /** Process ids whose CPU, with that of all their children, is the service's: the database, the router. */
  readonly servicePids: readonly number[];
  /** The same for processes that run agents beside this one. */
  readonly fleetPids: readonly number[];
  staff(staffing: Staffing): Promise<void>;
  /** Does not wait for anything; what fails is told as a fault. */
  push(contacts: readonly WorkContact[]): void;
  /** Resolves when the peer has everything that was pushed. */
  taken(): Promise<void>;
  /** Why the peer cannot be measured any more, if so. */
  failure(): string | undefined;
}

/** A peer that is not there. */
export interface Absence {
  readonly absent: string;
}
