// Hours from outside: a policy by HTTP, submits by socket, closures by a supervisor, through the real edge and the real engine.
import t from 'tap';
import { startEdge } from './live-edge.ts';
import { startEngine } from './memory-router.ts';

/** Open now, whenever that is; the other never. */
const POLICY = `
channels: { voice: {}, chat: {} }
calendars:
  always: { timeZone: UTC, weekly: { mon: 00:00-24:00, tue: 00:00-24:00, wed: 00:00-24:00, thu: 00:00-24:00,
            fri: 00:00-24:00, sat: 00:00-24:00, sun: 00:00-24:00 } }
  never: { timeZone: Europe/Madrid }
queues:
  billing: { when: { intent: billing }, hours: always }
  sales: { when: { intent: sales }, hours: never, closed: { then: overflow, overflowTo: billing } }
  lost: { when: { intent: lost }, hours: never }
  other: {}
agents: { ana: {}, ben: {} }
`;

t.test('[HRS5, HRS6, HRS8] closed by calendar and by a person', async (t) => {
  const engine = await startEngine(t);
  const live = await startEdge(t, engine);
  const gateway = await live.connect('gateway', 'web');
  const call = async (method: string, path: string, body?: string, type = 'application/json') => {
    const init = body === undefined ? {} : { body, headers: { 'content-type': type } };
    const response = await live.fetch(path, { method, role: 'admin', ...init });
    return { status: response.status, body: (await response.json()) as { queues?: { name: string }[] } };
  };
  t.match(await call('PUT', '/v1/policy', POLICY, 'text/yaml'), { status: 200 });
  let count = 0;
  const submit = (intent: string) =>
    gateway.ask('submit', { contact: { id: `c${++count}`, channel: 'voice', intent } as never });
  t.match(await submit('billing'), { ok: { contact: { queue: 'billing', state: 'QUEUED' } } });
  t.match(await submit('sales'), { ok: { contact: { queue: 'billing' } } });
  t.match(await submit('lost'), { error: { reason: 'QUEUE_CLOSED', code: 'FAILED_PRECONDITION' } });
  const until = Date.now() + 3_600_000;
  const closed = await call('PUT', '/v1/queues/billing/closure', JSON.stringify({ until, reason: 'drill' }));
  t.match(closed, { status: 200, body: { queues: [{ name: 'billing', open: false, opensAt: until }] } });
  const refused = await submit('sales');
  t.match(refused, { error: { reason: 'QUEUE_CLOSED', message: /^closed until .*Z: sales, billing$/ } });
  t.ok('error' in refused && (refused.error.retryAfterMs ?? 0) > 3_500_000);
  const http = await live.fetch('/v1/contacts', {
    method: 'POST',
    role: 'gateway',
    headers: { 'content-type': 'application/json' },
    body: '{"contact":{"id":"h1","channel":"voice","intent":"billing"}}',
  });
  t.equal(http.status, 409);
  t.ok(Number(http.headers.get('retry-after')) > 3500);
  await http.body?.cancel();
  t.match(await call('GET', '/v1/queues'), {
    body: { queues: [{}, { open: false }, { open: false }, { open: true }] },
  });
  t.match(await call('PUT', '/v1/queues/none/closure', '{}'), { status: 400, body: { error: { path: 'id' } } });
  t.match(await call('DELETE', '/v1/queues/billing/closure'), { status: 200, body: { queues: [{ open: true }] } });
  t.match(await submit('billing'), { ok: { contact: { queue: 'billing' } } });
});
