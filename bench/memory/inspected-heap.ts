/**
 * The heap of another Node process, asked through its inspector (`--inspect=127.0.0.1:0`): full collections, then what is in use. The
 * process itself runs as ever.
 *
 * 1. Only its main thread's heap: other threads have their own, which show in the resident memory alone.
 * 2. Resident memory is read from /proc; where there is none, it is not told.
 */
import { readFileSync } from 'node:fs';

const ADDRESS = /Debugger listening on (ws:\S+)/;
/** More than one: the first may only find what finalizers let go of. */
const ROUNDS = 3;
const KIB = 1024;

export interface ProcessMemory {
  /** Heap in use and buffers outside of it, after full collections. */
  readonly heldBytes: number;
  /** The whole process, all threads; undefined where the system does not tell. */
  readonly residentBytes: number | undefined;
}

interface Answer {
  readonly id: number;
  readonly result?: { readonly result?: { readonly value?: string } };
  readonly error?: { readonly message: string };
}

export class InspectedHeap {
  readonly #pid: number;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(pid: number, socket: WebSocket) {
    this.#pid = pid;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer: Answer = JSON.parse(String(data));
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** `logFile`: where the process has said on stderr at which address it can be asked. */
  static async open(pid: number, logFile: string): Promise<InspectedHeap> {
    const address = ADDRESS.exec(readFileSync(logFile, 'utf8'))?.[1];
    if (address === undefined) throw new Error('the process does not say where its inspector is');
    const socket = new WebSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error(`no inspector at ${address}`)));
    });
    return new InspectedHeap(pid, socket);
  }

  async read(): Promise<ProcessMemory> {
    for (let round = 0; round < ROUNDS; round++) await this.#ask('HeapProfiler.collectGarbage', {});
    const { result } = await this.#ask('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
    const { heapUsed, arrayBuffers }: NodeJS.MemoryUsage = JSON.parse(result?.result?.value ?? '{}');
    return { heldBytes: heapUsed + arrayBuffers, residentBytes: residentBytes(this.#pid) };
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: string, params: object): Promise<Answer> {
    this.#lastId++;
    const id = this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer;
  }
}

function residentBytes(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * KIB;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
