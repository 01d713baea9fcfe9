// What a journal cannot tell of a contact, drawn from what it tells of others: how long a customer that was answered would have waited, how long
// a customer that nobody answered would have talked (SPEC, RPL2 and RPL3).
//
// 1. Every contact takes the same number of random numbers whatever is known of it, and draws do not depend on the policy that is tried: all
// replays of a recording with one seed meet the same customers. 2. What was seen is never replaced by a draw. 3. A queue with too few
// observations borrows from the queues of its channel, never from other channels: nobody waits for an e-mail as for a call.

import { KaplanMeier } from './kaplan-meier.ts';
import { RandomStream } from './random-stream.ts';
import type { RecordedContact, Recording } from './recording.ts';

/** With fewer customers that left than this, a queue's patience is estimated from all queues of its channel. */
export const ABANDONMENTS_MIN = 20;
/** With fewer answered contacts than this, a queue's handle times are drawn from all queues of its channel. */
export const HANDLES_MIN = 20;

/** A recorded contact with all that a replay needs. */
export interface DrawnContact {
  /** Its name in a replay: its number in the recording. Ids may come again when they were forgotten. */
  readonly name: string;
  readonly contact: RecordedContact;
  readonly handleMs: number;
  readonly wrapUpMs: number;
  /** From the submit on; Infinity: for ever. */
  readonly patienceMs: number;
}

export interface Draws {
  readonly contacts: readonly DrawnContact[];
  readonly warnings: readonly string[];
}

/** Completes every contact of the recording. */
export function drawContacts(recording: Recording, seed: number): Draws {
  const pools = poolsOf(recording.contacts);
  const patience = new RandomStream(seed, 'replay patience');
  const handling = new RandomStream(seed, 'replay handle');
  const contacts = recording.contacts.map((contact, index): DrawnContact => {
    const pool = pools.get(contact.queue);
    const patienceMs = patienceOf(contact, pool, patience.uniform());
    const { handleMs, wrapUpMs } = handleOf(contact, pool, handling.uniform());
    return { name: `${index}`, contact, handleMs, wrapUpMs, patienceMs };
  });
  return { contacts, warnings: warningsOf(pools) };
}

/** What was seen in a queue, or in the queues of its channel where that is too little. */
interface Pool {
  readonly patience: KaplanMeier;
  readonly borrowsPatience: boolean;
  /** Whole handlings, by handle time ascending. */
  readonly handlings: readonly Handling[];
}

interface Handling {
  readonly handleMs: number;
  readonly wrapUpMs: number;
}

function poolsOf(contacts: readonly RecordedContact[]): ReadonlyMap<string, Pool> {
  const byQueue = Map.groupBy(contacts, (contact) => contact.queue);
  const byChannel = Map.groupBy(contacts, (contact) => contact.template.channel);
  const channelPatience = new Map([...byChannel].map(([channel, among]) => [channel, patienceAmong(among)]));
  const channelHandlings = new Map([...byChannel].map(([channel, among]) => [channel, handlingsAmong(among)]));
  return new Map(
    [...byQueue].map(([queue, among]): [string, Pool] => {
      const channel = among[0]?.template.channel ?? '';
      const [own, ofChannel] = [patienceAmong(among), channelPatience.get(channel)];
      const borrowsPatience = own.endCount < ABANDONMENTS_MIN && ofChannel !== undefined;
      const handlings = handlingsAmong(among);
      const isEnough = handlings.length >= HANDLES_MIN;
      return [
        queue,
        {
          patience: borrowsPatience ? ofChannel : own,
          borrowsPatience,
          handlings: isEnough ? handlings : (channelHandlings.get(channel) ?? handlings),
        },
      ];
    }),
  );
}

function patienceAmong(contacts: readonly RecordedContact[]): KaplanMeier {
  return new KaplanMeier(contacts.map(({ waitMs, outcome }) => ({ ms: waitMs, ended: outcome === 'ABANDONED' })));
}

function handlingsAmong(contacts: readonly RecordedContact[]): readonly Handling[] {
  const handlings = contacts.flatMap(({ handleMs, wrapUpMs, isWhole }) =>
    isWhole && handleMs !== undefined ? [{ handleMs, wrapUpMs }] : [],
  );
  return handlings.sort((a, b) => a.handleMs - b.handleMs);
}

/** RPL2: known of who left; of the others only that it is longer than they waited. */
function patienceOf({ outcome, waitMs }: RecordedContact, pool: Pool | undefined, uniform: number): number {
  if (outcome === 'ABANDONED') return waitMs;
  return pool?.patience.drawBeyond(waitMs, uniform) ?? Number.POSITIVE_INFINITY;
}

/** RPL3: known of who was answered and is done; else one of those in the queue that took longer than what was seen. */
function handleOf(contact: RecordedContact, pool: Pool | undefined, uniform: number): Handling {
  const { handleMs, wrapUpMs, isWhole } = contact;
  if (isWhole && handleMs !== undefined) return { handleMs, wrapUpMs };
  const handlings = pool?.handlings ?? [];
  const from = handleMs === undefined ? 0 : handlings.findIndex((handling) => handling.handleMs > handleMs);
  const count = from < 0 ? 0 : handlings.length - from;
  return handlings[from + Math.floor(uniform * count)] ?? { handleMs: handleMs ?? 0, wrapUpMs };
}

/** One line for each channel that tells too little of patience, and for each queue that tells nothing of handling. */
function warningsOf(pools: ReadonlyMap<string, Pool>): readonly string[] {
  const short = [...pools].filter(([, { patience, borrowsPatience }]) => {
    return borrowsPatience && patience.endCount < ABANDONMENTS_MIN;
  });
  const byChannel = Map.groupBy(short, ([, { patience }]) => patience);
  const impatience = [...byChannel].map(([patience, queues]) => {
    const customers = patience.endCount === 1 ? '1 customer was' : `${patience.endCount} customers were`;
    const names = queues.map(([queue]) => queue).join(', ');
    return `${names}: in the queues of the channel only ${customers} seen to leave; who waits longer than any of them never leaves`;
  });
  const handling = [...pools].flatMap(([queue, { handlings }]) =>
    handlings.length === 0 ? [`${queue}: nobody was seen to be handled; handling takes no time`] : [],
  );
  return [...impatience, ...handling];
}
