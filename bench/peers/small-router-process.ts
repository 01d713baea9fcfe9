/**
 * A small router on WebSockets, with one of two ways to choose, speaking as much of our JSON sub-protocol as the load needs. No tokens (the
 * agent's id stands in the token's place), no checks, no deadlines, no metrics.
 *
 * 1. It says where it listens as our router does, and ends on SIGTERM.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { type WebSocket, WebSocketServer } from 'ws';
import { LinearRouting } from './linear-routing.ts';
import { PolledRouting } from './polled-routing.ts';
import { requirementName, type Work } from './work.ts';

/** A contact as the router keeps it. */
export interface RoutedContact {
  readonly id: string;
  readonly queue: string;
  readonly tier: number;
  readonly attributes: unknown;
}

/** One way to choose: it is told what happens and calls back with each pair that it made. */
export interface Routing {
  agentAvailable(agentId: string, skills: readonly string[]): void;
  submitted(contact: RoutedContact): void;
  /** The agent is done with the contact. */
  completed(contactId: string, agentId: string): void;
  close(): void;
}

export type OnPair = (contact: RoutedContact, agentId: string) => void;

interface Request {
  readonly id: number;
  readonly setPresence?: unknown;
  readonly submit?: { readonly contact: RoutedContact };
  readonly accept?: { readonly offerId: string };
  readonly complete?: { readonly contactId: string };
}

class SmallRouter {
  readonly #skillsByAgent = new Map<string, readonly string[]>();
  readonly #socketByAgent = new Map<string, WebSocket>();
  readonly #routing: Routing;
  #offerCount = 0;

  constructor(work: Work, routingOf: (onPair: OnPair) => Routing) {
    for (const { agentIds, requirements } of work.teams) {
      for (const id of agentIds) this.#skillsByAgent.set(id, requirements.map(requirementName));
    }
    this.#routing = routingOf((contact, agentId) => this.#offer(contact, agentId));
  }

  join(socket: WebSocket, subject: string): void {
    this.#socketByAgent.set(subject, socket);
    socket.on('message', (data) => this.#hear(socket, subject, JSON.parse(String(data))));
    socket.on('error', () => socket.terminate());
  }

  close(): void {
    this.#routing.close();
  }

  #hear(socket: WebSocket, subject: string, request: Request): void {
    const { submit, complete } = request;
    if (request.setPresence !== undefined) {
      this.#reply(socket, request.id, {});
      this.#routing.agentAvailable(subject, this.#skillsByAgent.get(subject) ?? []);
    } else if (submit !== undefined) {
      this.#routing.submitted(submit.contact);
      this.#reply(socket, request.id, { contact: { id: submit.contact.id } });
    } else if (request.accept !== undefined) {
      this.#reply(socket, request.id, {});
    } else if (complete !== undefined) {
      this.#reply(socket, request.id, { contact: { id: complete.contactId, state: 'COMPLETED' } });
      this.#routing.completed(complete.contactId, subject);
    }
  }

  #reply(socket: WebSocket, id: number, ok: unknown): void {
    socket.send(JSON.stringify({ reply: { id, seq: 0, ok } }));
  }

  #offer(contact: RoutedContact, agentId: string): void {
    this.#offerCount += 1;
    const push = { seq: 0, at: 0, offer: { id: `o${this.#offerCount}`, contact } };
    this.#socketByAgent.get(agentId)?.send(JSON.stringify({ push }));
  }
}

const { values } = parseArgs({
  options: { routing: { type: 'string' }, work: { type: 'string' }, database: { type: 'string' } },
});
const work: Work = JSON.parse(readFileSync(values.work ?? '', 'utf8'));
const router = new SmallRouter(work, (onPair) =>
  values.routing === 'polled' ? new PolledRouting(values.database ?? '', work, onPair) : new LinearRouting(onPair),
);
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  router.join(socket, (request.headers.authorization ?? '').replace(/^Bearer /, ''));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`listens on http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  for (const socket of sockets.clients) socket.terminate();
  router.close();
  server.close();
});
