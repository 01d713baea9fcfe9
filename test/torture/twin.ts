// The engine's core beside the oracle, step by step, and beside a core that only replays what is journalled.
//
// 1. After every step: events, answer, deadlines, the invariants, and the order in line; every few steps all views and records [TOR2].
// 2. The replayed core applies what was read back from a commit's bytes; at the end of each step it is as the live one was then: record by
//    record, and by its hash where the two are side by side.
// 3. After a crash the oracle's state is folded anew from the events that survived: its fold is not the core's.

import type { Command, ContactDraft } from '../../src/core/commands.ts';
import type { Core, StepResult } from '../../src/core/core.ts';
import type { CoreEvent } from '../../src/core/events.ts';
import type { StateRecord } from '../../src/core/state-records.ts';
import type { Commit } from '../../src/journal/journal.ts';
import { Comparison } from '../core/oracle/comparison.ts';
import { fold } from '../core/oracle/fold.ts';
import { checkInvariants } from '../core/oracle/invariants.ts';
import { emptyState } from '../core/oracle/model.ts';
import { Oracle } from '../core/oracle/oracle.ts';
import { canonicalText } from '../core/oracle/picture.ts';
import { LineOrder } from './line-order.ts';
import type { Product } from './product.ts';

/** All views, and whole states, are compared with the oracle's so often, and after every recovery: that is what takes longest. */
const VIEWS_EVERY = 3;
const RECORDS_EVERY = 7;
const HASHES_EVERY = 5;

/** An event at its seq, which is its place in the list, from 1. */
export interface Happened {
  readonly at: number;
  readonly event: CoreEvent;
  readonly text: string;
  readonly submitted: ContactDraft | undefined;
}

export class Twin {
  readonly oracle = new Oracle();
  readonly happened: Happened[] = [];
  stepCount = 0;
  readonly #product: Product;
  readonly #fail: (what: string) => never;
  readonly #order = new LineOrder();
  /** The live state's records at the end of each step, as text, by seq; those that may yet be compared. */
  readonly #liveBySeq = new Map<number, string>();
  #commitCount = 0;
  #appendedBefore = 0;
  #core: Core;
  #replayed: Core;
  #comparison: Comparison;

  constructor(product: Product, fail: (what: string) => never) {
    this.#product = product;
    this.#fail = fail;
    this.#core = new product.Core();
    this.#replayed = new product.Core();
    this.#comparison = new Comparison(this.#core, this.oracle, fail);
  }

  /** The core has made a step at `now`. */
  step(command: Command, now: number, deadlines: 'fire' | 'hold', result: StepResult): void {
    const { oracle } = this;
    const before = this.happened.length;
    this.stepCount += 1;
    const expected = oracle.step(command, now, deadlines);
    for (const event of result.events) this.#note(event, now);
    this.#comparison.step(expected, result, before, now);
    this.#comparison.deadlines(command.type === 'tick' && deadlines === 'fire', now);
    if (this.stepCount % VIEWS_EVERY === 0) this.#comparison.views(now);
    if (this.stepCount % RECORDS_EVERY === 0) this.#comparison.records();
    checkInvariants(oracle.state, result.events, this.#fail);
    const overtaken = this.#order.step(oracle.state, result.events);
    if (overtaken !== undefined) this.#fail(`${overtaken[1]} overtook ${overtaken[0]} in line`);
    if (result.events.length > 0) this.#liveBySeq.set(oracle.state.seq, recordsText(this.#core));
  }

  /** The bytes of a commit: the events that happened, and they lead a core that applies them where the live one was. */
  commit({ firstSeq, count, at, events }: Commit): void {
    const read = this.#product.decodeEvents(events);
    if (read.length !== count) this.#fail(`the commit at seq ${firstSeq} holds ${read.length} events, not ${count}`);
    if (this.#replayed.seq !== firstSeq - 1) this.#fail(`a commit at seq ${firstSeq} after seq ${this.#replayed.seq}`);
    for (const one of read) {
      const seq = this.#replayed.seq + 1;
      const happened = this.happened[seq - 1];
      if (happened === undefined || happened.at !== one.at || happened.text !== canonicalText(one.event)) {
        this.#fail(`event ${seq} was journalled as ${canonicalText(one)}, but happened as ${canonicalText(happened)}`);
      }
      this.#replayed.apply(one.event, one.at);
      this.#compareLive(this.#replayed, 'the replayed state');
    }
    const last = this.happened[firstSeq + count - 2];
    if (last?.at !== at) this.#fail(`the commit at seq ${firstSeq} says ${at}, its last event ${last?.at}`);
    this.#forgetBehind(firstSeq + count - 1);
    this.#commitCount += 1;
    if (this.#commitCount % HASHES_EVERY !== 0 || this.#replayed.seq !== this.#core.seq) return;
    if (this.#replayed.stateHash() !== this.#core.stateHash()) this.#fail('the replayed state has another hash');
  }

  /** A core came out of recovery, and another one in the same way: what is not in them never happened. */
  recovered(core: Core, other: Core): void {
    const { seq } = core;
    if (seq > this.happened.length) this.#fail(`recovered are ${seq} events of ${this.happened.length} that happened`);
    this.#core = core;
    this.#replayed = other;
    this.#comparison = new Comparison(core, this.oracle, this.#fail);
    this.#compareLive(core, 'the recovered state');
    if (core.stateHash() !== other.stateHash()) this.#fail('recovering twice gives two states');
    if (seq < this.happened.length) this.#rewind(seq);
    this.#appendedBefore = seq;
    this.#liveBySeq.clear();
    this.#liveBySeq.set(seq, recordsText(core));
    this.#order.forget();
    this.#comparison.records();
  }

  /** Everything that there is to compare. */
  compareAll(now: number): void {
    this.#comparison.records();
    this.#comparison.views(now);
    this.#comparison.lists(now);
    const records = this.#product.Core.fromRecords(this.#core.records());
    if (records.stateHash() !== this.#core.stateHash()) this.#fail('the hash of the records is another one');
  }

  /** The oracle has made the step already. */
  #note(event: CoreEvent, at: number): void {
    const { contacts, tombstones } = this.oracle.state;
    const submitted =
      event.type !== 'contactSubmitted'
        ? undefined
        : (
            contacts.find(({ id }) => id === event.contactId) ??
            tombstones.find(({ contactId }) => contactId === event.contactId)
          )?.submitted;
    this.happened.push({ at, event, text: canonicalText(event), submitted });
    if (event.type === 'contactSubmitted') this.oracle.learnHash(event.contactId, event.hash);
  }

  /** Equal texts are equal facts; texts that differ may still be one state, written in another order: its hash decides. */
  #compareLive(core: Core, what: string): void {
    const expected = this.#liveBySeq.get(core.seq);
    if (expected === undefined || expected === recordsText(core)) return;
    const live = this.#product.Core.fromRecords(JSON.parse(expected) as StateRecord[]).stateHash();
    if (live !== core.stateHash())
      this.#fail(`${what} at seq ${core.seq} is not the live one: ${difference(expected, core)}`);
  }

  /** What is durable for certain is compared no more; the last of it is what a recovery may have to give. */
  #forgetBehind(appendedSeq: number): void {
    const seqs = [...this.#liveBySeq.keys()].filter((seq) => seq < appendedSeq);
    // The commit before the appended one is durable: there is one in hand at most.
    for (const seq of seqs.filter((one) => one < this.#appendedBefore)) this.#liveBySeq.delete(seq);
    this.#appendedBefore = appendedSeq;
  }

  #rewind(seq: number): void {
    this.happened.length = seq;
    const state = emptyState();
    for (const { at, event, submitted } of this.happened) {
      state.seq += 1;
      fold(state, event, at, submitted);
    }
    Object.assign(this.oracle.state, state);
    for (const { event } of this.happened) {
      if (event.type === 'contactSubmitted') this.oracle.learnHash(event.contactId, event.hash);
    }
  }
}

function recordsText(core: Core): string {
  return JSON.stringify([...core.records()]);
}

/** The first record that is not the expected one. */
function difference(expected: string, core: Core): string {
  const records = JSON.parse(expected) as StateRecord[];
  const actual = JSON.parse(recordsText(core)) as StateRecord[];
  const length = Math.max(records.length, actual.length);
  for (let index = 0; index < length; index++) {
    const [one, other] = [canonicalText(records[index]), canonicalText(actual[index])];
    if (one !== other) return `expected ${one}, actual ${other}`;
  }
  return 'only by order';
}
