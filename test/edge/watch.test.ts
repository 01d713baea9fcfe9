// A supervisor's watch: the pace, changed rows only, pages, slow sockets.
import t from 'tap';
import type { Query } from '../../src/core/commands.ts';
import type { AgentView, QueueView } from '../../src/core/views.ts';
import type { Frame } from '../../src/wire/messages.ts';
import { agentView, Client, fakeWorld } from './fakes.ts';

function queueView(name: string, changes: Partial<QueueView> = {}): QueueView {
  return {
    name,
    waiting: 0,
    oldestWaitMs: 0,
    gate: '',
    offered: 0,
    assigned: 0,
    wrapUp: 0,
    agentsAvailable: 0,
    agentsEligible: 0,
    serviceLevel: 1,
    answered: 0,
    abandoned: 0,
    open: true,
    opensAt: 0,
    closesAt: 0,
    scheduled: 0,
    ...changes,
  };
}

interface Site {
  readonly world: ReturnType<typeof fakeWorld>;
  readonly client: Client;
  queues: QueueView[];
  agents: AgentView[];
  /** Types of the queries that were asked. */
  asked: string[];
}

function site(): Site {
  const world = fakeWorld();
  const client = new Client(world.edge, 'supervisor', 'sue');
  client.take();
  const made: Site = { world, client, queues: [queueView('billing'), queueView('sales')], agents: [], asked: [] };
  world.port.answers = (query) => {
    made.asked.push(query.type);
    if (query.type === 'queues') return { ok: { queues: made.queues } };
    return query.type === 'agents' ? { ok: agentPage(made.agents, query) } : undefined;
  };
  return made;
}

function agentPage(all: readonly AgentView[], { afterId, limit }: Extract<Query, { readonly type: 'agents' }>) {
  const from = afterId === '' ? 0 : all.findIndex(({ id }) => id === afterId) + 1;
  const agents = all.slice(from, from + limit);
  const last = agents.at(-1);
  return from + limit < all.length && last !== undefined ? { agents, next: last.id } : { agents };
}

/** Feeds as names of queues and ids of agents. */
function feeds(frames: readonly Frame[]): { queues: string[]; agents: string[] }[] {
  return frames.flatMap((frame) => {
    if (!('push' in frame) || !('feed' in frame.push)) return [];
    const { queues = [], agents = [] } = frame.push.feed;
    return [{ queues: queues.map(({ name }) => name), agents: agents.map(({ id }) => id) }];
  });
}

t.test('[OUT8] the first feed has all rows, later ones what changed, at the pace asked for', async (t) => {
  const { world, client, ...rest } = site();
  const made = Object.assign(rest, { world, client });
  client.send('watch', { queues: [], agents: false, everyMs: 500 });
  const frames = client.take();
  t.ok(frames[0] !== undefined && 'reply' in frames[0], 'the reply first');
  t.same(feeds(frames), [{ queues: ['billing', 'sales'], agents: [] }]);
  world.timers.pass(499);
  t.same(client.take(), []);
  world.timers.pass(1);
  t.same(client.take(), [], 'nothing changed');
  world.port.answers = () => ({ ok: { queues: [queueView('billing', { waiting: 3 }), queueView('sales')] } });
  world.timers.pass(500);
  t.same(feeds(client.take()), [{ queues: ['billing'], agents: [] }]);
  t.same(
    made.asked.filter((type) => type === 'agents'),
    [],
    'agents were not asked for',
  );
});

t.test('only the queues asked for; one that does not exist is refused by its place', async (t) => {
  const { client, world } = site();
  client.send('watch', { queues: ['sales'], agents: false, everyMs: 250 });
  t.same(feeds(client.take()), [{ queues: ['sales'], agents: [] }]);
  client.send('watch', { queues: ['sales', 'nope'], agents: false, everyMs: 250 });
  const [frame] = client.take();
  t.match(frame, { reply: { error: { reason: 'UNKNOWN_QUEUE', path: 'watch.queues[1]' } } });
  world.timers.pass(10_000);
  t.same(client.take(), [], 'the watch before it has ended');
});

t.test('agents come in pages; they are read again only after something was decided', async (t) => {
  const made = site();
  const { world, client } = made;
  made.agents = Array.from({ length: 450 }, (_, i) => agentView(`a${i}`));
  client.send('watch', { queues: [], agents: true, everyMs: 1_000 });
  world.timers.settle();
  const first = feeds(client.take());
  t.same(
    first.map(({ queues, agents }) => [queues.length, agents.length]),
    [
      [2, 200],
      [0, 200],
      [0, 50],
    ],
  );
  made.asked.length = 0;
  world.timers.pass(1_000);
  t.same(made.asked, ['queues'], 'nothing was decided');
  made.agents[300] = agentView('a300', { presence: 'AVAILABLE' });
  made.agents.push(agentView('a450'));
  world.port.seq += 1;
  world.timers.pass(1_000);
  t.same(feeds(client.take()), [
    { queues: [], agents: ['a300'] },
    { queues: [], agents: ['a450'] },
  ]);
});

t.test('a slow supervisor gets fewer feeds, the newest rows, and is never too slow', async (t) => {
  const made = site();
  const { world, client } = made;
  client.send('watch', { queues: [], agents: false, everyMs: 250 });
  client.take();
  client.socket.isReading = false;
  client.socket.capacityBytes = 1;
  for (let i = 1; i <= 1_000; i++) {
    made.queues = [queueView('billing', { waiting: i }), queueView('sales')];
    world.timers.pass(250);
    if (client.socket.flushWanted) client.connection.flush();
  }
  t.equal(client.socket.closedWith, undefined);
  t.equal(client.socket.take().length, 1, 'one feed, then it was full');
  client.socket.bufferedBytes = 0;
  client.connection.flush();
  const [frame] = client.take();
  t.match(frame, { push: { feed: { queues: [{ name: 'billing', waiting: 1_000 }] } } });
});

t.test('a second watch replaces the first, a closed connection ends it; each is answered once', async (t) => {
  const { world, client } = site();
  client.send('watch', { queues: ['billing'], agents: false, everyMs: 250 });
  client.send('watch', { queues: ['sales'], agents: false, everyMs: 60_000 });
  const frames = client.take();
  t.equal(frames.filter((frame) => 'reply' in frame).length, 2);
  t.equal(world.timers.waitingCount, 1, 'one timer');
  client.connection.closed();
  t.equal(world.timers.waitingCount, 0);
});

t.test('a first feed comes also when there is nothing to tell', async (t) => {
  const made = site();
  made.queues = [];
  made.client.send('watch', { queues: [], agents: true, everyMs: 250 });
  t.same(feeds(made.client.take()), [{ queues: [], agents: [] }]);
  made.world.timers.pass(250);
  t.same(made.client.take(), []);
});
