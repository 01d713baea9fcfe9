// Rules of routing that no other test here shows end to end, each under a policy of its own: over real sockets, in both sub-protocols.
import { filter, firstValueFrom, type Observable } from 'rxjs';
import t, { type Test } from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { ClientOptions } from '../../src/client/client.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { SupervisorClient } from '../../src/client/supervisor-client.ts';
import { RealRouter } from './real-router.ts';

interface World {
  readonly gateway: GatewayClient;
  readonly ana: AgentClient;
  readonly ben: AgentClient;
  readonly boss: SupervisorClient;
}

interface Part {
  readonly policy: string;
  run(t: Test, world: World): Promise<void>;
}

function first<T>(stream$: Observable<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return firstValueFrom(stream$.pipe(filter(fits)));
}

/** Its next contact of that id, taken. */
async function taken(agent: AgentClient, id: string, begin: () => Promise<unknown>): Promise<void> {
  const offered = first(agent.offers$, ({ contact }) => contact.id === id);
  await begin();
  await agent.accept((await offered).id);
}

const DAY_MS = 86_400_000;
const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const PARTS: Readonly<Record<string, Part>> = {
  '[AFF7, AFF1] who answered the customer last holds the next contact': {
    policy: `
channels: { voice: {} }
queues: { advice: { lastAgent: customer, preferredFor: 1m } }
agents: { ana: {}, ben: {} }
`,
    run: async (t, { gateway, ana, ben }) => {
      const call = { channel: 'voice', customerId: 'kim' };
      await ana.setPresence('AVAILABLE');
      await taken(ana, 'call-1', () => gateway.submit({ ...call, id: 'call-1' }));
      await ana.complete('call-1');
      await ana.setPresence('BUSY');
      await ben.setPresence('AVAILABLE');
      const next = await gateway.submit({ ...call, id: 'call-2' });
      t.match(next, { state: 'QUEUED', preferredAgents: ['ana'] }, 'ben is free, and it is not his');
      t.match(await gateway.submit({ ...call, id: 'call-3', customerId: 'lee' }), { agentId: 'ben' });
      await taken(ana, 'call-2', () => ana.setPresence('AVAILABLE'));
      t.match(await gateway.get('call-2'), { state: 'ASSIGNED', agentId: 'ana' });
    },
  },
  '[BLD2] an exclusive contact is held alone': {
    policy: `
channels: { voice: { cost: 10, limit: 5 }, branch: { cost: 10, exclusive: true } }
queues: { general: {} }
agents: { ana: {} }
`,
    run: async (t, { gateway, ana }) => {
      await ana.setPresence('AVAILABLE');
      await taken(ana, 'visit', () => gateway.submit({ id: 'visit', channel: 'branch' }));
      t.match(await gateway.submit({ id: 'call', channel: 'voice' }), { state: 'QUEUED' });
      await taken(ana, 'call', () => ana.complete('visit'));
      t.match(await gateway.submit({ id: 'visit-2', channel: 'branch' }), { state: 'QUEUED' });
      t.match(await gateway.submit({ id: 'call-2', channel: 'voice' }), { state: 'OFFERED', agentId: 'ana' });
    },
  },
  '[ROOM2] an agent’s own limit takes the place of the channel’s': {
    policy: `
channels: { chat: { cost: 10, limit: 3 } }
queues: { general: {} }
agents: { ana: { limits: { chat: 1 } }, ben: {} }
`,
    run: async (t, { gateway, ana, ben }) => {
      await ana.setPresence('AVAILABLE');
      await taken(ana, 'chat-1', () => gateway.submit({ id: 'chat-1', channel: 'chat' }));
      t.match(await gateway.submit({ id: 'chat-2', channel: 'chat' }), { state: 'QUEUED' });
      await ana.setPresence('BUSY');
      await ben.setPresence('AVAILABLE');
      for (const id of ['chat-3', 'chat-4']) t.match(await gateway.submit({ id, channel: 'chat' }), { agentId: 'ben' });
    },
  },
  '[OFF17, EXP4] no more offers a minute than the policy allows': {
    policy: `
channels: { voice: { cost: 10, limit: 9 } }
queues: { general: {} }
presence: { offersPerMinute: 2 }
agents: { ana: {} }
`,
    run: async (t, { gateway, ana, boss }) => {
      await ana.setPresence('AVAILABLE');
      for (const id of ['call-1', 'call-2']) {
        await taken(ana, id, () => gateway.submit({ id, channel: 'voice' }));
        await ana.complete(id);
      }
      t.match(await gateway.submit({ id: 'call-3', channel: 'voice' }), { state: 'QUEUED' });
      t.match(await boss.explain('call-3'), { waiting: { agents: [{ agentId: 'ana', obstacle: 'CAPPED' }] } });
    },
  },
  '[GATE2, GATE4] outbound only while inbound keeps its promise': {
    policy: `
channels: { voice: { cost: 10, limit: 9 } }
queues:
  inbound: { when: { direction: INBOUND }, serviceLevel: { within: 500ms, target: 0.8 } }
  renewals: { when: { direction: OUTBOUND }, onlyWhile: { serviceLevelAtLeast: { queue: inbound, ratio: 0.5 } } }
agents: { ana: {} }
`,
    run: async (t, { gateway, ana, boss }) => {
      t.match(await gateway.submit({ id: 'late', channel: 'voice' }), { state: 'QUEUED' });
      await new Promise((resolve) => setTimeout(resolve, 600));
      await taken(ana, 'late', () => ana.setPresence('AVAILABLE'));
      const renewal = { id: 'renewal', channel: 'voice', direction: 'OUTBOUND' } as const;
      t.match(await gateway.submit(renewal), { state: 'QUEUED' }, 'the only answer was late');
      t.match(await boss.explain('renewal'), { waiting: { gate: 'SERVICE_LEVEL' } });
      const offered = first(ana.offers$, ({ contact }) => contact.id === 'renewal');
      await taken(ana, 'in-time', () => gateway.submit({ id: 'in-time', channel: 'voice' }));
      t.match((await offered).contact, { id: 'renewal' }, 'half of them in time');
    },
  },
  '[HRS3, SCH7] on holidays a closed queue schedules for its next opening': {
    policy: `
channels: { voice: {} }
calendars:
  days:
    timeZone: UTC
    weekly: { mon: 00:00-24:00, tue: 00:00-24:00, wed: 00:00-24:00, thu: 00:00-24:00, fri: 00:00-24:00, sat: 00:00-24:00, sun: 00:00-24:00 }
    holidays: [${dateOf(today)}, ${dateOf(today + DAY_MS)}]
queues: { general: { hours: days, closed: { then: schedule } } }
agents: { ana: {} }
`,
    run: async (t, { gateway, ana }) => {
      await ana.setPresence('AVAILABLE');
      const promised = await gateway.submit({ id: 'call', channel: 'voice' });
      t.match(promised, { state: 'SCHEDULED', dueAt: today + 2 * DAY_MS });
    },
  },
  '[EXP3] an offer keeps its runners-up': {
    policy: `
channels: { voice: {} }
queues: { general: { requires: [{ all: [{ skill: billing }] }] } }
explain: { runnersUp: 3 }
agents: { ana: { skills: { billing: 9 } }, ben: { skills: { billing: 5 } } }
`,
    run: async (t, { gateway, ana, ben, boss }) => {
      await ana.setPresence('AVAILABLE');
      await ben.setPresence('AVAILABLE');
      t.match(await gateway.submit({ id: 'call', channel: 'voice' }), { agentId: 'ana' });
      const { offer } = await boss.explain('call');
      t.match(offer, { agentId: 'ana', runnersUp: [{ agentId: 'ben' }] });
      t.ok((offer?.runnersUp[0]?.behind ?? 0) > 0, `ben is ${offer?.runnersUp[0]?.behind} s behind`);
    },
  },
};

for (const subProtocol of ['json', 'proto'] as const) {
  for (const [name, { policy, run }] of Object.entries(PARTS)) {
    t.test(`${name}: ${subProtocol}`, async (t) => {
      const router = await RealRouter.start(t.testdir(), policy);
      t.teardown(() => router.stop());
      const options = async (role: 'gateway' | 'agent' | 'supervisor', id: string): Promise<ClientOptions> => {
        return { url: router.url, token: await router.token(role, id), subProtocol };
      };
      const gateway = new GatewayClient(await options('gateway', 'web'));
      const ana = new AgentClient(await options('agent', 'ana'));
      const boss = new SupervisorClient(await options('supervisor', 'sue'));
      const ben = new AgentClient(await options('agent', 'ben'));
      const clients = policy.includes('ben:') ? [gateway, ana, boss, ben] : [gateway, ana, boss];
      for (const client of clients) await client.connect();
      t.teardown(() => {
        for (const client of clients) client.close();
      });
      await run(t, { gateway, ana, ben, boss });
    });
  }
}
