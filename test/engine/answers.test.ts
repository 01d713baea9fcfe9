// Answers: when they leave, in which order, and that they show what was decided, whatever happens while they wait.
import t, { type Test } from 'tap';
import type { Command } from '../../src/core/commands.ts';
import type { Reply } from '../../src/engine/port.ts';
import { Prng } from '../../src/lib/prng.ts';
import { FakeArchive } from './fake-archive.ts';
import { agentActor, draft, GATEWAY, openWorld, POLICY, settled, signIn, VOICE, type World } from './world.ts';

const DISPOSITION = { reasons: ['billing'], outcome: 'solved', notes: '', attributes: '' };

function submit(id: string): Command {
  return { type: 'submit', actor: GATEWAY, contact: draft(id) };
}

function get(id: string) {
  return { type: 'get', actor: GATEWAY, contactId: id } as const;
}

/** c1 is COMPLETED by its wrap-up timer and still awaits its disposition. */
async function completedByTimer(world: World): Promise<void> {
  await signIn(world, 'ana');
  const actor = agentActor('ana');
  const offered = await world.ask(submit('c1'));
  await world.ask({ type: 'accept', actor, offerId: `o${offered.seq}` });
  await world.ask({ type: 'end', actor, contactId: 'c1', version: 0 });
  world.clock.advance(5_000);
  await world.ask({ type: 'tick' });
}

const WITH_WRAP_UP = { ...POLICY, channels: { voice: { ...VOICE, wrapUpMs: 1000 } } };

t.test('[OUT1] [OUT2] a picture of a closed contact shows nothing that is not durable when it leaves', async (t) => {
  const world = await openWorld({ policy: WITH_WRAP_UP, archive: new FakeArchive() });
  await completedByTimer(world);
  world.valve.close();
  const replies: Reply[] = [];
  world.engine.execute(submit('c2'), () => undefined);
  world.engine.query(get('c1'), (reply) => replies.push(reply));
  await settled();
  const complete = { type: 'complete', actor: agentActor('ana'), contactId: 'c1', version: 0 } as const;
  world.engine.execute({ ...complete, disposition: DISPOSITION }, (reply) => replies.push(reply));
  world.valve.pass();
  await settled();
  t.equal(replies.length, 1, 'the disposition is not durable yet');
  t.match(replies, [{ ok: { contact: { state: 'COMPLETED', disposition: undefined, version: 5 } } }]);
  world.valve.open();
  await settled();
  t.match(replies[1], { ok: { contact: { state: 'COMPLETED', disposition: { outcome: 'solved' }, version: 6 } } });
  world.engine.stop();
});

t.test('[OUT1] [OUT2] who asks before a contact is there is not told of it later', async (t) => {
  const world = await openWorld({ archive: new FakeArchive() });
  world.valve.close();
  const replies: Reply[] = [];
  world.engine.execute(submit('c1'), () => undefined);
  world.engine.query(get('c2'), (reply) => replies.push(reply));
  await settled();
  world.engine.execute(submit('c2'), () => undefined);
  const cancel = { type: 'cancel', actor: GATEWAY, contactId: 'c2', cause: 'CANCELLED', version: 0 } as const;
  world.engine.execute(cancel, () => undefined);
  world.valve.pass();
  await settled();
  t.match(replies, [{ error: { reason: 'NO_SUCH_CONTACT' } }]);
  world.engine.stop();
});

t.test('[OUT2] what a subscriber asks for is answered after all subscribers have heard of the commit', async (t) => {
  const world = await openWorld();
  const seen: string[] = [];
  world.engine.committed$.subscribe(({ lastSeq }) => {
    seen.push(`first hears ${lastSeq}`);
    world.engine.query({ type: 'queues' }, (reply) => seen.push(`answer ${reply.seq}`));
  });
  world.engine.committed$.subscribe(({ lastSeq }) => seen.push(`second hears ${lastSeq}`));
  world.engine.execute(submit('c1'), (reply) => seen.push(`reply ${reply.seq}`));
  await settled();
  t.same(seen, ['first hears 2', 'second hears 2', 'reply 2', 'answer 2']);
  world.engine.stop();
});

t.test('[LIM6] [EDGE7] a submission that is refused for want of room, or time, is told at once', async (t) => {
  const world = await openWorld({ maxPending: 1 });
  world.valve.close();
  const replies: Reply[] = [];
  const durable = world.core.seq;
  world.engine.execute(submit('c1'), () => undefined);
  await settled();
  world.engine.execute(submit('c2'), (reply) => replies.push(reply));
  t.match(replies, [{ seq: durable, error: { reason: 'TOO_MANY_PENDING', retryAfterMs: 100 } }]);
  const drained = world.engine.drain();
  world.engine.execute(submit('c3'), (reply) => replies.push(reply));
  t.match(replies[1], { seq: durable, error: { reason: 'DRAINING' } });
  world.valve.open();
  await drained;
  world.engine.stop();
});

t.test('[REF1] an archive that fails: questions are told so, commands that took effect are not', async (t) => {
  const archive = new FakeArchive();
  const world = await openWorld({ archive });
  const cancel = { type: 'cancel', actor: GATEWAY, contactId: 'c1', cause: 'CANCELLED', version: 0 } as const;
  await world.ask(submit('c1'));
  const cancelled = await world.ask(cancel);
  archive.pass(cancelled.seq);
  // Its close drops the picture of c1, which the archive is said to have.
  await world.ask(submit('c2'));
  await world.ask({ ...cancel, contactId: 'c2' });
  archive.fault = new Error('bad sector');
  t.match(await world.query(get('c1')), { error: { code: 'INTERNAL', message: /archive.*bad sector/ } });
  t.match(await world.ask(cancel), { ok: { contact: { id: 'c1', state: 'CANCELLED', queue: 'q' } } });
  world.engine.stop();
});

t.test('[JRN4] nothing is answered after the end, not even from the archive', async (t) => {
  const archive = new FakeArchive();
  const world = await openWorld({ archive });
  const replies: Reply[] = [];
  world.engine.query(get('old'), (reply) => replies.push(reply));
  world.engine.stop();
  await settled();
  t.same(replies, []);
});

t.test('[EDGE7] draining waits for answers that wait for the archive', async (t) => {
  const archive = new FakeArchive();
  const world = await openWorld({ archive });
  let isAnswered = false;
  world.engine.query(get('old'), () => {
    isAnswered = true;
  });
  await world.engine.drain();
  t.ok(isAnswered);
  t.same(archive.asked, ['old']);
  world.engine.stop();
});

t.test('a question that breaks is answered INTERNAL and the router goes on', async (t) => {
  const world = await openWorld();
  // No such question: the core has no arm for it.
  const unheardOf = { type: 'list', actor: undefined } as unknown as Parameters<World['query']>[0];
  t.match(await world.query(unheardOf), { error: { code: 'INTERNAL' } });
  t.match(await world.ask(submit('c1')), { ok: { contact: { state: 'QUEUED' } } });
  t.same(world.failures, []);
  world.engine.stop();
});

t.test('[OUT1] [OUT2] in any interleaving: durable, in order, pushes first, and as it was decided', async (t) => {
  for (let seed = 1; seed <= 20; seed++) await interleave(t, seed);
});

/** Something that was asked, and how the core stood right after. */
interface Asked {
  readonly what: string;
  seq: number;
  /** Of the contact that it is about; 0 when there is none. */
  version: number;
}

/** Commands, questions and commits in a random order; each answer is held against the moment when it was decided. */
async function interleave(t: Test, seed: number): Promise<void> {
  const random = new Prng(seed);
  const world = await openWorld({ archive: new FakeArchive() });
  for (const id of ['ana', 'ben', 'eva']) await signIn(world, id);
  let pushedSeq = world.core.seq;
  const faults: string[] = [];
  world.engine.committed$.subscribe(({ steps, lastSeq }) => {
    for (const { seq } of steps.flatMap(({ pushes }) => pushes)) {
      if (seq < pushedSeq) faults.push(`a push of ${seq} after one of ${pushedSeq}`);
      pushedSeq = seq;
    }
    pushedSeq = lastSeq;
  });
  const asked: Asked[] = [];
  const answered: { readonly of: Asked; readonly reply: Reply }[] = [];
  const ask = (what: string, id: string, go: (reply: (reply: Reply) => void) => void): void => {
    const one: Asked = { what: `${what} ${id}`, seq: 0, version: 0 };
    asked.push(one);
    go((reply) => {
      if (reply.seq > pushedSeq) faults.push(`${one.what} shows ${reply.seq}, pushed are ${pushedSeq}`);
      answered.push({ of: one, reply });
    });
    const known = world.core.state.known.get(id);
    one.seq = world.core.seq;
    one.version = known?.contact?.version ?? known?.tombstone?.version ?? 0;
  };
  world.valve.close();
  for (let move = 0; move < 80; move++) {
    const id = `c${random.below(6)}`;
    const cancel = { type: 'cancel', actor: GATEWAY, contactId: id, cause: 'ABANDONED', version: 0 } as const;
    const [offer] = world.core.state.offers;
    switch (random.below(6)) {
      case 0:
      case 1:
        ask('submit', id, (reply) => world.engine.execute(submit(id), reply));
        break;
      case 2:
        ask('cancel', id, (reply) => world.engine.execute(cancel, reply));
        break;
      case 3: {
        if (offer === undefined) break;
        const [seq, contact] = offer;
        const accept = { type: 'accept', actor: agentActor(contact.agentId), offerId: `o${seq}` } as const;
        ask('accept', contact.id, (reply) => world.engine.execute(accept, reply));
        break;
      }
      case 4:
        // Of one that nobody knows the archive is asked, which takes its time.
        if (world.core.state.known.has(id)) ask('get', id, (reply) => world.engine.query(get(id), reply));
        break;
      default:
        world.valve.pass();
        await settled();
    }
  }
  world.valve.open();
  await settled();
  t.same(
    answered.map(({ of }) => of.what),
    asked.map(({ what }) => what),
    `seed ${seed}: all are answered, in the order in which they asked`,
  );
  for (const { of, reply } of answered) {
    if (of.seq !== reply.seq) faults.push(`${of.what} saw ${of.seq}, not ${reply.seq}`);
    const version = 'ok' in reply ? reply.ok.contact?.version : of.version;
    if (version !== of.version) faults.push(`${of.what} shows version ${version}, decided was ${of.version}`);
  }
  t.same(faults, [], `seed ${seed}`);
  world.engine.stop();
}
