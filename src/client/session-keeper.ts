// Keeps an open session usable: notices a socket through which nothing comes any more, and renews the token before it expires.
//
// 1. Both are done with `authenticate`, which every role may send: with the same token it is a question whether anyone is there.
// 2. While frames come, no question is sent. 3. Stopped, it has no timer.

import type { Clock } from './clock.ts';
import { CordboardError } from './cordboard-error.ts';
import { expiryOf, isRenewable, type TokenSource, tokenOf } from './token-source.ts';

/** How long before its expiry a token is renewed at the earliest, and which share of its remaining life at the latest. */
const RENEW_BEFORE_MS = 60_000;
const RENEW_SHARE = 0.2;

export interface KeeperOptions {
  readonly clock: Clock;
  readonly tokens: TokenSource;
  /** After this long without a frame the router is asked whether it is there. */
  readonly silenceMs: number;
  /** Sends `authenticate`. */
  readonly authenticate: (token: string) => Promise<unknown>;
  /** Nothing comes through the socket any more. */
  readonly onSilent: () => void;
}

export class SessionKeeper {
  readonly #options: KeeperOptions;
  #heardAtMs = 0;
  #token = '';
  /** Counts starts and stops: what was begun for an earlier connection is forgotten. */
  #round = 0;
  #cancelProbe: (() => void) | undefined;
  #cancelRenewal: (() => void) | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** A connection is open with the token. */
  start(token: string): void {
    this.stop();
    this.#token = token;
    this.heard();
    this.#planProbe();
    this.#planRenewal();
  }

  /** A frame came. */
  heard(): void {
    this.#heardAtMs = this.#options.clock.now();
  }

  /** For how long no frame has come. */
  get silentForMs(): number {
    return this.#options.clock.now() - this.#heardAtMs;
  }

  /** The connection is gone. */
  stop(): void {
    this.#round += 1;
    this.#cancelProbe?.();
    this.#cancelRenewal?.();
    this.#cancelProbe = undefined;
    this.#cancelRenewal = undefined;
  }

  #planProbe(): void {
    const { clock, silenceMs } = this.#options;
    const waitMs = Math.max(1, silenceMs - this.silentForMs);
    this.#cancelProbe = clock.setTimer(waitMs, () => {
      if (this.silentForMs < silenceMs) this.#planProbe();
      else void this.#probe(this.#round);
    });
  }

  async #probe(round: number): Promise<void> {
    const answered = await this.#authenticate(this.#token);
    if (round !== this.#round) return;
    if (answered) this.#planProbe();
    else this.#options.onSilent();
  }

  #planRenewal(): void {
    const expiresAt = expiryOf(this.#token);
    if (expiresAt === undefined || !isRenewable(this.#options.tokens)) return;
    const leftMs = expiresAt - this.#options.clock.now();
    const waitMs = Math.max(leftMs - RENEW_BEFORE_MS, leftMs * (1 - RENEW_SHARE));
    if (leftMs > 0) this.#cancelRenewal = this.#options.clock.setTimer(waitMs, () => void this.#renew(this.#round));
  }

  async #renew(round: number): Promise<void> {
    // A source that fails now is asked again when the router closes the socket for the token's sake.
    const token = await tokenOf(this.#options.tokens).catch(() => this.#token);
    if (round !== this.#round || token === this.#token) return;
    this.#token = token;
    await this.#authenticate(token);
    if (round === this.#round) this.#planRenewal();
  }

  /** Whether anybody answered: a refusal is an answer too. */
  async #authenticate(token: string): Promise<boolean> {
    try {
      await this.#options.authenticate(token);
      return true;
    } catch (error) {
      return error instanceof CordboardError;
    }
  }
}
