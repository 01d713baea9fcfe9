/**
 * Part: what waiting contacts hold, each as it comes out of a gateway's frame: its texts are its own.
 *
 * 1. They wait in the backlog, for which no agent has the skill. Before the first, lives have passed: V8 keeps numbers in another way
 *    once it has seen what a life makes of them.
 * 2. What stays is counted after full collections, less what was there before the first contact.
 */
import type { ContactDraft } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import { decodeRequest, encodeRequest } from '../../src/wire/request.ts';
import { decodeRecords, encodeRecords } from '../../src/wire/state-codec.ts';
import { contactOf } from '../latency/centre.ts';
import { FIRST_LIFE, requestIdOf } from '../latency/life.ts';
import { heldBytes } from './heap.ts';
import { GATEWAY } from './lives.ts';
import { partParams, partResult } from './part.ts';
import { BACKLOG } from './policies.ts';
import { Run, type Way } from './run.ts';

export interface WaitingParams {
  readonly seed: number;
  readonly contacts: number;
  readonly way: WaitingWay;
}

/** As it runs; or a core restored from records, as after a start. */
export type WaitingWay = Way | 'restored';

export interface WaitingResult {
  readonly bytesEach: number;
  /** Of the attributes' text alone. */
  readonly attributeBytesEach: number;
  readonly seq: number;
  readonly waiting: number;
  readonly tookS: number;
  /** Of the lives before. */
  readonly hash: string;
}

/** As many contacts come in a millisecond. */
const PER_MS = 10;
/** Submissions that share a commit. */
const COMMIT_STEPS = 64;

const AGENTS = 20;
const LIVES_BEFORE = 500;
/** Number of the first that waits: lives are numbered below. */
const FIRST_WAITING = FIRST_LIFE + 1_000_000;

/** The contact as a gateway's frame gives it. */
function draftOf(life: number): ContactDraft {
  const contact = { ...contactOf(life), queue: BACKLOG };
  const decoded = decodeRequest('json', encodeRequest('json', requestIdOf(life, 0), 'submit', { contact }));
  if (decoded.kind !== 'request' || decoded.verb !== 'submit')
    throw new Error(`request ${requestIdOf(life, 0)} is refused`);
  return decoded.body.contact;
}

/** Submits the contacts; answers the bytes of their attributes. */
async function fill(run: Run, contacts: number): Promise<number> {
  const startAt = run.lives.at;
  let attributeBytes = 0;
  for (let number = 0; number < contacts; number++) {
    const contact = draftOf(FIRST_WAITING + number);
    attributeBytes += contact.attributes.length;
    run.execute({ type: 'submit', actor: GATEWAY, contact }, startAt + Math.floor(number / PER_MS));
    if (number % COMMIT_STEPS === 0) await run.flushed();
  }
  await run.flushed();
  return attributeBytes;
}

async function measure({ seed, contacts, way }: WaitingParams): Promise<WaitingResult> {
  const run = new Run({ way: way === 'restored' ? 'core' : way, seed, agents: AGENTS, forget: '1m' });
  await run.goOn(LIVES_BEFORE);
  run.lives.finish();
  await run.flushed();
  const startedMs = performance.now();
  const before = await heldBytes();
  const attributeBytes = await fill(run, contacts);
  let { core } = run;
  let bytes = (await heldBytes()) - before;
  if (way === 'restored') {
    const chunks = [...encodeRecords(core.records())];
    const both = await heldBytes();
    core = Core.fromRecords(decodeRecords(chunks));
    bytes = (await heldBytes()) - both;
    // Also keeps the one and its records from being collected before.
    if (core.seq !== run.core.seq || chunks.length === 0) throw new Error('what was restored is another state');
  }
  const { seq, state } = core;
  return {
    bytesEach: bytes / contacts,
    attributeBytesEach: attributeBytes / contacts,
    seq,
    waiting: state.queues.get(BACKLOG)?.waiting.size ?? 0,
    tookS: (performance.now() - startedMs) / 1000,
    hash: run.digest(),
  };
}

partResult(await measure(partParams<WaitingParams>()));
