/**
 * All peers, in the order of the tables: what each is, what it promises, how it is started.
 *
 * 1. Libraries are loaded when their peer is: no other suite pays for them.
 */
import type { Cleanup } from '../cleanup.ts';
import type { Absence, Peer, PushListener } from './peer.ts';
import type { Work } from './work.ts';

export const PEERS = [
  'bullmqAlways',
  'bullmqEverysec',
  'graphile',
  'linear',
  'polled',
  'cordboardClient',
  'cordboard',
] as const;
export type PeerName = (typeof PEERS)[number];

export interface PeerFacts {
  readonly title: string;
  /** What is lost with the power. */
  readonly durability: string;
  /** How a filled queue is emptied. */
  readonly order: 'priority, then arrival' | 'priority';
}

export const FACTS: Readonly<Record<PeerName, PeerFacts>> = {
  bullmqAlways: { title: 'BullMQ, fsync always', durability: 'nothing', order: 'priority, then arrival' },
  bullmqEverysec: { title: 'BullMQ, fsync everysec', durability: 'a second', order: 'priority, then arrival' },
  graphile: { title: 'graphile-worker', durability: 'nothing', order: 'priority, then arrival' },
  linear: { title: 'linear-scan router', durability: 'all', order: 'priority, then arrival' },
  // Scores of members that join in the same millisecond are equal, and SQL promises no order among equals.
  polled: { title: 'polled SQL router', durability: 'the last commits', order: 'priority' },
  cordboardClient: { title: 'cordboard, client library', durability: 'nothing', order: 'priority, then arrival' },
  cordboard: { title: 'cordboard', durability: 'nothing', order: 'priority, then arrival' },
};

export interface StartWish {
  readonly work: Work;
  readonly folder: string;
  readonly listener: PushListener;
}

/** Starts a peer; what has to end is hung into `cleanup`. */
export async function startPeer(name: PeerName, wish: StartWish, cleanup: Cleanup): Promise<Peer | Absence> {
  const { work, folder, listener } = wish;
  switch (name) {
    case 'bullmqAlways':
    case 'bullmqEverysec': {
      const { BullmqPeer } = await import('./bullmq-peer.ts');
      const appendFsync = name === 'bullmqAlways' ? 'always' : 'everysec';
      return BullmqPeer.start(work, appendFsync, folder, listener, cleanup);
    }
    case 'graphile': {
      const { GraphilePeer } = await import('./graphile-peer.ts');
      return GraphilePeer.start(work, folder, listener, cleanup);
    }
    case 'linear':
    case 'polled': {
      const { startSmallRouter } = await import('./small-router-peer.ts');
      return startSmallRouter(name, work, folder, listener, cleanup);
    }
    case 'cordboardClient': {
      const { startClientPeer } = await import('./cordboard-peers.ts');
      return startClientPeer(work, folder, listener, cleanup);
    }
    case 'cordboard': {
      const { startSocketPeer } = await import('./cordboard-peers.ts');
      return startSocketPeer(work, folder, listener, cleanup);
    }
    default:
      throw new Error(`no such peer: ${name satisfies never}`);
  }
}
