// A gateway's subscription: levels live and catching up, slow sockets, bounded memory, no change ever lost.
// The model at the end is a router of contacts with versions; whatever a socket does, the client ends up to date.
import fc from 'fast-check';
import t from 'tap';
import type { Query } from '../../src/core/commands.ts';
import { refuse } from '../../src/core/refusal.ts';
import type { ContactView } from '../../src/core/views.ts';
import type { PortOk } from '../../src/engine/port.ts';
import type { Frame } from '../../src/wire/messages.ts';
import { Client, contactPush, contactView, fakeWorld } from './fakes.ts';

type World = ReturnType<typeof fakeWorld>;

function gateway(world: World): Client {
  const client = new Client(world.edge, 'gateway', 'gw');
  world.port.pending('openSession')[0]?.answer({ ok: {} });
  client.take();
  return client;
}

/** Pushes as `id@seq`, replies as `reply:seq` or `error:REASON`. */
function told(frames: readonly Frame[]): string[] {
  return frames.map((frame) => {
    if ('reply' in frame)
      return 'error' in frame.reply ? `error:${frame.reply.error.reason}` : `reply:${frame.reply.seq}`;
    return 'contact' in frame.push ? `${frame.push.contact.id}@${frame.push.seq}` : Object.keys(frame.push).join();
  });
}

function page(changes: readonly [id: string, seq: number][], next?: number): { readonly ok: PortOk } {
  const contacts = changes.map(([id]) => contactView(id));
  const seqs = changes.map(([, seq]) => seq);
  return { ok: next === undefined ? { contacts, seqs } : { contacts, seqs, next: String(next) } };
}

t.test(
  'from now: the reply says from where, then every change is pushed before the reply that caused it',
  async (t) => {
    const world = fakeWorld();
    const client = gateway(world);
    world.port.commit(contactPush(101, contactView('c1')));
    client.send('subscribe', { sinceSeq: 0 });
    t.same(told(client.take()), ['reply:101']);
    client.send('cancel', { contactId: 'c1' });
    world.port.commit(contactPush(102, contactView('c1')));
    world.port.pending('cancel')[0]?.answer({ ok: {} }, 102);
    t.same(told(client.take()), ['c1@102', 'reply:102']);
  },
);

t.test('since a seq: reply, pages, then live; pushes of the meantime come once and in order', async (t) => {
  const world = fakeWorld();
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 50 });
  const [first] = world.port.pending('changes');
  t.match(first?.what, { gatewayId: 'gw', sinceSeq: 50 });
  world.port.commit(contactPush(103, contactView('c3')));
  first?.answer(
    page(
      [
        ['c1', 60],
        ['c2', 70],
      ],
      70,
    ),
    103,
  );
  t.same(told(client.take()), ['reply:103', 'c1@60', 'c2@70']);
  world.timers.settle();
  world.port.commit(contactPush(104, contactView('c1')), contactPush(105, contactView('c4')));
  const [second] = world.port.pending('changes');
  t.match(second?.what, { sinceSeq: 70 });
  second?.answer(
    page([
      ['c3', 103],
      ['c1', 104],
    ]),
    104,
  );
  t.same(told(client.take()), ['c3@103', 'c1@104', 'c4@105'], 'c4 was not in the page');
  world.port.commit(contactPush(106, contactView('c4')));
  t.same(told(client.take()), ['c4@106'], 'live');
  t.same(world.port.pending('changes'), []);
});

t.test('too far back, or from another journal: RESYNC, and no subscription', async (t) => {
  const world = fakeWorld();
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 5 });
  world.port.pending('changes')[0]?.answer({ error: refuse('RESYNC', 'list first', 'sinceSeq') });
  const [frame] = client.take();
  t.match(frame, { reply: { error: { code: 'OUT_OF_RANGE', reason: 'RESYNC', path: 'subscribe.sinceSeq' } } });
  client.send('subscribe', { sinceSeq: 500 });
  world.port.pending('changes')[0]?.answer(page([]), 100);
  t.same(told(client.take()), ['error:RESYNC']);
  world.port.commit(contactPush(101, contactView('c1')));
  t.same(client.take(), []);
});

t.test('a subscription that is overtaken by a later one is answered all the same', async (t) => {
  const world = fakeWorld();
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 50 });
  client.send('subscribe', { sinceSeq: 0 });
  t.same(told(client.take()), ['reply:100']);
  world.port.pending('changes')[0]?.answer(page([['c1', 60]]), 100);
  t.same(told(client.take()), ['reply:100'], 'its page is not pushed');
  world.port.commit(contactPush(101, contactView('c1')));
  t.same(told(client.take()), ['c1@101']);
});

t.test(
  'a slow gateway gets the newest state of each contact once it drains, and is never too slow for pushes',
  async (t) => {
    const world = fakeWorld({ outboxBytesMax: 200_000 });
    const client = gateway(world);
    client.send('subscribe', { sinceSeq: 0 });
    client.take();
    client.socket.isReading = false;
    let seq = 100;
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 50; i++) {
        world.port.commit(contactPush(++seq, contactView(`c${i}`, { version: round, attributes: bulk(1_000) })));
        if (client.socket.flushWanted) client.connection.flush();
      }
    }
    t.equal(client.socket.closedWith, undefined, '5 MB of changes and it is not too slow');
    t.ok(client.socket.bufferedBytes < 200_000);
    const frames = client.drain();
    const newest = new Map<string, number>();
    let last = 0;
    for (const frame of frames) {
      if (!('push' in frame) || !('contact' in frame.push)) continue;
      t.ok(frame.push.seq > last, 'in order of seq');
      last = frame.push.seq;
      newest.set(frame.push.contact.id, frame.push.contact.version);
    }
    t.equal(newest.size, 50);
    t.ok([...newest.values()].every((version) => version === 99));
    t.ok(frames.length < 1_000);
  },
);

t.test('past the number of held contacts they are read again from the engine', async (t) => {
  const world = fakeWorld({ heldLevelsMax: 10 });
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 0 });
  client.take();
  client.socket.isReading = false;
  client.socket.capacityBytes = 1;
  world.port.commit(contactPush(101, contactView('c101')));
  client.connection.flush();
  for (let seq = 102; seq <= 130; seq++) world.port.commit(contactPush(seq, contactView(`c${seq}`)));
  t.same(world.port.pending('changes'), [], 'nothing is read while the socket is full');
  client.socket.take();
  client.socket.isReading = true;
  client.socket.bufferedBytes = 0;
  client.connection.flush();
  const [asked] = world.port.pending('changes');
  t.match(asked?.what, { sinceSeq: 101, limit: 10 }, 'from the last that left');
});

t.test('a backlog that cannot be read on closes 4408', async (t) => {
  const world = fakeWorld();
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 50 });
  world.port.pending('changes')[0]?.answer(page([['c1', 60]], 60));
  world.timers.settle();
  world.port.pending('changes')[0]?.answer({ error: refuse('RESYNC', 'forgotten') });
  t.equal(client.socket.closedWith?.code, 4408);
});

t.test('an answer to a socket that is gone does nothing', async (t) => {
  const world = fakeWorld();
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 50 });
  client.connection.closed();
  world.port.pending('changes')[0]?.answer(page([['c1', 60]], 60));
  world.timers.settle();
  t.same(client.take(), []);
  t.same(world.port.pending('changes'), []);
});

function bulk(length: number): string {
  return JSON.stringify({ text: 'x'.repeat(length) });
}

/** Contacts of one gateway with the seq of their last change, as the core keeps them, before a world's port. */
class ChangeModel {
  readonly seqById = new Map<string, number>();
  readonly #world: World;
  /** Decided and not yet durable. */
  #undurable: [seq: number, contact: ContactView][] = [];
  #replies: { readonly seq: number; readonly answer: () => void }[] = [];
  #seq = 100;

  constructor(world: World) {
    this.#world = world;
    world.port.answers = () => undefined;
  }

  change(id: string): void {
    this.#seq += 1;
    this.seqById.set(id, this.#seq);
    this.#undurable.push([this.#seq, contactView(id, { version: this.#seq, attributes: bulk(300) })]);
  }

  /** Decides what was asked: what it sees counts from now, its answer leaves with a later commit. */
  decide(): void {
    for (const asked of this.#world.port.pending('changes')) {
      if (this.#replies.some((reply) => Object.is(Reflect.get(reply, 'asked'), asked))) continue;
      const result = this.#page(asked.what);
      const seq = this.#seq;
      this.#replies.push(Object.assign({ seq, answer: () => asked.answer(result, seq) }, { asked }));
    }
  }

  commit(): void {
    const durable = this.#undurable;
    this.#undurable = [];
    if (durable.length > 0) this.#world.port.commit(...durable.map(([seq, contact]) => contactPush(seq, contact)));
    const replies = this.#replies;
    this.#replies = [];
    for (const { answer } of replies) answer();
  }

  #page({ sinceSeq, limit }: Extract<Query, { readonly type: 'changes' }>): { readonly ok: PortOk } {
    const after = [...this.seqById].filter(([, seq]) => seq > sinceSeq).sort((a, b) => a[1] - b[1]);
    const shown = after.slice(0, limit);
    const contacts = shown.map(([id, seq]) => contactView(id, { version: seq }));
    const seqs = shown.map(([, seq]) => seq);
    return { ok: after.length > limit ? { contacts, seqs, next: String(seqs.at(-1)) } : { contacts, seqs } };
  }
}

t.test(
  'whatever the socket and the journal do, the client ends with the newest state of every contact, in order',
  async (t) => {
    const contactId = fc.integer({ min: 0, max: 40 }).map((n) => `c${n}`);
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .array(contactId, { minLength: 1, maxLength: 30 })
          .map((ids) => ({ kind: 'change', ids }) as const),
      },
      { weight: 3, arbitrary: fc.constant({ kind: 'decide' } as const) },
      { weight: 3, arbitrary: fc.constant({ kind: 'commit' } as const) },
      { weight: 2, arbitrary: fc.constant({ kind: 'tick' } as const) },
      { weight: 2, arbitrary: fc.boolean().map((isReading) => ({ kind: 'reading', isReading }) as const) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 0, max: 130 }).map((sinceSeq) => ({ kind: 'subscribe', sinceSeq }) as const),
      },
    );
    const levels = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(levels, fc.array(step, { maxLength: 60, size: 'max' }), (heldLevelsMax, steps) => {
        const world = fakeWorld({ heldLevelsMax });
        const client = gateway(world);
        client.socket.capacityBytes = 2_000;
        const model = new ChangeModel(world);
        const frames: Frame[] = [];
        let sinceSeq = 100;
        const turn = (): void => {
          world.timers.settle();
          frames.push(...client.take());
        };
        const subscribe = (since: number): void => {
          // The client starts anew: what it was told before does not count.
          frames.push(...client.take());
          frames.length = 0;
          sinceSeq = since;
          client.send('subscribe', { sinceSeq: since });
        };
        subscribe(100);
        for (const one of steps) {
          if (one.kind === 'change') for (const id of one.ids) model.change(id);
          else if (one.kind === 'decide') model.decide();
          else if (one.kind === 'commit') model.commit();
          else if (one.kind === 'tick') turn();
          else if (one.kind === 'subscribe') subscribe(Math.max(1, Math.min(one.sinceSeq, world.port.seq)));
          else {
            client.socket.isReading = one.isReading;
            if (one.isReading) frames.push(...client.drain());
          }
        }
        client.socket.isReading = true;
        for (let i = 0; i < 100; i++) {
          model.decide();
          model.commit();
          frames.push(...client.drain());
          turn();
        }
        // A reply to an overtaken start may come late; pushes after the last subscribe's own are what counts.
        const seen = new Map<string, number>();
        let last = 0;
        for (const frame of frames) {
          if (!('push' in frame) || !('contact' in frame.push)) continue;
          if (frame.push.seq < last) throw new Error(`seq ${frame.push.seq} after ${last}`);
          last = frame.push.seq;
          seen.set(frame.push.contact.id, frame.push.contact.version);
        }
        for (const [id, seq] of model.seqById) {
          if (seq > sinceSeq && seen.get(id) !== seq) throw new Error(`${id} is at ${seq}, told ${seen.get(id)}`);
        }
        return client.socket.closedWith === undefined;
      }),
      { numRuns: 2_000, seed: 20_251_122 },
    );
    t.pass('2,000 histories, seed 20251122');
  },
);
