// What ends the engine: once an event has been applied, whatever breaks is told once, and nothing is answered any more.

import { map } from 'rxjs';
import t, { type Test } from 'tap';
import type { Reply } from '../../src/engine/port.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';
import { draft, GATEWAY, openWorld, settled, signIn, type World } from './world.ts';

function submit(id: string) {
  return { type: 'submit', actor: GATEWAY, contact: draft(id) } as const;
}

/** Asks for something and for something else after it; both are never answered. */
async function endsWith(t: Test, world: World, cause: RegExp): Promise<void> {
  const replies: Reply[] = [];
  world.engine.execute(submit('c1'), (reply) => replies.push(reply));
  await settled();
  world.engine.execute(submit('c2'), (reply) => replies.push(reply));
  await settled();
  t.same(replies, []);
  t.equal(world.failures.length, 1, 'told once');
  t.match(world.failures[0], { message: cause });
  t.equal(world.engine.ready, false);
}

t.test('[OUT2] a subscriber that throws ends it before the answers of that commit leave', async (t) => {
  const world = await openWorld();
  const heard: number[] = [];
  world.engine.committed$.subscribe(() => {
    throw new Error('a broken counter');
  });
  world.engine.committed$.subscribe({ next: ({ lastSeq }) => heard.push(lastSeq) });
  world.engine.committed$.pipe(map(({ firstSeq }) => firstSeq)).subscribe((firstSeq) => heard.push(firstSeq));
  await endsWith(t, world, /broken counter/);
  t.same(heard, [2, 2], 'the others were told of what is durable');
});

t.test('a subscriber that is an object and throws', async (t) => {
  const world = await openWorld();
  world.engine.committed$.subscribe({
    next: () => {
      throw new Error('a broken counter');
    },
  });
  await endsWith(t, world, /broken counter/);
});

t.test('who no longer subscribes is not called', async (t) => {
  const world = await openWorld();
  const subscription = world.engine.committed$.subscribe(() => t.fail('called'));
  subscription.unsubscribe();
  await world.ask(submit('c1'));
  world.engine.stop();
});

t.test('an event that cannot be encoded', async (t) => {
  class Choosy extends EventEncoder {
    override add(...[at, event]: Parameters<EventEncoder['add']>): void {
      if (event.type === 'contactSubmitted') throw new Error('no room for it');
      super.add(at, event);
    }
  }
  await endsWith(t, await openWorld({ encoder: new Choosy() }), /no room for it/);
});

t.test('a batch that cannot be encoded', async (t) => {
  class Broken extends EventEncoder {
    override finish(): Uint8Array<ArrayBuffer> {
      if (this.count === 1) return super.finish();
      throw new Error('cannot finish');
    }
  }
  const world = await openWorld({ encoder: new Broken() });
  const replies: Reply[] = [];
  world.engine.execute(submit('c1'), (reply) => replies.push(reply));
  world.engine.execute(submit('c2'), (reply) => replies.push(reply));
  await settled();
  t.match(world.failures, [{ message: 'cannot finish' }]);
  t.same(replies, []);
});

t.test('an answer that cannot be taken', async (t) => {
  const world = await openWorld();
  const replies: Reply[] = [];
  world.engine.execute(submit('c1'), () => {
    throw new Error('nobody is there');
  });
  world.engine.execute(submit('c2'), (reply) => replies.push(reply));
  await settled();
  t.match(world.failures, [{ message: 'nobody is there' }]);
  t.same(replies, []);
});

t.test('[RST3] what a subscriber does at the end of a stall makes no offer missed that never left', async (t) => {
  const world = await openWorld();
  await signIn(world, 'ana');
  world.valve.close();
  world.engine.execute(submit('c1'), () => undefined);
  await settled();
  world.clock.advance(60_000);
  const events: string[] = [];
  world.engine.committed$.subscribe(({ steps }) => {
    for (const step of steps) for (const event of step.events) events.push(event.type);
    if (events.length > 2) return;
    // A socket that overflows, for example.
    world.engine.execute({ type: 'closeSession', actor: GATEWAY, sessionId: 'none' }, () => undefined);
  });
  world.valve.open();
  await settled();
  t.same(events, ['contactSubmitted', 'offerMade', 'offerRevoked', 'offerMade']);
  t.equal(world.core.state.agents.get('ana')?.presence, 'AVAILABLE');
  world.engine.stop();
});
