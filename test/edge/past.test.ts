// The past over real sockets and HTTP, from a real data directory with several snapshots; with the client, too.
import t from 'tap';
import { WebSocket } from 'ws';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import type { OpenSocket } from '../../src/client/socket.ts';
import { openSite } from '../../src/engine/site.ts';
import { begin, complete, optionsFor, signIn } from '../engine/live-site.ts';
import { startEdge, tokenOf } from './live-edge.ts';

const openSocket: OpenSocket = ({ url, subProtocol, token }) =>
  new WebSocket(url, subProtocol, { headers: { authorization: `Bearer ${token}` } });

t.test('[EXP6, EXP7, EXP8] the past over sockets, HTTP and the client', async (t) => {
  const directory = t.testdir();
  const site = await openSite(optionsFor(directory, { snapshotEveryEvents: 40 }));
  t.teardown(() => site.close());
  await begin(site);
  await signIn(site);
  for (let index = 0; index < 30; index++) await complete(site, `c${index}`);
  const seq = site.engine.gauges().decidedSeq;
  await complete(site, 'last');
  const [submitSeq, offerSeq] = [seq + 1, seq + 2];
  const live = await startEdge(t, site.engine);
  const path = '/v1/contacts/last/explain';
  const expected = {
    contactId: 'last',
    state: 'OFFERED',
    at: offerSeq,
    offer: { offerId: `o${offerSeq}`, agentId: 'ana' },
  };

  for (const subprotocol of ['json', 'proto'] as const) {
    const supervisor = await live.connect('supervisor', 'sue', { subprotocol });
    const reply = await supervisor.ask('explain', { contactId: 'last', at: offerSeq });
    t.match(reply, { ok: { explanation: expected } });
    t.match(await supervisor.ask('explain', { contactId: 'last', at: submitSeq }), {
      ok: { explanation: { state: 'QUEUED', waiting: { agents: [{ agentId: 'ana', obstacle: 'FREE' }] } } },
    });
    t.match(await supervisor.ask('explain', { contactId: 'last', at: 10_000 }), {
      error: { reason: 'INVALID_FIELD', path: 'explain.at' },
    });
    const stranger = await live.connect('gateway', 'stranger', { subprotocol });
    t.match(await stranger.ask('explain', { contactId: 'last', at: offerSeq }), {
      error: { reason: 'NO_SUCH_CONTACT' },
    });
  }
  const response = await live.fetch(`${path}?at=${offerSeq}`, { role: 'supervisor' });
  t.equal(response.status, 200);
  t.match(await response.json(), { explanation: expected });
  const now = await live.fetch(path, { role: 'supervisor' });
  t.strictSame(await now.json().then((body) => (body as { explanation: { at?: number } }).explanation.at), undefined);
  const faults: [query: string, status: number, error: object][] = [
    ['at=10000', 400, { reason: 'INVALID_FIELD', path: 'at' }],
    ['at=-1', 400, { reason: 'INVALID_FIELD', path: 'at' }],
    ['at=soon', 400, { reason: 'INVALID_FIELD', path: 'at' }],
    ['from=1', 400, { reason: 'UNKNOWN_FIELD', path: 'from' }],
  ];
  for (const [query, status, error] of faults) {
    const refused = await live.fetch(`${path}?${query}`, { role: 'supervisor' });
    t.equal(refused.status, status, query);
    t.match(await refused.json(), { error });
  }
  const client = new GatewayClient({ url: live.address.httpUrl, token: await tokenOf('gateway', 'gw'), openSocket });
  await client.connect();
  t.match(await client.explain('last', { at: offerSeq }), expected);
  t.match(await client.explain('last'), { state: 'COMPLETED' });
  client.close();
});

t.test('[EXP7] HTTP: what is no longer kept is 410', async (t) => {
  const options = optionsFor(t.testdir(), { snapshotEveryEvents: 40, retainMs: 1 });
  const site = await openSite(options);
  t.teardown(() => site.close());
  await begin(site);
  await signIn(site);
  const pruned = options.observer.heard('journal pruned').then(() => true);
  for (let count = 0; !(await Promise.race([pruned, complete(site, `c${count}`).then(() => false)])); ) count++;
  const live = await startEdge(t, site.engine);
  const response = await live.fetch('/v1/contacts/c0/explain?at=5', { role: 'admin' });
  t.equal(response.status, 410);
  t.match(await response.json(), { error: { reason: 'HISTORY_GONE', path: 'at', message: /ask for \d+ or later/ } });
});
