/**
 * The floors: a server that does what the router does on its sockets, and none of what it does in between. It sends the
 * frames of a script, of the same number and sizes, to the gateway and to agents in turn; with `--journal` it first
 * commits the same bytes in the same way: the router's own group commit, journal and thread.
 *
 * 1. The `ws` library with the router's settings, frames of one turn in one write a socket, as the router writes them.
 * 2. No checks, no state of contacts, no tokens verified: a relay knows who connects by what the token says.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { parseArgs } from 'node:util';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CoreEvent } from '../../src/core/events.ts';
import { type Flushable, FlushQueue } from '../../src/edge/flush-queue.ts';
import { type CommitEncoder, GroupCommit } from '../../src/engine/group-commit.ts';
import type { CommittedStep } from '../../src/engine/port.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { Fifo } from '../../src/lib/fifo.ts';
import { decodeEvents } from '../../src/wire/event-codec.ts';
import { lifeOf, stepOf } from './life.ts';
import { PlayedFrame, requestIdIn, type Script } from './script.ts';

const FRAME_BYTES_MAX = 64 * 1024;

/** One socket; what is put in a turn leaves at its end, in one write. */
class RelaySocket implements Flushable {
  readonly #webSocket: WebSocket;
  readonly #networkSocket: Duplex;
  readonly #queue: FlushQueue;
  readonly #isText: boolean;
  #frames: Buffer[] = [];

  constructor(webSocket: WebSocket, networkSocket: Duplex, queue: FlushQueue, isText: boolean) {
    this.#webSocket = webSocket;
    this.#networkSocket = networkSocket;
    this.#queue = queue;
    this.#isText = isText;
  }

  get isUrgent(): boolean {
    return this !== gateway;
  }

  put(frame: Buffer): void {
    this.#frames.push(frame);
    this.#queue.add(this);
  }

  flush(): void {
    this.#networkSocket.cork();
    for (const frame of this.#frames) this.#webSocket.send(frame, { binary: !this.#isText });
    this.#networkSocket.uncork();
    this.#frames = [];
  }
}

interface RelayStep {
  readonly frames: readonly PlayedFrame[];
  readonly events: readonly CoreEvent[];
}

/** Commits the recorded bytes of events: nothing is encoded again. */
class RecordedEncoder implements CommitEncoder {
  readonly #bytesByEvent: ReadonlyMap<CoreEvent, Uint8Array>;
  #chunks: Uint8Array[] = [];

  constructor(bytesByEvent: ReadonlyMap<CoreEvent, Uint8Array>) {
    this.#bytesByEvent = bytesByEvent;
  }

  get count(): number {
    return this.#chunks.length;
  }

  add(_at: number, event: CoreEvent): void {
    this.#chunks.push(this.#bytesByEvent.get(event) ?? new Uint8Array());
  }

  finish(): Uint8Array {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return bytes;
  }
}

/** Lets a step's frames go: at once, or when its events are durable. */
type Gate = (events: readonly CoreEvent[], release: () => void) => void;

const { values } = parseArgs({ options: { script: { type: 'string' }, journal: { type: 'string' } } });
const script: Script = JSON.parse(readFileSync(values.script ?? '', 'utf8'));
const { isText } = script;
const bytesByEvent = new Map<CoreEvent, Uint8Array>();
const kinds: RelayStep[][] = script.kinds.map((steps) =>
  steps.map(({ frames, events }) => ({
    frames: frames.map((frame) => new PlayedFrame(frame, isText)),
    events: events.map(recordedEvent),
  })),
);
const gate = values.journal === undefined ? openGate : await journalGate(values.journal);
const flushQueue = new FlushQueue();
const agents: RelaySocket[] = [];
let gateway: RelaySocket | undefined;
let turn = 0;

function recordedEvent(base64: string): CoreEvent {
  const bytes = Buffer.from(base64, 'base64');
  const [timed] = decodeEvents(bytes);
  if (timed === undefined) throw new Error('a script without its events');
  bytesByEvent.set(timed.event, bytes);
  return timed.event;
}

function openGate(_events: readonly CoreEvent[], release: () => void): void {
  release();
}

async function journalGate(directory: string): Promise<Gate> {
  const journal = await openSqliteJournal(directory);
  const releases = new Fifo<() => void>();
  const observer = {
    underWay: () => undefined,
    committed: (steps: readonly CommittedStep[]) => {
      for (let count = steps.length; count > 0; count--) releases.shift()?.();
    },
    failed: (cause: unknown) => {
      throw cause;
    },
  };
  const commits = new GroupCommit(journal, new RecordedEncoder(bytesByEvent), observer, () => performance.now());
  let seq = journal.lastSeq;
  let at = 0;
  return (events, release) => {
    at = Math.max(at, Date.now());
    releases.push(release);
    commits.add({
      firstSeq: seq + 1,
      at,
      events,
      subjects: [],
      pushes: [],
      startedMs: performance.now(),
      decisionUs: 0,
    });
    seq += events.length;
  };
}

function receive(socket: RelaySocket, data: Uint8Array): void {
  const requestId = requestIdIn(data, isText);
  const life = lifeOf(requestId);
  const step = kinds[life % kinds.length]?.[stepOf(requestId)];
  // What an agent says is about itself; what the gateway says goes to the next agent in turn.
  const agent = socket === gateway ? agents[turn++ % agents.length] : socket;
  if (step === undefined || agent === undefined) throw new Error(`request ${requestId} is not in the script`);
  gate(step.events, () => {
    for (const frame of step.frames) (frame.to === 'agent' ? agent : gateway)?.put(frame.play(life, requestId));
  });
}

function roleOf(request: IncomingMessage): unknown {
  const payload = request.headers.authorization?.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).role;
}

const server = createServer();
const webSockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: FRAME_BYTES_MAX,
  perMessageDeflate: false,
});
server.on('upgrade', (request: IncomingMessage, networkSocket: Duplex, head: Buffer) => {
  webSockets.handleUpgrade(request, networkSocket, head, (webSocket) => {
    const socket = new RelaySocket(webSocket, networkSocket, flushQueue, isText);
    webSocket.on('message', (data) => receive(socket, data as Buffer));
    webSocket.on('error', () => webSocket.terminate());
    if (roleOf(request) === 'gateway') gateway = socket;
    else agents.push(socket);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`relay listens on http://127.0.0.1:${port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
