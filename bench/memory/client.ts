/**
 * One connection to a router that asks with a window: so many requests under way, and an answer to each. JSON.
 *
 * 1. An error reply, a lost socket and an answer to nothing are faults: the next to wait here gets them.
 * 2. Pushes are let go by.
 */

import type { RequestBodies, Verb } from '../../src/wire/messages.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { JsonAnswers } from '../latency/answers-json.ts';
import { LeanSocket } from '../latency/lean-socket.ts';
import type { Payload } from '../latency/requests.ts';

/** All clients read in turns of their own: one reader serves them all. */
const answers = new JsonAnswers();

export class Client {
  /** Undefined while it is opened. */
  #socket: LeanSocket | undefined;
  #underWayCount = 0;
  #lastId = 0;
  #fault: Error | undefined;
  #wake: () => void = () => undefined;

  static async open(port: number, token: string): Promise<Client> {
    const client = new Client();
    client.#socket = await LeanSocket.open({
      port,
      subprotocol: 'cordboard.v1.json',
      token,
      onFrame: (_socket, bytes, start, end) => client.#receive(bytes, start, end),
      onLost: (why) => client.#fail(why),
    });
    return client;
  }

  /** Sends a request that was encoded; waits while more than `windowMax` are under way. */
  async send(payload: Payload, windowMax: number): Promise<void> {
    this.#socket?.send(payload);
    this.#underWayCount++;
    if (this.#underWayCount >= windowMax) await this.#until(windowMax / 2);
  }

  /** Asks, and waits for the answer. */
  async ask<V extends Verb>(verb: V, body: RequestBodies[V]): Promise<void> {
    this.#lastId++;
    await this.send(encodeRequest('json', this.#lastId, verb, body), Number.POSITIVE_INFINITY);
    await this.answered();
  }

  /** Everything that was sent is answered. */
  async answered(): Promise<void> {
    await this.#until(0);
  }

  end(): void {
    this.#socket?.end();
  }

  async #until(countMax: number): Promise<void> {
    while (this.#underWayCount > countMax && this.#fault === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  #receive(bytes: Buffer, start: number, end: number): void {
    const kind = answers.read(bytes, start, end);
    if (kind === 'error' || kind === 'other') return this.#fail(bytes.toString('utf8', start, end).slice(0, 300));
    if (kind !== 'ok') return;
    this.#underWayCount--;
    this.#wake();
  }

  #fail(why: string): void {
    this.#fault ??= new Error(why);
    this.#wake();
  }
}
