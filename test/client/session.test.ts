// Sessions over sockets and a clock of the test's own: requests, retries, timeouts, silence, renewal of tokens.
import t from 'tap';
import { ClientFailure, ConnectionLost, CordboardError } from '../../src/client/cordboard-error.ts';
import { codecOf } from '../../src/client/frame-codec.ts';
import { Session, type SessionOptions } from '../../src/client/session.ts';
import { FakeClock, FakeNetwork, settled } from './fake-world.ts';

function world(options: Partial<SessionOptions> = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const session = new Session({
    url: 'ws://router/v1/connect',
    tokens: 'T',
    codec: codecOf('json'),
    openSocket: network.open,
    clock,
    random: () => 0.5,
    backoff: { baseMs: 100, maxMs: 1_000, laterMs: 5_000, stableMs: 3_000 },
    connectTimeoutMs: 700,
    requestTimeoutMs: 5_000,
    requestsMax: 3,
    silenceMs: 20_000,
    ...options,
  });
  return { clock, network, session };
}

async function openWorld(options: Partial<SessionOptions> = {}) {
  const it = world(options);
  it.session.start();
  await settled();
  it.network.last.welcome();
  return it;
}

const get = { contactId: 'c1' };
const CONTACT = { contact: { id: 'c1', state: 'QUEUED' } };

/** How a promise ended: its error, or nothing. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** A token that says when it expires; nobody signed it. */
function tokenUntil(expiresAtMs: number, subject = 'x'): string {
  return `h.${btoa(JSON.stringify({ sub: subject, exp: expiresAtMs / 1000 })).replaceAll('=', '')}.s`;
}

t.test('connects with sub-protocol and token, and asks', async (t) => {
  const { network, session } = world();
  const phases: string[] = [];
  session.state$.subscribe((state) => phases.push(state.phase));
  const answer = session.request('get', get);
  session.start();
  await settled();
  const { last } = network;
  t.same(last.target, { url: 'ws://router/v1/connect', subProtocol: 'cordboard.v1.json', token: 'T' });
  t.equal(last.binaryType, 'arraybuffer');
  t.same(last.sent, [], 'nothing is sent before the welcome');
  last.welcome();
  t.same(last.sent, [{ id: 1, verb: 'get', body: get }]);
  last.answer(1, CONTACT, 7);
  const { ok, seq } = await answer;
  t.equal(ok.contact?.state, 'QUEUED');
  t.equal(seq, 7);
  t.same(phases, ['idle', 'authorizing', 'connecting', 'open']);
  session.close();
});

t.test('a refusal is a CordboardError with everything that the router said', async (t) => {
  const { network, session } = await openWorld();
  const failure = failureOf(session.request('get', get));
  const said = { code: 'RESOURCE_EXHAUSTED', reason: 'QUEUE_FULL', message: 'full', path: 'x.y', retryAfterMs: 250 };
  network.last.refuse(1, said);
  const error = await failure;
  t.ok(error instanceof CordboardError);
  t.match(error, said);
  session.close();
});

t.test('answers find their requests in any order; a strange id is nobody’s', async (t) => {
  const { network, session } = await openWorld();
  const first = session.request('get', get);
  const second = session.request('get', get);
  network.last.answer(99, CONTACT);
  network.last.answer(2, {}, 20);
  network.last.answer(1, {}, 10);
  t.equal((await first).seq, 10);
  t.equal((await second).seq, 20);
  session.close();
});

t.test('after a lost connection what may be repeated is sent again under its id, the rest has failed', async (t) => {
  const { clock, network, session } = await openWorld();
  const repeated = session.request('get', get, { retry: true });
  const failure = failureOf(session.request('get', get));
  network.last.drop(1006);
  const error = await failure;
  t.ok(error instanceof ConnectionLost);
  t.match(error, { code: 'CONNECTION_LOST', message: /get .* unknown/ });
  const between = session.request('list', { open: true, afterId: '', limit: 0 });
  t.equal(network.sockets.length, 1);
  await clock.advance(50);
  t.equal(network.sockets.length, 2);
  network.last.welcome();
  t.same(
    network.last.sent.map(({ id, verb }) => [id, verb]),
    [
      [1, 'get'],
      [3, 'list'],
    ],
  );
  network.last.answer(1, CONTACT);
  network.last.answer(3, {});
  await Promise.all([repeated, between]);
  session.close();
});

t.test('what broke the protocol is not sent again', async (t) => {
  const { network, session } = await openWorld();
  const failure = failureOf(session.request('get', get, { retry: true }));
  network.last.drop(1009);
  t.ok((await failure) instanceof ConnectionLost);
  session.close();
});

t.test('a request times out, also while there is no connection', async (t) => {
  const { clock, network, session } = await openWorld();
  const sent = failureOf(session.request('get', get, { timeoutMs: 1_000 }));
  await clock.advance(500);
  network.last.push(1, {});
  await clock.advance(500);
  t.match(await sent, { code: 'TIMED_OUT', message: /1000 ms.*unknown/ });
  t.equal(network.last.closedWith, undefined, 'the router was heard meanwhile: the socket lives');
  network.last.drop(1006);
  const unsent = failureOf(session.request('get', get, { timeoutMs: 10 }));
  await clock.advance(10);
  t.match(await unsent, { code: 'TIMED_OUT', message: /no connection/ });
  session.close();
});

t.test('a timeout on a socket that has been silent all the while means that it is dead', async (t) => {
  const { clock, network, session } = await openWorld();
  const failure = failureOf(session.request('get', get, { timeoutMs: 1_000 }));
  await clock.advance(1_000);
  t.match(await failure, { code: 'TIMED_OUT' });
  t.equal(network.last.closedWith, 1000);
  t.equal(session.state.phase, 'waiting');
  session.close();
});

t.test('too many requests at once', async (t) => {
  const { session } = await openWorld();
  const held = [1, 2, 3].map(() => failureOf(session.request('get', get)));
  t.match(await failureOf(session.request('get', get)), { code: 'TOO_MANY_REQUESTS' });
  session.close();
  for (const failure of held) t.match(await failure, { code: 'CLOSED' });
});

t.test('a frame that is too large is not sent', async (t) => {
  const { network, session } = await openWorld();
  const failure = await failureOf(session.request('decline', { offerId: 'o1', reason: 'é'.repeat(33_000) }));
  t.match(failure, { code: 'FRAME_TOO_LARGE', message: /decline takes 660\d\d bytes/ });
  t.same(network.last.sent, []);
  session.close();
});

t.test('closing fails everything, completes the streams, leaves no timer and drops the socket', async (t) => {
  const { clock, network, session } = await openWorld();
  let completed = 0;
  session.pushes$.subscribe({ complete: () => (completed += 1) });
  session.state$.subscribe({ complete: () => (completed += 1) });
  const failure = failureOf(session.request('get', get));
  session.close();
  t.match(await failure, { code: 'CLOSED' });
  t.ok((await failureOf(session.request('get', get))) instanceof ClientFailure);
  t.equal(completed, 2);
  t.equal(clock.timerCount, 0);
  t.equal(network.last.closedWith, 1000);
  network.last.welcome();
  network.last.drop(1006);
  t.equal(session.state.phase, 'closed', 'what the old socket still says is not heard');
});

t.test('a session that is replaced ends, and says so', async (t) => {
  const { clock, network, session } = await openWorld();
  const failure = failureOf(session.request('get', get, { retry: true }));
  network.last.drop(4409, 'replaced');
  t.match(await failure, { code: 'CLOSED', message: /replaced/ });
  t.same(session.state, { phase: 'closed', because: { code: 4409, reason: 'replaced' } });
  await clock.advance(60_000);
  t.equal(network.sockets.length, 1);
  t.equal(clock.timerCount, 0);
});

t.test('silence: the router is asked; without an answer the socket is given up', async (t) => {
  const { clock, network, session } = await openWorld();
  await clock.advance(19_000);
  network.last.push(1, {});
  await clock.advance(19_999);
  t.same(network.last.sent, [], 'it was heard: no question yet');
  await clock.advance(1);
  t.same(network.last.last('authenticate').body, { token: 'T' });
  network.last.answer(1, {});
  await clock.advance(20_000);
  t.equal(network.last.sent.length, 2);
  await clock.advance(5_000);
  t.equal(network.last.closedWith, 1000);
  await clock.advance(50);
  t.equal(network.sockets.length, 2);
  session.close();
});

t.test('a refused question is a sign of life too', async (t) => {
  const { clock, network, session } = await openWorld();
  await clock.advance(20_000);
  network.last.refuse(1, { code: 'UNAVAILABLE', reason: 'KEYS_UNAVAILABLE', message: 'later' });
  await clock.advance(10_000);
  t.equal(session.state.phase, 'open');
  session.close();
});

t.test('a token is renewed before it expires', async (t) => {
  const firstEnd = 1_000_000 + 600_000;
  const tokens = [tokenUntil(firstEnd, 'first'), tokenUntil(firstEnd + 600_000, 'second')];
  let asked = 0;
  const { clock, network, session } = await openWorld({
    tokens: () => Promise.resolve(tokens[Math.min(asked++, 1)] ?? ''),
    silenceMs: 10_000_000,
  });
  t.equal(network.last.target.token, tokens[0]);
  await clock.advance(539_000);
  t.same(network.last.sent, []);
  await clock.advance(1_000);
  t.same(network.last.last('authenticate').body, { token: tokens[1] });
  network.last.answer(1, {});
  await settled();
  await clock.advance(600_000);
  t.equal(asked, 3, 'and again, but there was no newer one');
  t.equal(network.last.sent.length, 1);
  session.close();
  t.equal(clock.timerCount, 0);
});

t.test('after 4401 the token function is asked once more; the same token ends the session', async (t) => {
  const given = ['old', 'new', 'new'];
  const { clock, network, session } = await openWorld({ tokens: () => given.shift() ?? '' });
  network.last.drop(4401, 'expired');
  await clock.advance(50);
  t.equal(network.last.target.token, 'new');
  network.last.drop(4401, 'expired');
  await clock.advance(100);
  t.equal(network.sockets.length, 2);
  t.match(session.state, { phase: 'closed', because: { code: 4401 } });
});

t.test('a token function that fails is asked again', async (t) => {
  let asked = 0;
  const { clock, network, session } = world({
    tokens: () => {
      asked += 1;
      if (asked === 1) throw new Error('no network');
      return 'T';
    },
  });
  session.start();
  await settled();
  t.match(session.state, { phase: 'waiting', because: { reason: /no network/ } });
  await clock.advance(50);
  network.last.welcome();
  t.equal(session.state.phase, 'open');
  session.close();
});

t.test('a socket that cannot even be made counts as lost', async (t) => {
  const { session } = world({
    openSocket: () => {
      throw new SyntaxError('that token is no word');
    },
  });
  session.start();
  await settled();
  t.match(session.state, { phase: 'waiting', because: { code: 1006, reason: 'that token is no word' } });
  session.close();
});

t.test('a frame that cannot be read ends the connection, not the session', async (t) => {
  const { clock, network, session } = await openWorld();
  network.last.say('{"push":');
  t.equal(network.last.closedWith, 1000);
  t.match(session.state, { phase: 'waiting', because: { code: 1002 } });
  await clock.advance(50);
  network.last.welcome();
  t.equal(session.state.phase, 'open');
  session.close();
});

t.test('frames of a newer router that mean nothing here are passed over', async (t) => {
  const { network, session } = await openWorld();
  network.last.say('{"news":{}}');
  network.last.push(5, { somethingNew: { a: 1 } });
  t.equal(session.state.phase, 'open');
  session.close();
});

t.test('a subscriber may close the session from inside', async (t) => {
  const { clock, network, session } = world();
  session.state$.subscribe((state) => {
    if (state.phase === 'open') session.close();
  });
  session.start();
  await settled();
  network.last.welcome();
  t.equal(session.state.phase, 'closed');
  t.equal(network.last.closedWith, 1000);
  t.equal(clock.timerCount, 0);
});
