// A gateway's subscription: levels live and catching up, slow sockets, bounded memory, no change ever lost.
// The model at the end is a router of contacts with versions; whatever a socket does, the client ends up to date.
import fc from 'fast-check';
import t from 'tap';
import type { Query } from '../../src/core/commands.ts';
import { refuse } from '../../src/core/refusal.ts';
import type { PortOk, Push } from '../../src/engine/port.ts';
import type { Frame } from '../../src/wire/messages.ts';
import { Client, changedPush, contactPush, contactView, fakeWorld } from './fakes.ts';

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
  '[OUT2] from now: the reply says from where, then every change is pushed before the reply that caused it',
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

t.test('[OUT5] since a seq: reply, pages, then live; pushes of the meantime come once and in order', async (t) => {
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

t.test('[OUT5] too far back, or from another journal: RESYNC, and no subscription', async (t) => {
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
  '[OUT4, EDGE4] a slow gateway gets the newest state of each contact once it drains, and is never too slow for pushes',
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

t.test('[OUT4] a closed contact that changes is read, and pushed as it is then', async (t) => {
  const world = fakeWorld();
  const client = gateway(world);
  client.send('subscribe', { sinceSeq: 0 });
  client.take();
  world.port.commit(changedPush(120));
  const asked = world.port.pending('changes');
  t.match(asked, [{ what: { gatewayId: 'gw', sinceSeq: 119 } }]);
  world.port.commit(contactPush(121, contactView('c2')));
  t.same(client.take(), [], 'what comes later waits');
  asked[0]?.answer(page([['c1', 120]]), 120);
  world.timers.settle();
  t.same(told(client.take()), ['c1@120', 'c2@121']);
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
  #undurable: Push[] = [];
  #replies: { readonly seq: number; readonly answer: () => void }[] = [];
  #seq = 100;

  constructor(world: World) {
    this.#world = world;
    world.port.answers = () => undefined;
  }

  change(id: string): void {
    this.#seq += 1;
    this.seqById.set(id, this.#seq);
    const contact = contactView(id, { version: this.#seq, attributes: bulk(300) });
    this.#undurable.push(contactPush(this.#seq, contact));
  }

  /** It is closed and gets a disposition: only reading shows it. */
  changeLate(id: string): void {
    this.#seq += 1;
    this.seqById.set(id, this.#seq);
    this.#undurable.push(changedPush(this.#seq));
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
    if (durable.length > 0) this.#world.port.commit(...durable);
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

const CONTACT_ID = fc.integer({ min: 0, max: 40 }).map((n) => `c${n}`);
const CONTACT_IDS = fc.array(CONTACT_ID, { minLength: 1, maxLength: 30, size: 'max' });
const STEP = fc.oneof(
  { weight: 6, arbitrary: CONTACT_IDS.map((ids) => ({ kind: 'change', ids }) as const) },
  { weight: 2, arbitrary: CONTACT_ID.map((id) => ({ kind: 'changeLate', id }) as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'decide' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'commit' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'tick' } as const) },
  { weight: 2, arbitrary: fc.boolean().map((isReading) => ({ kind: 'reading', isReading }) as const) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 130 }).map((sinceSeq) => ({ kind: 'subscribe', sinceSeq }) as const),
  },
);
type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never;

/** A gateway on a socket that reads now and then, before the model; what it was told since it subscribed last. */
class History {
  readonly world: World;
  readonly client: Client;
  readonly model: ChangeModel;
  sinceSeq = 0;
  frames: Frame[] = [];

  constructor(heldLevelsMax: number) {
    this.world = fakeWorld({ heldLevelsMax });
    this.client = gateway(this.world);
    this.client.socket.capacityBytes = 2_000;
    this.model = new ChangeModel(this.world);
    this.#subscribe(100);
  }

  play(step: Step): void {
    if (step.kind === 'change') for (const id of step.ids) this.model.change(id);
    else if (step.kind === 'changeLate') this.model.changeLate(step.id);
    else if (step.kind === 'decide') this.model.decide();
    else if (step.kind === 'commit') this.model.commit();
    else if (step.kind === 'tick') this.#turn();
    else if (step.kind === 'subscribe') this.#subscribe(Math.min(step.sinceSeq, this.world.port.seq));
    else {
      this.client.socket.isReading = step.isReading;
      if (step.isReading) this.frames.push(...this.client.drain());
    }
  }

  /** Everything becomes durable and is read. */
  end(): void {
    this.client.socket.isReading = true;
    for (let i = 0; i < 100; i++) {
      this.model.decide();
      this.model.commit();
      this.frames.push(...this.client.drain());
      this.#turn();
    }
  }

  /** What is wrong with what the client was told; undefined if nothing is. */
  fault(): string | undefined {
    const told = new Map<string, number>();
    let last = 0;
    for (const frame of this.frames) {
      if (!('push' in frame) || !('contact' in frame.push)) continue;
      if (frame.push.seq < last) return `seq ${frame.push.seq} after ${last}`;
      last = frame.push.seq;
      told.set(frame.push.contact.id, frame.push.contact.version);
    }
    for (const [id, seq] of this.model.seqById) {
      if (seq > this.sinceSeq && told.get(id) !== seq) return `${id} is at ${seq}, told ${told.get(id)}`;
    }
    return this.client.socket.closedWith === undefined ? undefined : 'it was closed';
  }

  #turn(): void {
    this.world.timers.settle();
    this.frames.push(...this.client.take());
  }

  /** The client starts anew: what it was told before does not count. */
  #subscribe(sinceSeq: number): void {
    this.client.take();
    this.frames = [];
    this.sinceSeq = sinceSeq;
    this.client.send('subscribe', { sinceSeq });
  }
}

t.test(
  '[OUT4, OUT5] whatever socket and journal do, the client ends with the newest state of all, in order',
  async (t) => {
    const heldLevelsMax = fc.integer({ min: 1, max: 30 });
    const steps = fc.array(STEP, { maxLength: 60, size: 'max' });
    const property = fc.property(heldLevelsMax, steps, (levelsMax, played) => {
      const history = new History(levelsMax);
      for (const step of played) history.play(step);
      history.end();
      const fault = history.fault();
      if (fault !== undefined) throw new Error(fault);
    });
    fc.assert(property, { numRuns: 2_000, seed: 20_251_122 });
    t.pass('2,000 histories, seed 20251122');
  },
);
