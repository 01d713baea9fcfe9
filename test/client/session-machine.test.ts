// The session machine as a table: state and input in, state and effects out.
import t from 'tap';
import { type Backoff, delayMs, meaningOf } from '../../src/client/reconnection.ts';
import {
  type SessionEffect,
  type SessionInput,
  type SessionState,
  type SessionTerms,
  stepSession,
} from '../../src/client/session-machine.ts';

const BACKOFF: Backoff = { baseMs: 100, maxMs: 1_000, laterMs: 5_000, stableMs: 3_000 };
const TERMS: SessionTerms = {
  backoff: BACKOFF,
  connectTimeoutMs: 700,
  tokenRenewable: true,
  nowMs: 50_000,
  random: 0.5,
};

const idle: SessionState = { phase: 'idle' };
const authorizing: SessionState = { phase: 'authorizing', failureCount: 0, refusedToken: '' };
const connecting: SessionState = { phase: 'connecting', failureCount: 2, token: 'T' };
const open: SessionState = { phase: 'open', failureCount: 2, token: 'T', openedAt: 49_000 };
const because = { code: 1006, reason: 'gone' };
const waiting: SessionState = { phase: 'waiting', failureCount: 3, delayMs: 400, refusedToken: '', because };
const closed: SessionState = { phase: 'closed', because: { code: 4409, reason: '' } };

const closeWith = (code: number): SessionInput => ({ type: 'socketClosed', code, reason: 'gone' });
const timerOf = (delay: number): SessionEffect => ({ type: 'startTimer', delayMs: delay });
const lost: SessionEffect = { type: 'lost', mayRepeat: true };
const waitingFor = (code: number, failureCount: number, delay: number, refusedToken = ''): SessionState => ({
  phase: 'waiting',
  failureCount,
  delayMs: delay,
  refusedToken,
  because: { code, reason: 'gone' },
});
const ended = (code: number, reason = 'gone'): { state: SessionState; effect: SessionEffect } => ({
  state: { phase: 'closed', because: { code, reason } },
  effect: { type: 'ended', because: { code, reason } },
});
const BY_CLIENT = ended(1000, 'closed by the client');

type Row = [
  name: string,
  from: SessionState,
  input: SessionInput,
  to: SessionState,
  effects: SessionEffect[],
  terms?: Partial<SessionTerms>,
];

const table: Row[] = [
  ['starting asks for a token', idle, { type: 'start' }, authorizing, [{ type: 'fetchToken' }]],
  ['starting twice does nothing', open, { type: 'start' }, open, []],
  [
    'a token opens a socket, with a limit of time',
    authorizing,
    { type: 'token', token: 'T' },
    { phase: 'connecting', failureCount: 0, token: 'T' },
    [{ type: 'openSocket', token: 'T' }, timerOf(700)],
  ],
  [
    'without a token it waits',
    authorizing,
    { type: 'tokenFailed', message: 'no network' },
    {
      phase: 'waiting',
      failureCount: 1,
      delayMs: 50,
      refusedToken: '',
      because: { code: 1006, reason: 'there is no token: no network' },
    },
    [timerOf(50)],
  ],
  [
    'the welcome opens the session',
    connecting,
    { type: 'welcome' },
    { phase: 'open', failureCount: 2, token: 'T', openedAt: 50_000 },
    [{ type: 'stopTimer' }, { type: 'opened' }],
  ],
  ['a second welcome means nothing', open, { type: 'welcome' }, open, []],
  [
    'a socket that does not open is dropped',
    connecting,
    { type: 'timer' },
    {
      ...waitingFor(1006, 3, 200),
      because: { code: 1006, reason: 'the socket took too long to open' },
    } as SessionState,
    [{ type: 'dropSocket' }, timerOf(200)],
  ],
  [
    'a socket that closes before its welcome',
    connecting,
    closeWith(1006),
    waitingFor(1006, 3, 200),
    [{ type: 'stopTimer' }, timerOf(200)],
  ],
  [
    'the wait ends',
    waiting,
    { type: 'timer' },
    { phase: 'authorizing', failureCount: 3, refusedToken: '' },
    [{ type: 'fetchToken' }],
  ],
  ['a late timer means nothing', open, { type: 'timer' }, open, []],
  ['a late token means nothing', waiting, { type: 'token', token: 'T' }, waiting, []],
  ['a lost connection comes back', open, closeWith(1006), waitingFor(1006, 3, 200), [lost, timerOf(200)]],
  ['draining: comes back', open, closeWith(1001), waitingFor(1001, 3, 200), [lost, timerOf(200)]],
  ['too slow: comes back', open, closeWith(4408), waitingFor(4408, 3, 200), [lost, timerOf(200)]],
  ['too many requests: comes back later', open, closeWith(4429), waitingFor(4429, 3, 5_200), [lost, timerOf(5_200)]],
  [
    'try again later: comes back later',
    connecting,
    closeWith(1013),
    waitingFor(1013, 3, 5_200),
    [{ type: 'stopTimer' }, timerOf(5_200)],
  ],
  [
    'a frame that broke the protocol is not sent again',
    open,
    closeWith(1009),
    waitingFor(1009, 3, 200),
    [{ type: 'lost', mayRepeat: false }, timerOf(200)],
  ],
  [
    'a connection that lived long begins to count anew',
    open,
    closeWith(1006),
    waitingFor(1006, 1, 50),
    [lost, timerOf(50)],
    { nowMs: 52_000 },
  ],
  [
    'a silent socket is dropped',
    open,
    { type: 'silent' },
    {
      ...waitingFor(1006, 3, 200),
      because: { code: 1006, reason: 'nothing came through the socket any more' },
    } as SessionState,
    [{ type: 'dropSocket' }, lost, timerOf(200)],
  ],
  ...[4400, 4403, 4409].map(
    (code): Row => [`${code} is final`, open, closeWith(code), ended(code).state, [lost, ended(code).effect]],
  ),
  ...[4400, 4403, 4409].map(
    (code): Row => [
      `${code} is final before the welcome too`,
      connecting,
      closeWith(code),
      ended(code).state,
      [{ type: 'stopTimer' }, ended(code).effect],
    ],
  ),
  [
    '4401 with a constant token is final',
    open,
    closeWith(4401),
    ended(4401).state,
    [lost, ended(4401).effect],
    { tokenRenewable: false },
  ],
  [
    '4401 with a token function asks it again',
    open,
    closeWith(4401),
    waitingFor(4401, 3, 200, 'T'),
    [lost, timerOf(200)],
  ],
  [
    'the wait after 4401 remembers the token',
    waitingFor(4401, 3, 200, 'T'),
    { type: 'timer' },
    { phase: 'authorizing', failureCount: 3, refusedToken: 'T' },
    [{ type: 'fetchToken' }],
  ],
  [
    'the same token again is final',
    { phase: 'authorizing', failureCount: 3, refusedToken: 'T' },
    { type: 'token', token: 'T' },
    ended(4401, 'the token was refused and there is no other').state,
    [ended(4401, 'the token was refused and there is no other').effect],
  ],
  [
    'another token is tried',
    { phase: 'authorizing', failureCount: 3, refusedToken: 'T' },
    { type: 'token', token: 'U' },
    { phase: 'connecting', failureCount: 3, token: 'U' },
    [{ type: 'openSocket', token: 'U' }, timerOf(700)],
  ],
  ['closing before it began', idle, { type: 'close' }, BY_CLIENT.state, [BY_CLIENT.effect]],
  ['closing while it asks for a token', authorizing, { type: 'close' }, BY_CLIENT.state, [BY_CLIENT.effect]],
  [
    'closing while it connects',
    connecting,
    { type: 'close' },
    BY_CLIENT.state,
    [{ type: 'stopTimer' }, { type: 'dropSocket' }, BY_CLIENT.effect],
  ],
  ['closing while open', open, { type: 'close' }, BY_CLIENT.state, [{ type: 'dropSocket' }, BY_CLIENT.effect]],
  ['closing while it waits', waiting, { type: 'close' }, BY_CLIENT.state, [{ type: 'stopTimer' }, BY_CLIENT.effect]],
  ...(['start', 'welcome', 'timer', 'silent', 'close'] as const).map(
    (type): Row => [`closed stays closed: ${type}`, closed, { type }, closed, []],
  ),
];

for (const [name, from, input, to, effects, terms] of table) {
  t.test(name, async (t) => {
    const step = stepSession(from, input, { ...TERMS, ...terms });
    t.same(step.state, to);
    t.same(step.effects, effects);
  });
}

t.test('delays: drawn from nothing to a bound that doubles', async (t) => {
  const bounds = [0, 1, 2, 3, 4, 5, 100].map((failureCount) => delayMs(BACKOFF, failureCount, 'again', 0.999999));
  t.same(bounds, [99, 199, 399, 799, 999, 999, 999]);
  t.equal(delayMs(BACKOFF, 5, 'again', 0), 0);
  t.equal(delayMs(BACKOFF, 0, 'later', 0), 5_000);
});

t.test('close codes', async (t) => {
  const meanings = [1000, 1001, 1006, 1011, 4408, 4400, 4403, 4409, 4401, 4429, 1013, 1002, 1003, 1007, 1008, 1009].map(
    meaningOf,
  );
  t.same(meanings, [
    ...Array(5).fill('again'),
    ...Array(3).fill('final'),
    'token',
    'later',
    'later',
    ...Array(5).fill('broken'),
  ]);
});
