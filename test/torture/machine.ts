// Makes the moves of a history at a site in virtual time, and finds what does not hold.
//
// 1. A history gives the same run every time: moves and virtual time decide everything.
// 2. After every step, and after every move, all of [TOR2] is looked at; the first fault ends the run.
// 3. In the end everybody is served or sent away, and every acknowledged contact has come to exactly one end.

import type { Actor, Command } from '../../src/core/commands.ts';
import type { Move, Pause } from '../core/oracle/moves.ts';
import { Resolver } from '../core/oracle/resolve.ts';
import { Life, type World } from './life.ts';
import type { Death, TortureHistory, TortureMove } from './moves.ts';
import { Outside } from './outside.ts';
import type { Product } from './product.ts';
import { Readers } from './readers.ts';
import { Sightings } from './sightings.ts';
import { memoryStorage, SqliteStorage } from './storage.ts';
import { Twin } from './twin.ts';
import { VirtualTime } from './virtual-time.ts';

const ADMIN: Actor = { role: 'admin', id: 'root' };
/** Only long pauses go to deadlines further away than this. */
const FAR_MS = 3_600_000;
/** While the disk has something in hand, the engine looks at it ten times a second: longer pauses show nothing new. */
const BUSY_PAUSE_MAX_MS = 5000;
/** A clock that is slewed wakes the engine early; it looks again a millisecond later. */
const SLEW_SLACK_MS = 3;
/** Nobody answers the same few offers for an hour: after so many awakenings the process is held up until the pause is over. */
const FIRED_MAX = 50;
const CLOSING_TURNS_MAX = 1000;
const SWEEPS_MAX = 20;

type MoveOf<K extends TortureMove['kind']> = Extract<TortureMove, { readonly kind: K }>;

/** What was made of a history. */
export interface TortureResult {
  readonly moves: number;
  readonly steps: number;
  readonly events: number;
  readonly lives: number;
  /** Of the state in the end. */
  readonly hash: string;
  readonly sightings: Sightings;
}

/** Something does not hold. */
export class TortureFailure extends Error {
  override readonly name = 'TortureFailure';

  /** What does not hold, without who, how many and when: the same for one fault in many histories. */
  get kind(): string {
    const [what = ''] = this.message.split('\n', 1);
    return what.replace(/[{[].*/, '').replaceAll(/\b[a-z]?\d+\b/g, '#');
  }

  /** So many steps of the history show it; and so many steps of the core were made until then. */
  readonly step: number;
  readonly coreSteps: number;

  constructor(message: string, step: number, coreSteps: number, cause: unknown) {
    super(message, { cause });
    this.step = step;
    this.coreSteps = coreSteps;
  }
}

/** Runs the history to its end, or its first so many moves; throws a TortureFailure. */
export async function torture(product: Product, history: TortureHistory, limit?: number): Promise<TortureResult> {
  const machine = new Machine(product, history);
  try {
    return await machine.run(limit);
  } finally {
    await machine.remove();
  }
}

class Machine {
  readonly #world: World;
  readonly #history: TortureHistory;
  readonly #resolver = new Resolver();
  readonly #readers: Readers;
  #notedCount = 0;
  #life: Life | undefined = undefined;
  #livesCount = 0;
  #recoveredSeq = 0;
  #fault: unknown = undefined;
  #gathered: MoveOf<'ask'>[] = [];
  #late: { readonly command: Command; readonly atMove: number }[] = [];
  /** The process was held up: commands find it before its timers do. */
  #isHeldUp = false;
  /** The wall clock jumped ahead, and no step has been made since. */
  #jumpedAtStep = -1;
  #death: Death = { kept: 'nothing', downMs: 0, retries: false };
  #sessionCount = 0;
  #move = 0;

  constructor(product: Product, history: TortureHistory) {
    const fail = (what: string): never => {
      throw new Error(what);
    };
    const sightings = new Sightings();
    this.#history = history;
    this.#world = {
      sightings,
      product,
      history,
      storage: history.storage === 'sqlite' ? new SqliteStorage(product) : memoryStorage(product),
      time: new VirtualTime(),
      twin: new Twin(product, fail),
      outside: new Outside(product, sightings, fail),
      fail,
      guard: (work) => {
        try {
          work();
        } catch (fault) {
          this.#fault ??= fault;
        }
      },
    };
    this.#readers = new Readers(this.#world, () => this.#turn());
  }

  async run(limit = this.#history.moves.length): Promise<TortureResult> {
    const { twin, sightings } = this.#world;
    const moves = this.#history.moves.slice(0, limit);
    try {
      await this.#open(0, [0]);
      for (const move of moves) {
        await this.#make(move);
        await this.#settle();
        this.#move += 1;
      }
      if (limit >= this.#history.moves.length) await this.#finish();
      else await this.#flush();
    } catch (fault) {
      const first = this.#fault ?? fault;
      const message = first instanceof Error ? (first.stack ?? first.message) : String(first);
      throw new TortureFailure(message, this.#move + 1, twin.stepCount, first);
    }
    return {
      moves: moves.length,
      steps: twin.stepCount,
      events: twin.happened.length,
      lives: this.#livesCount,
      hash: this.#now.core.stateHash(),
      sightings,
    };
  }

  async remove(): Promise<void> {
    this.#life?.kill();
    await this.#world.storage.remove();
  }

  get #now(): Life {
    if (this.#life === undefined) throw new Error('the process is not there');
    return this.#life;
  }

  async #make(move: TortureMove): Promise<void> {
    const { time, outside } = this.#world;
    if (move.kind === 'ask') {
      this.#gathered.push(move);
      if (!move.together) await this.#flush();
      return;
    }
    // What is gathered has just arrived when the process dies: it is decided, and nothing is on its way to the disk yet.
    if (move.kind === 'die') {
      this.#askGathered();
      return await this.#die(move, move.again);
    }
    await this.#flush();
    switch (move.kind) {
      case 'break':
        this.#death = move;
        return this.#now.disk.breakWrite(move.kept);
      case 'disk':
        return this.#now.disk.setDelay(move.delayMs);
      case 'wall':
        time.standWall(move.stands);
        time.jumpWall(move.jumpMs);
        if (move.jumpMs > 0) this.#jumpedAtStep = this.#world.twin.stepCount;
        return undefined;
      case 'pause':
        time.passTo(time.monotonicMs() + move.ms);
        this.#isHeldUp = true;
        return undefined;
      case 'vanish':
        return this.#vanish(move.share);
      case 'comeBack':
        return this.#comeBack(move.share);
      case 'consumer': {
        const consumer = outside.gateway(`g${move.gateway}`);
        consumer.isSlow = move.isSlow;
        if (!move.isSlow) consumer.flush();
        return undefined;
      }
      case 'archivist':
        this.#now.archivistLags = move.lags;
        return this.#now.catchUp();
      case 'retry':
        return this.#retry(move.back);
      case 'look':
        await this.#turn();
        return this.#now.isOver ? undefined : await this.#readers.look(this.#now, move);
      case 'drain':
        return this.#drain();
      case 'shutDown':
        return await this.#shutDown();
    }
  }

  /** Everything that happens without virtual time happens; then what must hold whenever nothing is under way. */
  async #settle(): Promise<void> {
    await this.#turn();
    for (const { command } of this.#late.filter(({ atMove }) => atMove <= this.#move)) this.#now.ask(command);
    this.#late = this.#late.filter(({ atMove }) => atMove > this.#move);
    await this.#turn();
    if (this.#now.isOver) await this.#die(this.#death, 0);
    if (this.#gathered.length === 0 && this.#now.isIdle) await this.#checkQuiet();
  }

  async #checkQuiet(): Promise<void> {
    const { outside, twin, fail } = this.#world;
    if (this.#now.openQuestionCount > 0) fail('a question was never answered');
    for (const { id } of twin.oracle.state.gateways) {
      const consumer = outside.gateway(id);
      if (!consumer.isSlow) await this.#readers.resync(this.#now, id, consumer);
    }
    outside.quiet(twin.oracle.state);
  }

  /** Microtasks, and real writes where there are any, come to an end. */
  async #turn(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#life?.disk.isWriting === true);
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #flush(): Promise<void> {
    const last = this.#gathered.at(-1);
    if (last === undefined) return;
    if (!this.#isHeldUp) await this.#pass(last.move.pause);
    this.#askGathered();
    await this.#turn();
  }

  #askGathered(): void {
    this.#isHeldUp = false;
    for (const { move, lateBy, copies } of this.#gathered.splice(0)) {
      const command = this.#resolve(move);
      if (lateBy > 0) this.#late.push({ command, atMove: this.#move + lateBy });
      else for (let copy = 0; copy < copies; copy++) this.#now.ask(command);
    }
  }

  #resolve(move: Move): Command {
    const { happened, oracle } = this.#world.twin;
    this.#notedCount = Math.min(this.#notedCount, happened.length);
    for (; this.#notedCount < happened.length; this.#notedCount++) {
      const event = happened[this.#notedCount]?.event;
      if (event?.type === 'offerMade') this.#resolver.noteOffer(this.#notedCount + 1, event.agentId);
    }
    return this.#resolver.resolve(oracle.state, move);
  }

  /** Time goes on, and whoever is to be woken meanwhile is. */
  async #pass(pause: Pause): Promise<void> {
    const { time, twin } = this.#world;
    const wanted = 'ms' in pause ? pause.ms : this.#untilDeadline(pause.deadlinePlusMs);
    const ms = this.#now.isIdle ? wanted : Math.min(wanted, BUSY_PAUSE_MAX_MS);
    const endMs = time.monotonicMs() + ms;
    let firedCount = 0;
    while (firedCount < FIRED_MAX && !this.#now.isOver && time.fireNext(endMs)) {
      firedCount += 1;
      await this.#turn();
    }
    time.passTo(endMs);
    const isAwake = firedCount < FIRED_MAX && this.#jumpedAtStep !== twin.stepCount;
    if (isAwake) this.#now.checkAwake(SLEW_SLACK_MS);
  }

  #untilDeadline(plusMs: number): number {
    const due = this.#world.twin.oracle.nextDeadline - this.#now.engine.now();
    return !Number.isFinite(due) || (due > FAR_MS && plusMs < FAR_MS) ? 0 : Math.max(0, due + plusMs);
  }

  /** The process comes up: recovery, restart; a site that has no policy yet is given one. `mayBeFound`: the last seqs that may be. */
  async #open(again: number, mayBeFound: readonly number[]): Promise<void> {
    const { storage, outside, fail } = this.#world;
    const journal = await storage.openJournal();
    this.#life = new Life(this.#world, journal, this.#livesCount);
    const life = this.#life;
    this.#livesCount += 1;
    const { seq } = life.core;
    this.#recoveredSeq = seq;
    if (!mayBeFound.includes(seq)) fail(`recovered are ${seq} events, expected ${mayBeFound.join(' or ')}`);
    if (seq < outside.seenSeq) fail(`recovered are ${seq} events, seen were ${outside.seenSeq}`);
    if (seq > 0) {
      if (again > 0) life.disk.setDelay('stuck');
      const asked = life.ask({ type: 'restart', graceMs: 0 });
      await this.#turn();
      if (again > 0) return await this.#die({ ...this.#death, retries: false }, again - 1);
      if (asked?.isAnswered !== true) fail('the restart was not answered');
    }
    life.engine.start();
    // It looks up hours.
    await this.#turn();
    if (life.core.state.policy !== undefined) return;
    const { policy } = this.#history;
    life.ask({ type: 'setPolicy', actor: ADMIN, policy, source: 'first', fileHash: 'f1' });
    await this.#turn();
  }

  async #die(death: Death, again: number): Promise<void> {
    const { storage, outside, time, twin, sightings } = this.#world;
    const { disk } = this.#now;
    sightings.note(disk.hasFailed ? 'a failed write' : 'a death');
    if (disk.hasInHand && !disk.hasFailed) sightings.note('a death with a commit in hand');
    if (again > 0) sightings.note('a death during recovery');
    this.#death = death;
    this.#now.kill();
    const { seqs, isTorn } = await disk.die(death.kept);
    if (isTorn) sightings.note('a torn write');
    await storage.crash(isTorn);
    const untold = twin.happened.length > outside.toldSeq;
    this.#life = undefined;
    const { toldSeq } = outside;
    const unanswered = outside.lifeEnded();
    time.passTo(time.monotonicMs() + death.downMs);
    await this.#open(again, seqs);
    if (untold) this.#noteFound(toldSeq, this.#recoveredSeq);
    if (!death.retries) return;
    for (const command of unanswered) {
      if (command.type === 'restart') continue;
      sightings.note('a command asked again after a death');
      this.#now.ask(command);
    }
    await this.#turn();
  }

  #noteFound(toldSeq: number, recoveredSeq: number): void {
    const isFound = recoveredSeq > toldSeq;
    this.#world.sightings.note(
      isFound ? 'a commit found that nobody was told of' : 'a commit lost that nobody was told of',
    );
  }

  #vanish(share: number): void {
    const { agents, gateways } = this.#world.twin.oracle.state;
    for (const { id, sessionId } of agents.slice(0, Math.ceil(agents.length * share))) {
      if (sessionId !== '') this.#now.ask({ type: 'closeSession', actor: { role: 'agent', id }, sessionId });
    }
    for (const { id, sessionIds } of gateways.slice(0, Math.ceil(gateways.length * share))) {
      for (const sessionId of sessionIds) {
        this.#now.ask({ type: 'closeSession', actor: { role: 'gateway', id }, sessionId });
      }
    }
  }

  #comeBack(share: number): void {
    const { agents, gateways } = this.#world.twin.oracle.state;
    const away = agents.filter(({ sessionId }) => sessionId === '');
    for (const { id, presence } of away.slice(0, Math.ceil(away.length * share))) {
      const actor: Actor = { role: 'agent', id };
      this.#now.ask({ type: 'openSession', actor, sessionId: this.#newSession() });
      if (presence !== 'OFFLINE') continue;
      this.#now.ask({ type: 'setPresence', actor, agentId: id, presence: 'AVAILABLE', reason: '', channels: [] });
    }
    for (const { id } of gateways) {
      this.#now.ask({ type: 'openSession', actor: { role: 'gateway', id }, sessionId: this.#newSession() });
    }
  }

  #newSession(): string {
    this.#sessionCount += 1;
    return `t${this.#sessionCount}`;
  }

  #retry(back: number): void {
    const asked = this.#world.outside.asked.at(-1 - back);
    if (asked !== undefined && asked.command.type !== 'restart') this.#now.ask(asked.command);
  }

  #drain(): void {
    const life = this.#now;
    if (life.isOver) return;
    const { guard, fail } = this.#world;
    const decidedSeq = life.core.seq;
    life.isDraining = true;
    life.engine.drain().then(
      () => {
        if (life.isOver || life.disk.durableSeq >= decidedSeq) return;
        guard(() => fail(`drained, but only ${life.disk.durableSeq} of ${decidedSeq} events are durable`));
      },
      (cause: unknown) => guard(() => fail(`draining failed: ${cause}`)),
    );
  }

  /** The process is asked to end, ends, and is started again. */
  async #shutDown(): Promise<void> {
    const life = this.#now;
    const { outside, twin, fail, sightings } = this.#world;
    if (life.isOver) return;
    life.isDraining = true;
    life.disk.setDelay(0);
    let isClosed = false;
    life.close().then(
      () => {
        isClosed = true;
      },
      (cause: unknown) => {
        this.#fault ??= cause;
      },
    );
    for (let turn = 0; !isClosed; turn++) {
      if (turn > CLOSING_TURNS_MAX) fail('the engine does not close');
      await this.#turn();
    }
    if (life.disk.hasFailed) return;
    outside.quiet(twin.oracle.state);
    await life.journal.close();
    life.kill();
    outside.lifeEnded();
    sightings.note('a shut-down');
    await this.#open(0, [life.core.seq]);
  }

  /** Every trouble ends, everybody is served or sent away, and the process dies once more. */
  async #finish(): Promise<void> {
    const { time, outside, twin } = this.#world;
    await this.#flush();
    this.#move += this.#late.length + 100;
    await this.#settle();
    time.standWall(false);
    this.#now.disk.setDelay(0);
    this.#now.archivistLags = false;
    for (const consumer of outside.gateways.values()) {
      consumer.isSlow = false;
      consumer.flush();
    }
    await this.#turn();
    if (this.#now.isDraining) await this.#shutDown();
    await this.#settle();
    await this.#sweep();
    this.#checkEnds();
    twin.compareAll(this.#now.engine.now());
    await this.#die({ kept: 'whole', downMs: 1, retries: false }, 0);
    await this.#settle();
    twin.compareAll(this.#now.engine.now());
  }

  async #sweep(): Promise<void> {
    const { oracle } = this.#world.twin;
    for (let round = 0; oracle.state.contacts.length > 0; round++) {
      if (round > SWEEPS_MAX) this.#world.fail('contacts do not come to an end');
      for (const { id: contactId, state } of [...oracle.state.contacts]) {
        const isAnswered = state === 'ASSIGNED' || state === 'WRAP_UP';
        const about = { actor: ADMIN, contactId, version: 0 };
        this.#now.ask(isAnswered ? { type: 'complete', ...about } : { type: 'cancel', cause: 'CANCELLED', ...about });
      }
      await this.#settle();
    }
  }

  #checkEnds(): void {
    const { outside, twin, fail } = this.#world;
    const lives = new Map<string, string>();
    for (const { event } of twin.happened) {
      if (event.type !== 'contactSubmitted' && event.type !== 'contactClosed') continue;
      const mark = event.type === 'contactSubmitted' ? 'S' : 'C';
      lives.set(event.contactId, (lives.get(event.contactId) ?? '') + mark);
    }
    for (const id of outside.acknowledged.keys()) {
      const life = lives.get(id) ?? '';
      if (!/^(?:SC)+$/.test(life)) fail(`the acknowledged contact ${id} came to no single end: ${life}`);
    }
  }
}
