/**
 * Part: a data directory with a history, made by the router's own core, codec, journal and archive in virtual time: contacts of the backlog
 * that wait, a snapshot, and lives behind it until there are so many events.
 *
 * 1. The history follows from the seed: who was offered what, and the bytes of every event.
 * 2. Commits have as many steps as the group commit of a busy router gathers.
 */
import { createHash } from 'node:crypto';
import type { Command } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';
import { encodeRecords } from '../../src/wire/state-codec.ts';
import { agentsOf, contactOf } from '../latency/centre.ts';
import { FIRST_LIFE } from '../latency/life.ts';
import { GATEWAY, Lives, signIns } from '../memory/lives.ts';
import { partParams, partResult } from '../memory/part.ts';
import { BACKLOG, roomyPolicy, setPolicyOf } from '../memory/policies.ts';
import { type HistoryParams, type HistoryResult, START_AT } from './history.ts';

const WAITING_PER_MS = 10;
const IN_FLIGHT_MAX = 256;

/** Steps of a core, gathered into commits. */
class Recorder {
  readonly core = new Core();
  commits = 0;
  eventBytes = 0;
  readonly #hash = createHash('sha256');
  readonly #journal: Journal;
  readonly #encoder = new EventEncoder();
  readonly #commitSteps: number;
  #steps = 0;
  #firstSeq = 1;
  #inFlight: Promise<void>[] = [];
  onOffer: (contactId: string, agentId: string, seq: number) => void = () => undefined;

  constructor(journal: Journal, commitSteps: number) {
    this.#journal = journal;
    this.#commitSteps = commitSteps;
  }

  execute(command: Command, at: number): void {
    const { events, firstSeq, refusal } = this.core.perform(command, at);
    if (refusal !== undefined) throw new Error(`${command.type}: ${refusal.message}`);
    for (const [index, event] of events.entries()) {
      this.#encoder.add(at, event);
      if (event.type === 'offerMade') this.onOffer(event.contactId, event.agentId, firstSeq + index);
    }
    this.#steps++;
    if (this.#steps >= this.#commitSteps) this.commit();
  }

  commit(): void {
    const { count } = this.#encoder;
    this.#steps = 0;
    if (count === 0) return;
    const events = this.#encoder.finish();
    this.#hash.update(events);
    this.commits++;
    this.eventBytes += events.length;
    this.#inFlight.push(this.#journal.append({ firstSeq: this.#firstSeq, count, at: this.core.at, events }));
    this.#firstSeq += count;
  }

  /** Waits if much is in flight. */
  async breathe(): Promise<void> {
    if (this.#inFlight.length >= IN_FLIGHT_MAX) await this.durable();
  }

  async durable(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#inFlight = [];
  }

  /** What was counted so far is not counted. */
  forgetCounts(): void {
    this.commits = 0;
    this.eventBytes = 0;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

async function record(params: HistoryParams): Promise<HistoryResult> {
  const journal = await openSqliteJournal(params.directory);
  const recorder = new Recorder(journal, params.commitSteps);
  const { core } = recorder;
  const team = agentsOf(params.agents, params.seed);
  recorder.execute(setPolicyOf(roomyPolicy('1h')), START_AT);
  for (const command of signIns(team)) recorder.execute(command, START_AT);
  for (let number = 0; number < params.waiting; number++) {
    const at = START_AT + Math.floor(number / WAITING_PER_MS);
    recorder.execute(
      { type: 'submit', actor: GATEWAY, contact: { ...contactOf(FIRST_LIFE + number), queue: BACKLOG } },
      at,
    );
    await recorder.breathe();
  }
  recorder.commit();
  await recorder.durable();
  const snapshotSeq = core.seq;
  const archive = openSqliteArchive(params.directory);
  archive.saveSnapshot({ seq: core.seq, at: core.at }, encodeRecords(core.records()));
  archive.close();
  recorder.forgetCounts();
  await live(recorder, params, snapshotSeq + params.events);
  await journal.close();
  const { commits, eventBytes } = recorder;
  return { snapshotSeq, seq: core.seq, commits, eventBytes, hash: recorder.digest(), stateHash: core.stateHash() };
}

/** Lives pass until there are so many events. */
async function live(recorder: Recorder, { seed, agents, waiting }: HistoryParams, untilSeq: number): Promise<void> {
  const lives = new Lives({
    seed,
    startAt: recorder.core.at,
    agents: agentsOf(agents, seed),
    firstLife: FIRST_LIFE + waiting,
    execute: (command, at) => recorder.execute(command, at),
  });
  recorder.onOffer = (contactId, agentId, seq) => lives.offered(contactId, agentId, seq);
  while (recorder.core.seq < untilSeq) {
    lives.next();
    await recorder.breathe();
  }
  recorder.commit();
  await recorder.durable();
}

partResult(await record(partParams<HistoryParams>()));
