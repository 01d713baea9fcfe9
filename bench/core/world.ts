/**
 * The world around the core: customers that come (Poisson), agents that accept, talk, wrap up and are free again, all in virtual time.
 *
 * 1. Contacts and all that is drawn are drawn before the run; what the world does in it is look up, compare and tell the core.
 * 2. Who gets what is the core's choice alone. The world follows it, and counts every offer into a checksum.
 * 3. Nothing may go wrong: a refusal, or an event that no whole life has, throws.
 */
import type { Actor, Command, ContactDraft } from '../../src/core/commands.ts';
import type { CoreEvent } from '../../src/core/events.ts';
import { Prng } from '../../src/lib/prng.ts';
import { AGENT_COUNT, numberOf } from './centre.ts';
import { GATEWAY, START_MS } from './staff.ts';
import { TimerHeap } from './timer-heap.ts';

/** What came of a command. */
export interface Consumed {
  readonly events: readonly CoreEvent[];
  /** Seq of the first event. */
  readonly firstSeq: number;
}

/** The core in one of its forms, or what stands in its place. Throws when the command is refused. */
export type Consume = (command: Command, now: number) => Consumed;

/** A life: 3 s until the offer is accepted, 3 minutes of conversation, 20 s of wrap-up. */
export const ACCEPT_MEAN_MS = 3_000;
export const TALK_MEAN_MS = 180_000;
export const WRAP_UP_MEAN_MS = 20_000;
const HANDLE_MEAN_MS = ACCEPT_MEAN_MS + TALK_MEAN_MS + WRAP_UP_MEAN_MS;

/** How many draws there are of each kind: they come round again, each kind after another number of lives. */
const GAP_COUNT = 2 ** 18;
const DRAW_COUNT = 2 ** 17;

type Next = 'accept' | 'end' | 'complete';

/** Everything that chance decides, with exactly the means that were asked for. */
export class Draws {
  readonly gapMs: Float64Array;
  readonly acceptMs: Float64Array;
  readonly talkMs: Float64Array;
  readonly wrapUpMs: Float64Array;

  constructor(occupancy: number, seed: number) {
    const random = new Prng(seed);
    const exponential = (): number => random.exponential(1);
    this.gapMs = withMean(GAP_COUNT, HANDLE_MEAN_MS / (AGENT_COUNT * occupancy), exponential);
    // Far from the 20 s after which an offer is missed.
    this.acceptMs = withMean(DRAW_COUNT, ACCEPT_MEAN_MS, () => random.between(0.5, 1.5));
    this.talkMs = withMean(DRAW_COUNT, TALK_MEAN_MS, exponential);
    this.wrapUpMs = withMean(DRAW_COUNT, WRAP_UP_MEAN_MS, exponential);
  }
}

function withMean(count: number, mean: number, draw: () => number): Float64Array {
  const values = Float64Array.from({ length: count }, draw);
  const scale = (mean * count) / values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value * scale);
}

export class World {
  readonly #drafts: readonly ContactDraft[];
  readonly #draws: Draws;
  readonly #consume: Consume;
  readonly #actors: readonly Actor[];
  readonly #timers = new TimerHeap();
  /** By agent: what it does next, with which contact and offer, since when it has that. */
  readonly #next: Next[] = new Array<Next>(AGENT_COUNT).fill('accept');
  readonly #contactIds: string[] = new Array<string>(AGENT_COUNT).fill('');
  readonly #offerSeqs = new Float64Array(AGENT_COUNT);
  readonly #offeredMs = new Float64Array(AGENT_COUNT);
  #arrivalMs = 0;
  #submittedCount = 0;
  #offeredCount = 0;
  #completedCount = 0;
  #busyMs = 0;
  #checksum = 0;
  #checkedCount: number;

  /** `checkedCount`: how many offers, the first ones, the checksum is of. */
  constructor(drafts: readonly ContactDraft[], draws: Draws, consume: Consume, checkedCount: number) {
    this.#drafts = drafts;
    this.#draws = draws;
    this.#consume = consume;
    this.#checkedCount = checkedCount;
    this.#actors = Array.from({ length: AGENT_COUNT }, (_, index) => ({ role: 'agent', id: `agent-${index}` }));
    this.#arrivalMs = draws.gapMs[0] ?? 0;
  }

  get completedCount(): number {
    return this.#completedCount;
  }

  get waitingCount(): number {
    return this.#submittedCount - this.#offeredCount;
  }

  /** Time that agents have spent with contacts that are complete, from offer to completion. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** Virtual milliseconds since the start. */
  get nowMs(): number {
    return Math.floor(this.#arrivalMs);
  }

  /** Of the first offers: when, what, to whom. Throws before there were so many. */
  checksum(): string {
    if (this.#offeredCount < this.#checkedCount) throw new Error(`only ${this.#offeredCount} offers were made`);
    return (this.#checksum >>> 0).toString(16).padStart(8, '0');
  }

  /** Goes on until so many more lives are complete. */
  run(lives: number): void {
    const until = this.#completedCount + lives;
    const timers = this.#timers;
    while (this.#completedCount < until) {
      const arrivalMs = Math.floor(this.#arrivalMs);
      const timerMs = timers.next;
      if (arrivalMs <= timerMs) this.#arrive(arrivalMs);
      else this.#act(timerMs, timers.take());
    }
  }

  #arrive(atMs: number): void {
    const index = this.#submittedCount++;
    this.#arrivalMs += this.#draws.gapMs[this.#submittedCount & (GAP_COUNT - 1)] as number;
    const contact = this.#drafts[index % this.#drafts.length] as ContactDraft;
    this.#tell({ type: 'submit', actor: GATEWAY, contact }, atMs);
  }

  #act(atMs: number, agent: number): void {
    const actor = this.#actors[agent] as Actor;
    const next = this.#next[agent] as Next;
    if (next === 'accept') {
      this.#follow(agent, 'end', atMs + drawn(this.#draws.talkMs, this.#submittedCount + agent));
      this.#tell({ type: 'accept', actor, offerId: `o${this.#offerSeqs[agent]}` }, atMs);
    } else if (next === 'end') {
      this.#follow(agent, 'complete', atMs + drawn(this.#draws.wrapUpMs, this.#submittedCount + agent));
      this.#tell({ type: 'end', actor, contactId: this.#contactIds[agent] as string, version: 0 }, atMs);
    } else {
      this.#completedCount++;
      this.#busyMs += atMs - (this.#offeredMs[agent] as number);
      this.#tell({ type: 'complete', actor, contactId: this.#contactIds[agent] as string, version: 0 }, atMs);
    }
  }

  #follow(agent: number, next: Next, atMs: number): void {
    this.#next[agent] = next;
    this.#timers.add(atMs, agent);
  }

  #tell(command: Command, atMs: number): void {
    const { events, firstSeq } = this.#consume(command, START_MS + atMs);
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as CoreEvent;
      switch (event.type) {
        case 'offerMade':
          this.#offered(event, firstSeq + index, atMs);
          break;
        case 'contactSubmitted':
        case 'offerAccepted':
        case 'contactEnded':
        case 'contactClosed':
        case 'tombstonesForgotten':
          break;
        default:
          throw new Error(`no whole life has ${event.type}`);
      }
    }
  }

  #offered(event: Extract<CoreEvent, { readonly type: 'offerMade' }>, seq: number, atMs: number): void {
    const agent = numberOf(event.agentId);
    this.#contactIds[agent] = event.contactId;
    this.#offerSeqs[agent] = seq;
    this.#offeredMs[agent] = atMs;
    this.#follow(agent, 'accept', atMs + drawn(this.#draws.acceptMs, this.#offeredCount));
    if (this.#offeredCount++ >= this.#checkedCount) return;
    for (const part of [atMs, numberOf(event.contactId), agent]) {
      this.#checksum = Math.imul(this.#checksum ^ part, 16_777_619) ^ (this.#checksum >>> 15);
    }
  }
}

function drawn(values: Float64Array, index: number): number {
  return Math.floor(values[index & (DRAW_COUNT - 1)] as number);
}
