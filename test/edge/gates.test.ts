// Outbound beside inbound, over real sockets: a contact behind a gate waits while others go by, and leaves by itself when the gate opens.
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { ContactDraft } from '../../src/core/commands.ts';
import { startEdge, tokenOf } from './live-edge.ts';
import { ask, startEngine } from './memory-router.ts';

const POLICY = `
channels: { voice: {} }
queues:
  inbound: { when: { direction: INBOUND } }
  renewals: { when: { direction: OUTBOUND }, reserve: 1, pace: { perMinute: 600 } }
agents: { ana: {}, ben: {} }
`;

t.test('[GATE1, GATE3, GATE6] a reserve and a pace, from socket to socket', async (t) => {
  const engine = await startEngine(t);
  const parsed = parsePolicy(POLICY);
  if ('faults' in parsed) throw new Error(parsed.faults[0]?.message);
  const actor = { role: 'admin', id: 'root' } as const;
  await ask(engine, { type: 'setPolicy', actor, policy: parsed.policy, source: POLICY, fileHash: '' });
  const live = await startEdge(t, engine);
  const gateway = await live.connect('gateway', 'dialer');
  const ana = await live.connect('agent', 'ana');
  await ana.ask('setPresence', { presence: 'AVAILABLE' });
  const call = { channel: 'voice', direction: 'OUTBOUND' } as ContactDraft;
  const first = await gateway.ask('submit', { contact: { ...call, id: 'call1' } });
  t.match(first, { ok: { contact: { queue: 'renewals', state: 'QUEUED' } } }, 'nobody would be left for others');
  const authorization = `Bearer ${await tokenOf('supervisor', 'boss')}`;
  const queues = async (): Promise<unknown> => {
    const response = await fetch(`${live.address.httpUrl}/v1/queues`, { headers: { authorization } });
    return response.json();
  };
  t.match(await queues(), { queues: [{ name: 'inbound' }, { name: 'renewals', waiting: 1, gate: 'RESERVE' }] });
  const ben = await live.connect('agent', 'ben');
  await ben.ask('setPresence', { presence: 'AVAILABLE' });
  t.match(await ana.nextPush('offer'), { offer: { contact: { id: 'call1' } } }, 'she is the one who waited longer');
  await gateway.ask('submit', { contact: { ...call, id: 'call2' } });
  await gateway.ask('submit', { contact: { id: 'in1', channel: 'voice' } as ContactDraft });
  t.match(await ben.nextPush('offer'), { offer: { contact: { id: 'in1' } } }, 'inbound goes by');
  t.match(await gateway.ask('get', { contactId: 'call2' }), { ok: { contact: { state: 'QUEUED' } } });
});
