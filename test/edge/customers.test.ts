// Profiles of customers from outside: by HTTP in both encodings and by socket, through the real edge and the real engine.
import t from 'tap';
import { encodeProto } from '../../src/wire/proto-encoder.ts';
import { startEdge } from './live-edge.ts';
import { startEngine } from './memory-router.ts';

interface Answer {
  readonly status: number;
  readonly body: { readonly error?: object; readonly customer?: object };
}

t.test('[CUS1, CUS2, CUS4] by HTTP, whatever the id is made of', async (t) => {
  const live = await startEdge(t, await startEngine(t));
  const call = async (method: string, id: string, body?: object): Promise<Answer> => {
    const init = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const request = { method, role: 'supervisor', ...(body === undefined ? {} : init) } as const;
    const response = await live.fetch(`/v1/customers/${encodeURIComponent(id)}`, request);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  for (const id of ['kim', '+49 30/123', 'kim@example.org', 'Ø'.repeat(128), '"}{"']) {
    const profile = { name: 'Kim', value: 12.5, owner: 'ana', language: 'es', timeZone: 'America/Argentina/Ushuaia' };
    const put = await call('PUT', id, profile);
    t.match(put, { status: 200, body: { customer: { id, ...profile, version: 1 } } });
    t.strictSame(await call('GET', id), put);
    t.match(await call('PUT', id, { id, version: 1 }), { body: { customer: { id, value: 0, version: 2 } } });
    t.match(await call('PUT', id, { name: 'Lee', version: 1 }), { status: 409, body: { error: { path: 'version' } } });
    t.match(await call('DELETE', id), { status: 200, body: { customer: { id, version: 2 } } });
    const gone = { status: 404, body: { error: { reason: 'NO_SUCH_CUSTOMER', path: 'id' } } };
    t.match(await call('GET', id), gone);
    t.match(await call('DELETE', id), gone);
  }
  const faults: [id: string, body: object, path: string][] = [
    ['Ø'.repeat(129), {}, 'id'],
    ['kim', { id: 'lee' }, 'id'],
    ['kim', { segment: 'platinum' }, 'segment'],
    ['kim', { timeZone: 'Europe/Atlantis' }, 'timeZone'],
    ['kim', { timeZone: '../x' }, 'timeZone'],
    ['kim', { owner: 'a b' }, 'owner'],
    ['kim', { value: -1 }, 'value'],
  ];
  for (const [id, body, path] of faults) {
    t.match(await call('PUT', id, body), { status: 400, body: { error: { code: 'INVALID_ARGUMENT', path } } });
  }
});

t.test('[CUS1] by HTTP in protobuf', async (t) => {
  const live = await startEdge(t, await startEngine(t));
  const profile = { id: '', name: 'Kim', segment: '', value: 1, owner: '', language: '', timeZone: '', version: 0 };
  const headers = { 'content-type': 'application/x-protobuf' };
  const id = 'Ø'.repeat(128);
  const put = await live.fetch(`/v1/customers/${encodeURIComponent(id)}`, {
    method: 'PUT',
    role: 'gateway',
    headers,
    body: encodeProto('Customer', profile),
  });
  t.match(await put.json(), { customer: { id, name: 'Kim', version: 1 } });
});

t.test('[CUS3, CUS4, WIRE2] over the socket refusals name the field of the request', async (t) => {
  const live = await startEdge(t, await startEngine(t));
  for (const subprotocol of ['json', 'proto'] as const) {
    const gateway = await live.connect('gateway', `web-${subprotocol}`, { subprotocol });
    const kim = { id: 'kim', name: '', segment: '', value: 0, owner: '', language: '', timeZone: '', version: 0 };
    const put = (facts: object) => gateway.ask('putCustomer', { customer: { ...kim, ...facts } });
    t.match(await put({ owner: 'ana' }), { ok: { customer: { id: 'kim', owner: 'ana', version: 1 } } });
    t.match(await put({ segment: 'platinum' }), {
      error: { reason: 'UNKNOWN_SEGMENT', path: 'putCustomer.customer.segment' },
    });
    t.match(await put({ timeZone: 'Europe/Atlantis' }), {
      error: { reason: 'INVALID_FIELD', path: 'putCustomer.customer.timeZone', message: /Europe\/Madrid, found/ },
    });
    t.match(await put({ version: 7 }), { error: { path: 'putCustomer.customer.version' } });
    t.match(await put({ id: '' }), { error: { reason: 'INVALID_FIELD', path: 'putCustomer.customer.id' } });
    t.match(await gateway.ask('removeCustomer', { customerId: 'kim' }), { ok: { customer: { owner: 'ana' } } });
    t.match(await gateway.ask('getCustomer', { customerId: 'kim' }), {
      error: { code: 'NOT_FOUND', reason: 'NO_SUCH_CUSTOMER', path: 'getCustomer.customerId' },
    });
  }
});
