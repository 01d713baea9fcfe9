/**
 * A gateway and its agents on lean WebSockets, at our router or at one that speaks enough of its JSON sub-protocol. An agent accepts what it is
 * offered and, since handling takes no time, completes it on the answer.
 *
 * 1. An agent has one contact at a time; a second one is a fault, and so are every lost socket and every error reply but that of a submission
 *    that is to be sent again later.
 */
import type { ContactDraft } from '../../src/core/commands.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { JsonAnswers } from '../latency/answers-json.ts';
import { CONTACT_PREFIX } from '../latency/centre.ts';
import { nowUs } from '../latency/clock.ts';
import { LeanSocket } from '../latency/lean-socket.ts';
import { FIRST_LIFE, FIRST_OTHER_ID, lifeOf, requestIdOf, stepOf } from '../latency/life.ts';
import { routingOf } from './cordboard-server.ts';
import type { PushListener, Staffing } from './peer.ts';
import { Pushes } from './pushes.ts';
import { attributesOf, type Work, type WorkContact } from './work.ts';

export interface SocketCrewWish {
  readonly port: number;
  readonly work: Work;
  readonly gatewayToken: string;
  /** By team, then by agent. */
  readonly agentTokens: readonly (readonly string[])[];
}

interface Seat {
  readonly socket: LeanSocket;
  readonly team: number;
  /** The contact that it has; 0: none. */
  contact: number;
}

const STEP = { submit: 0, accept: 1, complete: 3 } as const;
const OPENING_AT_ONCE = 50;

export class SocketCrew {
  readonly #wish: SocketCrewWish;
  readonly #listener: PushListener;
  readonly #answers = new JsonAnswers();
  readonly #pushes = new Pushes();
  readonly #seatOf = new Map<LeanSocket, Seat>();
  readonly #waiting = new Map<number, () => void>();
  #gateway: LeanSocket | undefined;
  #otherId = FIRST_OTHER_ID;
  #lost: string | undefined;

  constructor(wish: SocketCrewWish, listener: PushListener) {
    this.#wish = wish;
    this.#listener = listener;
  }

  /** Why no more can be measured. */
  get lost(): string | undefined {
    return this.#lost;
  }

  async connect(): Promise<void> {
    const { gatewayToken, agentTokens } = this.#wish;
    this.#gateway = await this.#open(gatewayToken);
    const seats = agentTokens.flatMap((tokens, team) => tokens.map((token) => ({ token, team })));
    while (seats.length > 0) {
      await Promise.all(
        seats.splice(0, OPENING_AT_ONCE).map(async ({ token, team }) => {
          const socket = await this.#open(token);
          this.#seatOf.set(socket, { socket, team, contact: 0 });
        }),
      );
    }
  }

  async staff(staffing: Staffing): Promise<void> {
    const { teams } = this.#wish.work;
    const seats = [...this.#seatOf.values()];
    const first = seats.find(({ team }) => teams[team]?.requirements.includes(0) === true);
    const working = staffing === 'all' ? seats : first === undefined ? [] : [first];
    await Promise.all(working.map(({ socket }) => this.#declareAvailable(socket)));
  }

  push(contacts: readonly WorkContact[]): void {
    const gateway = this.#gateway;
    if (gateway === undefined) return;
    if (contacts.length > 1) gateway.cork();
    for (const contact of contacts) {
      this.#pushes.began();
      gateway.send(submission(contact));
    }
    if (contacts.length > 1) gateway.uncork();
  }

  /** Resolves when every submission is answered. */
  taken(): Promise<void> {
    return this.#pushes.taken();
  }

  disconnect(): void {
    this.#gateway?.end();
    for (const socket of this.#seatOf.keys()) socket.end();
  }

  #open(token: string): Promise<LeanSocket> {
    return LeanSocket.open({
      port: this.#wish.port,
      subprotocol: 'cordboard.v1.json',
      token,
      onFrame: (socket, bytes, start, end) => this.#receive(socket, bytes, start, end),
      onLost: (why) => {
        this.#lost ??= `a socket was lost: ${why}`;
        this.#listener.fault(this.#lost);
      },
    });
  }

  async #declareAvailable(socket: LeanSocket): Promise<void> {
    this.#otherId += 1;
    const id = this.#otherId;
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    const body = { presence: 'AVAILABLE', reason: '', channels: [], agentId: '' } as const;
    socket.send(encodeRequest('json', id, 'setPresence', body));
    await answered;
  }

  #receive(socket: LeanSocket, bytes: Buffer, start: number, end: number): void {
    switch (this.#answers.read(bytes, start, end)) {
      case 'offer':
        return this.#takeOffer(socket);
      case 'ok':
        return this.#takeReply(socket);
      case 'welcome':
        return;
      case 'error':
        return this.#takeError(bytes.toString('latin1', start, end));
      default:
        return this.#unexpected(bytes.toString('latin1', start, end));
    }
  }

  #takeError(frame: string): void {
    const { requestId } = this.#answers;
    const isLater = frame.includes('"code":"RESOURCE_EXHAUSTED"');
    if (!isLater || lifeOf(requestId) < FIRST_LIFE || stepOf(requestId) !== STEP.submit) return this.#unexpected(frame);
    this.#listener.refused(lifeOf(requestId));
    this.#pushes.ended();
  }

  #unexpected(frame: string): void {
    this.#listener.fault(`an unexpected frame: ${frame.slice(0, 300)}`);
  }

  #takeOffer(socket: LeanSocket): void {
    const { life, offerId } = this.#answers;
    const seat = this.#seatOf.get(socket);
    if (seat === undefined) return this.#listener.fault(`the gateway was offered contact ${life}`);
    if (seat.contact !== 0) this.#listener.fault(`an agent has contact ${seat.contact} and was offered ${life}`);
    seat.contact = life;
    this.#listener.begun(life, seat.team, nowUs());
    socket.send(`{"id":${requestIdOf(life, STEP.accept)},"accept":{"offerId":"${offerId}"}}`);
  }

  #takeReply(socket: LeanSocket): void {
    const { requestId } = this.#answers;
    const life = lifeOf(requestId);
    if (life < FIRST_LIFE) {
      this.#waiting.get(requestId)?.();
      this.#waiting.delete(requestId);
      return;
    }
    switch (stepOf(requestId)) {
      case STEP.submit:
        return this.#pushes.ended();
      case STEP.accept:
        this.#listener.owned(life, nowUs());
        socket.send(`{"id":${requestIdOf(life, STEP.complete)},"complete":{"contactId":"${CONTACT_PREFIX}${life}"}}`);
        // From here on the router may offer the next one, and its frame may come before the reply.
        return this.#leaveSeat(socket, life);
      default:
        return this.#listener.done(life);
    }
  }

  #leaveSeat(socket: LeanSocket, life: number): void {
    const seat = this.#seatOf.get(socket);
    if (seat?.contact === life) seat.contact = 0;
  }
}

function submission(contact: WorkContact): string | Uint8Array {
  const { number } = contact;
  const { queue, tier } = routingOf(contact);
  const draft: ContactDraft = {
    id: `${CONTACT_PREFIX}${number}`,
    channel: 'voice',
    direction: 'INBOUND',
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    queue,
    requires: [],
    prefers: [],
    segment: '',
    value: 0,
    tier,
    headStartMs: 0,
    preferredAgents: [],
    version: 0,
    attributes: JSON.stringify(attributesOf(number)),
  };
  return encodeRequest('json', requestIdOf(number, STEP.submit), 'submit', { contact: draft });
}
