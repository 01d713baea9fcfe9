// One contact that rings with two agents at once, over real sockets: each has an offer of its own, one has the contact.
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { ContactDraft } from '../../src/core/commands.ts';
import { type LiveClient, startEdge } from './live-edge.ts';
import { ask, startEngine } from './memory-router.ts';

const POLICY = `
channels: { voice: { cost: 100, limit: 1 } }
queues: { main: { fanOut: 3 } }
agents: { ana: {}, ben: {} }
`;

async function offerFor(client: LiveClient): Promise<string> {
  const push = await client.nextPush('offer');
  if (!('offer' in push)) throw new Error('no offer');
  t.match(push.offer, { id: `o${push.seq}`, contact: { id: 'c1', state: 'OFFERED' } });
  return push.offer.id;
}

t.test('[FAN1, FAN3] two agents accept at once, one has the contact, the other is told', async (t) => {
  const engine = await startEngine(t);
  const parsed = parsePolicy(POLICY);
  if ('faults' in parsed) throw new Error(parsed.faults[0]?.message);
  const actor = { role: 'admin', id: 'root' } as const;
  await ask(engine, { type: 'setPolicy', actor, policy: parsed.policy, source: POLICY, fileHash: '' });
  const live = await startEdge(t, engine);
  const ana = await live.connect('agent', 'ana', { subprotocol: 'json' });
  const ben = await live.connect('agent', 'ben', { subprotocol: 'proto' });
  const gateway = await live.connect('gateway', 'pbx', { subprotocol: 'json' });
  for (const client of [ana, ben]) await client.ask('setPresence', { presence: 'AVAILABLE' });
  await gateway.ask('submit', { contact: { id: 'c1', channel: 'voice' } as ContactDraft });
  const [ofAna, ofBen] = [await offerFor(ana), await offerFor(ben)];
  t.not(ofAna, ofBen, 'each has its own');
  t.match(await ben.ask('explain', { contactId: 'c1' }), { ok: { explanation: { offer: { agentId: 'ben' } } } });
  const answers = await Promise.all([ana.ask('accept', { offerId: ofAna }), ben.ask('accept', { offerId: ofBen })]);
  const won = answers.findIndex((answer) => 'ok' in answer);
  const [winner, loser] = won === 0 ? (['ana', 'ben'] as const) : (['ben', 'ana'] as const);
  t.match(answers[won], { ok: { contact: { id: 'c1', state: 'ASSIGNED', agentId: winner } } });
  t.match(answers[1 - won], {
    error: { code: 'FAILED_PRECONDITION', reason: 'OFFER_NOT_PENDING', message: /another agent has the contact/ },
  });
  const offerId = loser === 'ana' ? ofAna : ofBen;
  const push = await (loser === 'ana' ? ana : ben).nextPush('offerRevoked');
  t.match(push, { offerRevoked: { offerId, contactId: 'c1', reason: 'ACCEPTED_ELSEWHERE' } });
  t.match(await gateway.ask('get', { contactId: 'c1' }), { ok: { contact: { state: 'ASSIGNED', agentId: winner } } });
});
