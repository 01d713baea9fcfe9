// One life of the router's process: recovery, restart, an engine with its archivist, until it is killed or ends itself.
//
// 1. Whatever the core is asked to do goes by the twin first thing afterwards; so do the clock and whether deadlines were held [RST5, RST6].
// 2. A fault that is found is kept, not thrown into the product: whoever moves on asks for it.
// 3. It begins and ends as engine/site.ts has it: recover, `restart`, start; drain, close, snapshot.

import type { Command, Query } from '../../src/core/commands.ts';
import type { Core, StepResult } from '../../src/core/core.ts';
import type { Archivist } from '../../src/engine/archivist.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { CommittedBatch, Reply } from '../../src/engine/port.ts';
import type { Journal, JournalReader } from '../../src/journal/journal.ts';
import { TortureDisk } from './disk.ts';
import type { TortureHistory } from './moves.ts';
import type { Asked, Outside } from './outside.ts';
import type { Product } from './product.ts';
import type { Sightings } from './sightings.ts';
import type { Storage } from './storage.ts';
import type { Twin } from './twin.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How long commits may take before deadlines wait [RST6]. */
const STALL_MS = 1000;
/** What slewing may take away from the router's time, and roundings. */
const PACE_MIN = 0.94;

/** What lives on from life to life. */
export interface World {
  readonly product: Product;
  readonly history: TortureHistory;
  readonly storage: Storage;
  readonly time: VirtualTime;
  readonly twin: Twin;
  readonly outside: Outside;
  readonly sightings: Sightings;
  /** Runs what may find a fault; the first fault is kept. */
  readonly guard: (work: () => void) => void;
  readonly fail: (what: string) => never;
}

export class Life {
  readonly engine: Engine;
  readonly core: Core;
  readonly disk: TortureDisk;
  readonly journal: Journal;
  archivistLags = false;
  isDraining = false;
  openQuestionCount = 0;
  readonly #world: World;
  readonly #archivist: Archivist;
  readonly #reader: JournalReader;
  #isOver = false;
  #isKilled = false;
  /** Steps whose events are not durable as far as the disk knows, with the instants at which they were decided. */
  #undurable: { readonly firstSeq: number; readonly lastSeq: number; readonly sinceMs: number }[] = [];
  #asking: Asked | undefined = undefined;
  #lastCommand: Command = { type: 'tick' };
  #lastNow = 0;
  #lastMonotonicMs: number;
  #lastStallMs = Number.NEGATIVE_INFINITY;

  constructor(world: World, journal: Journal, index: number) {
    const { product, storage, time, twin, outside, history } = world;
    this.#world = world;
    this.journal = journal;
    this.core = recoverTwice(world);
    outside.lifeBegan(this.core.seq);
    this.#lastMonotonicMs = time.monotonicMs();
    this.disk = new TortureDisk(storage, journal, time, (commit) => twin.commit(commit));
    this.#watch(this.core);
    this.#reader = storage.openReader();
    const archive = storage.openArchive();
    let archivedThrough = 0;
    this.#archivist = new product.Archivist({
      reader: this.#reader,
      archive,
      bounds: {
        snapshotEveryEvents: history.snapshotEvery[index % history.snapshotEvery.length] ?? 1000,
        snapshotEveryMs: Number.POSITIVE_INFINITY,
        retainMs: 1e12,
      },
      report: (report) => {
        if (report.kind === 'archived') archivedThrough = report.seq;
        if (report.kind === 'snapshot' && history.prunes) this.#prune(report.pruneSeq);
        if (report.kind === 'hash') world.guard(() => report.agrees || world.fail('the archivist has another state'));
      },
      monotonicMs: () => time.monotonicMs(),
    });
    this.#archivist.follow(this.core.seq);
    const pictures = new product.ClosedPictures({
      get archivedThrough() {
        return archivedThrough;
      },
      get: async (contactId) => {
        const closed = archive.getClosed(contactId);
        return closed && product.decodeContact(closed.contact);
      },
      reached: async () => undefined,
    });
    this.engine = new product.Engine({
      core: this.core,
      clock: new product.EngineClock(time, this.core.at),
      journal: this.disk,
      encoder: new product.EventEncoder(),
      pictures,
      maxPending: history.maxPending,
      onFailure: (cause) => this.#failed(cause),
      monotonicMs: () => time.monotonicMs(),
      alarm: time.alarm(),
    });
    this.engine.committed$.subscribe((batch) => world.guard(() => this.#committed(batch)));
    this.engine.underWay$.subscribe(([first]) =>
      world.guard(() => {
        if (first !== undefined && first.firstSeq <= outside.toldSeq) world.fail('told steps are under way again');
      }),
    );
  }

  /** Whether the engine ended itself, as it must when the disk fails. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get isIdle(): boolean {
    return !this.disk.hasInHand && this.#undurableCount() === 0;
  }

  /** For how long the oldest event has not been durable. */
  oldestWaitMs(): number {
    const oldest = this.#undurable.find(({ lastSeq }) => lastSeq > this.disk.durableSeq);
    return oldest === undefined ? 0 : this.#world.time.monotonicMs() - oldest.sinceMs;
  }

  ask(command: Command): Asked | undefined {
    if (this.#isOver) return undefined;
    const { outside, guard, fail } = this.#world;
    const asked = outside.ask(command, command.type === 'submit' ? this.#refusal() : undefined);
    this.#asking = asked;
    const reply = (given: Reply): void => {
      if (!this.#isKilled) guard(() => outside.reply(asked, given, this.disk.durableSeq));
    };
    this.engine.execute(command, reply, (prepared) => {
      guard(() => outside.prepare(asked, prepared));
    });
    this.#asking = undefined;
    guard(() => {
      const isDecided = asked.decision !== undefined || this.#isOver;
      if (!isDecided && asked.refusedFor === undefined) fail(`${command.type} was not decided`);
    });
    return asked;
  }

  /** Somebody reads; the answer is in the list when it has come. */
  look(query: Query): readonly Reply[] {
    const { outside, guard, fail } = this.#world;
    const { seq } = this.core;
    const replies: Reply[] = [];
    this.openQuestionCount += 1;
    this.engine.query(query, (reply) => {
      if (this.#isKilled) return;
      replies.push(reply);
      this.openQuestionCount -= 1;
      guard(() => {
        const what = `the question ${query.type}, asked at seq ${seq},`;
        if (replies.length > 1) fail(`${what} was answered twice`);
        if (reply.seq !== seq) fail(`${what} was answered as of seq ${reply.seq}`);
        if (seq > this.disk.durableSeq || seq > outside.toldSeq)
          fail(`${what} was answered before that was durable and told`);
      });
    });
    return replies;
  }

  /** No deadline is slept through; `slackMs`: what a slewed clock may be late. */
  checkAwake(slackMs: number): void {
    const { time, twin, fail } = this.#world;
    const sinceStall = time.monotonicMs() - this.#lastStallMs;
    if (this.#isOver || this.oldestWaitMs() > STALL_MS || sinceStall <= STALL_MS / 5) return;
    // A step may set a deadline that is due at once: that is the next step's.
    if (time.monotonicMs() - this.#lastMonotonicMs < slackMs) return;
    const due = twin.oracle.nextDeadline;
    const now = this.engine.now();
    if (due + slackMs < now) fail(`the deadline of ${due} has not fired at ${now}`);
  }

  /** The process ends as it is asked to: everything is durable, and a snapshot saved. */
  close(): Promise<void> {
    return this.engine.close().then(() => {
      this.#isOver = true;
      this.#archivist.close();
    });
  }

  catchUp(): void {
    if (!this.archivistLags) this.#archivist.follow(this.disk.durableSeq);
  }

  /** The process is gone: nothing of it acts any more. */
  kill(): void {
    this.#isKilled = true;
    this.#isOver = true;
    this.#world.time.forgetTimers();
  }

  #refusal(): Asked['refusedFor'] {
    if (this.isDraining) return 'DRAINING';
    return this.#undurableCount() >= this.#world.history.maxPending ? 'TOO_MANY_PENDING' : undefined;
  }

  #undurableCount(): number {
    return this.core.seq - this.disk.durableSeq;
  }

  #failed(cause: unknown): void {
    const wasOver = this.#isOver;
    this.#isOver = true;
    const { guard, fail } = this.#world;
    if (wasOver || this.disk.hasFailed) return;
    guard(() => fail(`the engine failed: ${cause instanceof Error ? cause.stack : String(cause)}`));
  }

  /** From now on the twin hears of every step. */
  #watch(core: Core): void {
    const { twin, outside, guard, sightings } = this.#world;
    const step = core.step.bind(core);
    core.step = (command, now, deadlines = 'fire') => {
      const waitedMs = this.oldestWaitMs();
      // Before it decides, the engine may look up hours of its own accord.
      const isAsked = command.type !== 'resolveHours' || this.#asking?.command.type === 'resolveHours';
      const asking = isAsked ? this.#asking : undefined;
      if (isAsked) this.#asking = undefined;
      const result = step(command, now, deadlines);
      if (deadlines === 'hold') sightings.note('deadlines held');
      if (command.type === 'withdrawStalled' && result.events.length > 0)
        sightings.note('offers withdrawn that never left');
      if (asking !== undefined) outside.decided(asking, core.seq, now, result.outcome);
      guard(() => {
        this.#checkTime(now, deadlines, waitedMs);
        twin.step(command, now, deadlines, result);
        this.#checkAcknowledged();
      });
      this.#lastCommand = command;
      this.#noteUndurable(result);
      return result;
    };
  }

  #noteUndurable({ firstSeq, events }: StepResult): void {
    if (events.length === 0) return;
    const sinceMs = this.#world.time.monotonicMs();
    this.#undurable = this.#undurable.filter(({ lastSeq }) => lastSeq > this.#world.outside.toldSeq);
    this.#undurable.push({ firstSeq, lastSeq: firstSeq + events.length - 1, sinceMs });
  }

  #checkTime(now: number, deadlines: 'fire' | 'hold', waitedMs: number): void {
    const { time, fail, sightings } = this.#world;
    const [monotonicMs, wallMs] = [time.monotonicMs(), time.wallMs()];
    if (waitedMs > STALL_MS) this.#lastStallMs = monotonicMs;
    const expected = waitedMs > STALL_MS ? 'hold' : 'fire';
    if (deadlines !== expected) fail(`deadlines ${deadlines} after ${waitedMs} ms, expected ${expected}`);
    if (now > wallMs) sightings.note('a wall clock behind the router’s time');
    if (now < wallMs) fail(`the router's time ${now} is behind the wall clock ${wallMs}`);
    const elapsedMs = monotonicMs - this.#lastMonotonicMs;
    if (this.#lastNow > 0) {
      if (now < this.#lastNow + Math.floor(PACE_MIN * elapsedMs) - 1)
        fail(`time went on by ${now - this.#lastNow} in ${elapsedMs} ms`);
      if (now > Math.max(time.takeWallRead(), this.#lastNow) + elapsedMs + 1)
        fail(`time ran ahead: ${now - this.#lastNow} in ${elapsedMs} ms`);
    }
    this.#lastNow = now;
    this.#lastMonotonicMs = monotonicMs;
  }

  /** Each acknowledged contact is open, or closed, or forgotten by rule. */
  #checkAcknowledged(): void {
    const { outside, twin, fail } = this.#world;
    const { contacts, tombstones } = twin.oracle.state;
    const open = new Set(contacts.map(({ id }) => id));
    const closed = new Set(tombstones.map(({ contactId }) => contactId));
    for (const id of outside.acknowledged.keys()) {
      const known = this.core.state.known.get(id);
      const isOpen = known?.contact !== undefined;
      const isClosed = known?.tombstone !== undefined;
      if (known !== undefined && isOpen === isClosed) fail(`${id} is in two states, or in none`);
      if (isOpen !== open.has(id) || isClosed !== closed.has(id)) fail(`the acknowledged contact ${id} is lost`);
    }
  }

  #committed(batch: CommittedBatch): void {
    const { outside, twin, time, fail, sightings } = this.#world;
    const since = this.#undurable.find(({ firstSeq }) => firstSeq === batch.firstSeq)?.sinceMs;
    const last = this.#lastCommand;
    if (since !== undefined && time.monotonicMs() - since > STALL_MS) {
      const isWithdrawn =
        last.type === 'withdrawStalled' && last.firstSeq === batch.firstSeq && last.lastSeq === batch.lastSeq;
      if (!isWithdrawn) fail(`a commit that stalled was told, and its offers were not looked at`);
      this.#lastStallMs = time.monotonicMs();
    }
    outside.batch(batch, this.disk.durableSeq, twin.happened);
    if (batch.steps.length > 1) sightings.note('a commit of several steps');
    this.catchUp();
  }

  #prune(behindSeq: number): void {
    if (behindSeq === 0 || this.#isOver) return;
    const { guard, fail } = this.#world;
    this.journal.prune({ behindSeq, bytesMax: 0 }).catch((cause: unknown) => {
      if (!this.#isOver) guard(() => fail(`pruning failed: ${cause}`));
    });
  }
}

/** The core as recovery gives it, after the twin has seen it beside another one. */
function recoverTwice({ product, storage, twin, sightings }: World): Core {
  const recover = (): Core => {
    const [reader, archive] = [storage.openReader(), storage.openArchive()];
    try {
      const { core, snapshotSeq } = product.recover(reader, archive);
      if (snapshotSeq > 0) sightings.note('a recovery from a snapshot');
      if (reader.range().firstSeq > 1) sightings.note('a recovery without the commits that a snapshot covers');
      return core;
    } finally {
      reader.close();
      archive.close();
    }
  };
  const core = recover();
  twin.recovered(core, recover());
  return core;
}
