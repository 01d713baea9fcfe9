// When a client connects, waits, comes back and gives up, as a pure function: state and input in, state and effects out. A session is the
// logical client; it outlives its sockets. No I/O, clock or randomness here: `Session` carries the effects out.
//
// 1. At most one socket and one timer are in use: each arm that leaves `connecting` or `open` names what becomes of them.
// 2. `closed` is final. 3. After 4401 a socket is opened only with a token that differs from the one that was refused.
// 4. The failure count starts anew only after a connection that lived for `stableMs`: a router that welcomes and closes at once is not hammered.

import { type Backoff, delayMs, meaningOf } from './reconnection.ts';

/** Why a connection or the whole session ended: the close code of the socket; 1000 when the client closed it, 1006 when there was no code. */
export interface ClosedBecause {
  readonly code: number;
  readonly reason: string;
}

export type SessionState =
  | { readonly phase: 'idle' }
  /** Asks for a token. `refusedToken`: the one that 4401 refused, or ''. */
  | { readonly phase: 'authorizing'; readonly failureCount: number; readonly refusedToken: string }
  /** A socket opens; its welcome has not come. */
  | { readonly phase: 'connecting'; readonly failureCount: number; readonly token: string }
  | { readonly phase: 'open'; readonly failureCount: number; readonly token: string; readonly openedAt: number }
  /** Waits until it may come back. `because`: how the last connection ended. */
  | {
      readonly phase: 'waiting';
      readonly failureCount: number;
      readonly delayMs: number;
      readonly refusedToken: string;
      readonly because: ClosedBecause;
    }
  | { readonly phase: 'closed'; readonly because: ClosedBecause };

export type SessionInput =
  | { readonly type: 'start' }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'tokenFailed'; readonly message: string }
  | { readonly type: 'welcome' }
  | { readonly type: 'socketClosed'; readonly code: number; readonly reason: string }
  /** The timer ran out: a wait is over, or a socket took too long to open. */
  | { readonly type: 'timer' }
  /** Nothing comes through the socket any more, though it is not closed. */
  | { readonly type: 'silent' }
  | { readonly type: 'close' };

export type SessionEffect =
  | { readonly type: 'fetchToken' }
  | { readonly type: 'openSocket'; readonly token: string }
  /** Close the socket and forget it: nothing of it may come back as an input. */
  | { readonly type: 'dropSocket' }
  | { readonly type: 'startTimer'; readonly delayMs: number }
  | { readonly type: 'stopTimer' }
  /** The session is usable. */
  | { readonly type: 'opened' }
  /** An open session lost its socket; what was under way may be sent again, or not. */
  | { readonly type: 'lost'; readonly mayRepeat: boolean }
  | { readonly type: 'ended'; readonly because: ClosedBecause };

/** What a step reads besides state and input. */
export interface SessionTerms {
  readonly backoff: Backoff;
  readonly connectTimeoutMs: number;
  /** Whether another token can be had: a function gives it, not a constant text. */
  readonly tokenRenewable: boolean;
  readonly nowMs: number;
  /** From [0, 1). */
  readonly random: number;
}

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

/** One step. An input that means nothing in the state (a late timer, a second welcome) changes nothing. */
export function stepSession(state: SessionState, input: SessionInput, terms: SessionTerms): SessionStep {
  if (input.type === 'close') return close(state);
  switch (state.phase) {
    case 'idle':
      return input.type === 'start' ? authorize(0, '') : unchanged(state);
    case 'authorizing':
      return stepAuthorizing(state, input, terms);
    case 'connecting':
      return stepConnecting(state, input, terms);
    case 'open':
      return stepOpen(state, input, terms);
    case 'waiting':
      return input.type === 'timer' ? authorize(state.failureCount, state.refusedToken) : unchanged(state);
    case 'closed':
      return unchanged(state);
  }
}

type Of<Phase extends SessionState['phase']> = Extract<SessionState, { readonly phase: Phase }>;

function unchanged(state: SessionState): SessionStep {
  return { state, effects: [] };
}

function authorize(failureCount: number, refusedToken: string): SessionStep {
  return { state: { phase: 'authorizing', failureCount, refusedToken }, effects: [{ type: 'fetchToken' }] };
}

function stepAuthorizing(state: Of<'authorizing'>, input: SessionInput, terms: SessionTerms): SessionStep {
  if (input.type === 'token') {
    if (input.token === state.refusedToken) {
      return end({ code: 4401, reason: 'the token was refused and there is no other' }, []);
    }
    return {
      state: { phase: 'connecting', failureCount: state.failureCount, token: input.token },
      effects: [
        { type: 'openSocket', token: input.token },
        { type: 'startTimer', delayMs: terms.connectTimeoutMs },
      ],
    };
  }
  if (input.type !== 'tokenFailed') return unchanged(state);
  return wait(state, lost(`there is no token: ${input.message}`), terms, []);
}

function stepConnecting(state: Of<'connecting'>, input: SessionInput, terms: SessionTerms): SessionStep {
  switch (input.type) {
    case 'welcome':
      return {
        state: { phase: 'open', failureCount: state.failureCount, token: state.token, openedAt: terms.nowMs },
        effects: [{ type: 'stopTimer' }, { type: 'opened' }],
      };
    case 'socketClosed':
      return leave(state, input, state.failureCount, terms, [{ type: 'stopTimer' }]);
    case 'timer': {
      const tried = { failureCount: state.failureCount, refusedToken: '' };
      return wait(tried, lost('the socket took too long to open'), terms, [{ type: 'dropSocket' }]);
    }
    default:
      return unchanged(state);
  }
}

function stepOpen(state: Of<'open'>, input: SessionInput, terms: SessionTerms): SessionStep {
  const failureCount = terms.nowMs - state.openedAt >= terms.backoff.stableMs ? 0 : state.failureCount;
  switch (input.type) {
    case 'socketClosed': {
      const mayRepeat = meaningOf(input.code) !== 'broken';
      return leave(state, input, failureCount, terms, [{ type: 'lost', mayRepeat }]);
    }
    case 'silent':
      return wait({ failureCount, refusedToken: '' }, lost('nothing came through the socket any more'), terms, [
        { type: 'dropSocket' },
        { type: 'lost', mayRepeat: true },
      ]);
    default:
      return unchanged(state);
  }
}

/** The socket is gone: for good, until there is another token, or for a while. */
function leave(
  state: Of<'connecting' | 'open'>,
  closed: ClosedBecause,
  failureCount: number,
  terms: SessionTerms,
  before: readonly SessionEffect[],
): SessionStep {
  const because = { code: closed.code, reason: closed.reason };
  const meaning = meaningOf(closed.code);
  if (meaning === 'final' || (meaning === 'token' && !terms.tokenRenewable)) return end(because, before);
  return wait({ failureCount, refusedToken: meaning === 'token' ? state.token : '' }, because, terms, before);
}

function wait(
  tried: { readonly failureCount: number; readonly refusedToken: string },
  because: ClosedBecause,
  terms: SessionTerms,
  before: readonly SessionEffect[],
): SessionStep {
  const { failureCount, refusedToken } = tried;
  const waitMs = delayMs(terms.backoff, failureCount, meaningOf(because.code), terms.random);
  return {
    state: { phase: 'waiting', failureCount: failureCount + 1, delayMs: waitMs, refusedToken, because },
    effects: [...before, { type: 'startTimer', delayMs: waitMs }],
  };
}

/** A connection that ended without a close code of the router's. */
function lost(reason: string): ClosedBecause {
  return { code: 1006, reason };
}

function close(state: SessionState): SessionStep {
  const because = { code: 1000, reason: 'closed by the client' };
  switch (state.phase) {
    case 'connecting':
      return end(because, [{ type: 'stopTimer' }, { type: 'dropSocket' }]);
    case 'open':
      return end(because, [{ type: 'dropSocket' }]);
    case 'waiting':
      return end(because, [{ type: 'stopTimer' }]);
    case 'idle':
    case 'authorizing':
      return end(because, []);
    case 'closed':
      return unchanged(state);
  }
}

function end(because: ClosedBecause, before: readonly SessionEffect[]): SessionStep {
  return { state: { phase: 'closed', because }, effects: [...before, { type: 'ended', because }] };
}
