// Those who read: somebody who looks at a contact or at everything, and gateways that ask for what they missed.
//
// 1. While nothing is under way what they read is how things stand; else it comes when it is durable (see Life.look).

import type { Actor, Query } from '../../src/core/commands.ts';
import type { Reply } from '../../src/engine/port.ts';
import { canonicalText, getPicture, isSame } from '../core/oracle/picture.ts';
import type { GatewayConsumer } from './gateway-consumer.ts';
import type { Life, World } from './life.ts';
import type { TortureMove } from './moves.ts';

const ADMIN: Actor = { role: 'admin', id: 'root' };

type Look = Extract<TortureMove, { readonly kind: 'look' }>;

export class Readers {
  readonly #world: World;
  readonly #turn: () => Promise<void>;

  /** `turn`: all that happens without virtual time happens. */
  constructor(world: World, turn: () => Promise<void>) {
    this.#world = world;
    this.#turn = turn;
  }

  async #ask(life: Life, query: Query): Promise<Reply> {
    const replies = life.look(query);
    await this.#turn();
    const [reply] = replies;
    return reply === undefined ? this.#world.fail(`the question ${query.type} was not answered`) : reply;
  }

  /** Somebody reads; while something is under way, the answer comes when what it shows is durable. */
  async look(life: Life, { what, index }: Look): Promise<void> {
    if (!life.isIdle || what > 2) {
      life.look(what === 3 ? { type: 'queues' } : { type: 'agents', afterId: '', limit: 2 });
      return;
    }
    const { outside, twin, fail, sightings } = this.#world;
    const { state } = twin.oracle;
    const known = [...state.contacts.map(({ id }) => id), ...state.tombstones.map((tombstone) => tombstone.contactId)];
    const contactId = known[index % known.length] ?? `c${index}`;
    const picture = getPicture(state, contactId, life.engine.now());
    const reply = await this.#ask(life, { type: 'get', actor: ADMIN, contactId });
    const shown = 'ok' in reply ? reply.ok.contact : undefined;
    const isOpen = state.contacts.some(({ id }) => id === contactId);
    if (isOpen && !isSame(picture, shown))
      fail(`get ${contactId} shows ${canonicalText(shown)}, it is ${canonicalText(picture)}`);
    const buried = state.tombstones.find((one) => one.contactId === contactId);
    if (buried === undefined) return;
    if (shown?.state !== buried.state || shown.version !== buried.version || shown.closedAt !== buried.closedAt) {
      fail(`get ${contactId} shows ${canonicalText(shown)}, it is ${canonicalText(buried)}`);
    }
    sightings.note('a closed contact read');
    const consumer = outside.gateway(buried.gatewayId);
    const pushed =
      consumer.isSlow || consumer.behindSeq !== undefined ? undefined : consumer.contactById.get(contactId);
    if (pushed?.version === buried.version && !isSame(pushed, shown)) {
      fail(`get ${contactId} shows ${canonicalText(shown)}, pushed was ${canonicalText(pushed)}`);
    }
  }

  /** A gateway that missed something asks for what changed since; if that is forgotten, for everything. */
  async resync(life: Life, id: string, consumer: GatewayConsumer): Promise<void> {
    let sinceSeq = consumer.behindSeq;
    consumer.behindSeq = undefined;
    if (sinceSeq !== undefined) this.#world.sightings.note('a gateway that asks for changes');
    while (sinceSeq !== undefined) {
      const reply: Reply = await this.#ask(life, { type: 'changes', gatewayId: id, sinceSeq, limit: 20 });
      if ('error' in reply) return await this.#listAll(life, id, consumer);
      for (const contact of reply.ok.contacts ?? []) consumer.take(contact);
      sinceSeq = reply.ok.next === undefined ? undefined : Number(reply.ok.next);
    }
  }

  async #listAll(life: Life, id: string, consumer: GatewayConsumer): Promise<void> {
    const actor: Actor = { role: 'gateway', id };
    for (let afterId: string | undefined = ''; afterId !== undefined; ) {
      const reply: Reply = await this.#ask(life, {
        type: 'list',
        actor,
        open: false,
        afterId,
        limit: 20,
        gatewayId: id,
        state: '',
      });
      if ('error' in reply) return this.#world.fail(`the list of ${id} is refused: ${reply.error.reason}`);
      for (const contact of reply.ok.contacts ?? []) consumer.take(contact);
      afterId = reply.ok.next;
    }
  }
}
