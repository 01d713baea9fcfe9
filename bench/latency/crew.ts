/**
 * A gateway and its agents at one server: they submit contacts and bring each through its life. An agent accepts what it
 * is offered, talks for a while that is the same for all, ends, and completes on the answer to that.
 *
 * 1. Who the server is (router or relay) makes no difference here.
 * 2. Everything that happens in a life happens once and in its order; anything else is noted as a fault, and so is every
 *    error reply and every lost socket.
 */
import type { RequestBodies, Verb } from '../../src/wire/messages.ts';
import { decodeFrame, encodeRequest, type Subprotocol } from '../../src/wire/request.ts';
import type { Answers } from './answers.ts';
import { JsonAnswers } from './answers-json.ts';
import { ProtoAnswers } from './answers-proto.ts';
import { nowUs } from './clock.ts';
import { Conversations } from './conversations.ts';
import { LeanSocket } from './lean-socket.ts';
import { FIRST_LIFE, FIRST_OTHER_ID, lifeOf, MARKS, stepOf } from './life.ts';
import type { LifeLog } from './life-log.ts';
import { type Requests, requestsOf } from './requests.ts';

export interface CrewWish {
  /** The server's, for people to read. */
  readonly name: string;
  readonly port: number;
  readonly subprotocol: Subprotocol;
  readonly gatewayToken: string;
  readonly agentTokens: readonly string[];
  /** How long a conversation lasts. */
  readonly talkMs: number;
}

interface Talk {
  readonly agent: LeanSocket;
  readonly life: number;
}

/** Who a frame came to. */
export type Receiver = 'gateway' | 'agent';

/** Sees every frame of the lives under way: for the rehearsal. */
export type FrameTap = (to: Receiver, frame: Buffer) => void;

/** So many sockets are opened at once. */
const OPENING_AT_ONCE = 50;

export class Crew {
  readonly name: string;
  readonly #wish: CrewWish;
  readonly #requests: Requests;
  readonly #answers: Answers;
  #gateway: LeanSocket | undefined;
  #agents: LeanSocket[] = [];
  readonly #talks: Conversations<Talk>;
  #log: LifeLog | undefined;
  #tap: FrameTap | undefined;
  /** Answers to requests that belong to no life. */
  readonly #waiting = new Map<number, () => void>();
  #otherId = FIRST_OTHER_ID;

  constructor(wish: CrewWish) {
    this.name = wish.name;
    this.#wish = wish;
    this.#requests = requestsOf(wish.subprotocol);
    this.#talks = new Conversations(wish.talkMs, (talk) => this.#end(talk));
    this.#answers = wish.subprotocol === 'json' ? new JsonAnswers() : new ProtoAnswers();
  }

  /** Connects everybody. */
  async connect(): Promise<void> {
    const { gatewayToken, agentTokens } = this.#wish;
    this.#gateway = await this.#open('gateway', gatewayToken);
    for (let from = 0; from < agentTokens.length; from += OPENING_AT_ONCE) {
      const tokens = agentTokens.slice(from, from + OPENING_AT_ONCE);
      this.#agents.push(...(await Promise.all(tokens.map((token) => this.#open('agent', token)))));
    }
  }

  /** What a router wants before it routes: agents that are available, and a gateway that wants to hear of its contacts. */
  async reportForDuty(subscribes: boolean): Promise<void> {
    if (subscribes) await this.#ask(this.#gateway, 'subscribe', { sinceSeq: 0 });
    const body = { presence: 'AVAILABLE', reason: '', channels: [], agentId: '' } as const;
    await Promise.all(this.#agents.map((agent) => this.#ask(agent, 'setPresence', body)));
  }

  /** What happens from now on is written into this log. */
  begin(log: LifeLog, tap?: FrameTap): void {
    this.#log = log;
    this.#tap = tap;
  }

  /** Submits the contacts of these lives, in one write. */
  submit(firstLife: number, count: number): void {
    const gateway = this.#gateway;
    if (gateway === undefined || this.#log === undefined) return;
    if (count > 1) gateway.cork();
    for (let life = firstLife; life < firstLife + count; life++) {
      gateway.send(this.#requests.submit(life));
    }
    if (count > 1) gateway.uncork();
    this.#log.framesOut += count;
  }

  /** Leaves. */
  disconnect(): void {
    this.#talks.stop();
    this.#gateway?.end();
    for (const agent of this.#agents) agent.end();
    this.#agents = [];
  }

  #open(receiver: Receiver, token: string): Promise<LeanSocket> {
    const { port, subprotocol } = this.#wish;
    return LeanSocket.open({
      port,
      subprotocol: `cordboard.v1.${subprotocol}`,
      token,
      onFrame: (socket, bytes, start, end) => this.#receive(socket, receiver, bytes, start, end),
      onLost: (why) => this.#log?.fault(`a socket of the ${receiver} was lost: ${why}`),
    });
  }

  async #ask<V extends Verb>(socket: LeanSocket | undefined, verb: V, body: RequestBodies[V]): Promise<void> {
    this.#otherId += 1;
    const id = this.#otherId;
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    socket?.send(encodeRequest(this.#wish.subprotocol, id, verb, body));
    await answered;
  }

  #receive(socket: LeanSocket, receiver: Receiver, bytes: Buffer, start: number, end: number): void {
    const answers = this.#answers;
    const kind = answers.read(bytes, start, end);
    const log = this.#log;
    if (log === undefined || kind === 'welcome') {
      if (kind === 'ok') this.#takeOther(answers.requestId);
      return;
    }
    log.framesIn += 1;
    this.#tap?.(receiver, Buffer.from(bytes.subarray(start, end)));
    switch (kind) {
      case 'ok':
        return this.#takeReply(socket, log);
      case 'offer':
        return this.#takeOffer(socket, log);
      case 'contact':
        if (receiver === 'gateway') return this.#takeContact(log);
        break;
      default:
        break;
    }
    log.fault(`${receiver} got ${this.#describe(bytes, start, end)}`);
  }

  #takeOther(id: number): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  #takeOffer(agent: LeanSocket, log: LifeLog): void {
    const { life, offerId } = this.#answers;
    log.offered(life, nowUs());
    agent.send(this.#requests.accept(life, offerId));
    log.framesOut += 1;
  }

  #takeReply(socket: LeanSocket, log: LifeLog): void {
    const { requestId } = this.#answers;
    const life = lifeOf(requestId);
    if (life < FIRST_LIFE) return this.#takeOther(requestId);
    switch (stepOf(requestId)) {
      case 0:
        return log.answered(life);
      case 1:
        log.mark(life, MARKS.accepted, MARKS.offered);
        return this.#talks.begin({ agent: socket, life });
      case 2:
        log.mark(life, MARKS.ended, MARKS.accepted);
        socket.send(this.#requests.complete(life));
        log.framesOut += 1;
        return;
      default: {
        const state = this.#answers.state();
        if (state !== 'COMPLETED') return log.fault(`life ${life} is complete, but its contact is ${state}`);
        return log.completed(life);
      }
    }
  }

  #end({ agent, life }: Talk): void {
    agent.send(this.#requests.end(life));
    if (this.#log !== undefined) this.#log.framesOut += 1;
  }

  /** The gateway hears of its contact; only its end matters, since earlier states may be skipped. */
  #takeContact(log: LifeLog): void {
    if (this.#answers.state() === 'COMPLETED') log.mark(this.#answers.life, MARKS.told, MARKS.ended);
  }

  #describe(bytes: Buffer, start: number, end: number): string {
    const frame = bytes.subarray(start, end);
    const { subprotocol } = this.#wish;
    const decoded = decodeFrame(subprotocol, subprotocol === 'json' ? frame.toString() : frame);
    return 'value' in decoded
      ? JSON.stringify(decoded.value).slice(0, 400)
      : `an unreadable frame of ${frame.length} B`;
  }
}
