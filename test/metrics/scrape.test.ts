// The router's metrics as Prometheus gets them: engine, edge and metrics over real sockets.
import t from 'tap';
import type { Edge } from '../../src/edge/edge.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startEdge } from '../edge/live-edge.ts';
import { startEngine } from '../edge/memory-router.ts';
import { draft } from '../engine/world.ts';
import { Scrape } from './fake-engine.ts';

t.test('[MET1] [MET2] what happened over sockets and HTTP is in the next scrape', async (t) => {
  const engine = await startEngine(t);
  let edge: Edge | undefined;
  const metrics = new Metrics({ port: engine, edgeCounts: () => edge?.counts() });
  const live = await startEdge(t, engine, { renderMetrics: () => metrics.render() });
  edge = live.edge;
  const agent = await live.connect('agent', 'ana');
  const gateway = await live.connect('gateway', 'gw', { subprotocol: 'proto' });
  await agent.ask('setPresence', { presence: 'AVAILABLE' });
  await gateway.ask('submit', { contact: draft('id-1', { intent: 'billing.late' }) });
  await gateway.ask('submit', { contact: draft('id-2', { channel: 'fax' }) });
  const push = await agent.nextPush('offer');
  if (!('offer' in push)) return t.fail('no offer');
  await agent.ask('accept', { offerId: push.offer.id });
  await agent.ask('accept', { offerId: 'o999' });
  await agent.ask('complete', { contactId: 'id-1' });
  await live.fetch('/v1/contacts/id-none', { role: 'gateway', id: 'gw' });

  const response = await live.fetch('/metrics', { role: 'supervisor' });
  t.equal(response.status, 200);
  t.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const scrape = new Scrape(await response.text());
  t.same(scrape.counts('connections'), { gateway: 1, agent: 1 });
  t.same(scrape.counts('rejections_total'), { UNKNOWN_CHANNEL: 1, NO_SUCH_OFFER: 1, NO_SUCH_CONTACT: 1 });
  t.equal(scrape.value('slow_consumers_total'), 0);
  t.same(scrape.counts('contacts_submitted_total'), { 'billing voice default': 1 });
  t.same(scrape.counts('contacts_closed_total'), { 'billing voice default COMPLETED': 1 });
  t.same(scrape.counts('offers_total'), { 'billing ACCEPTED': 1 });
  t.equal(scrape.value('submit_to_offer_seconds_count'), 1);
  t.ok((scrape.value('submit_to_offer_seconds_sum') ?? 0) > 0);
  t.equal(scrape.value('agents', { presence: 'AVAILABLE' }), 1);
  t.notMatch(scrape.text, /id-1|id-2|\bana\b|"gw"/, 'no id');
});
