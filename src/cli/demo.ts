/**
 * `cordboard demo`: a router in this process, gateways and agents in another over real sockets, and a verdict on what they saw.
 *
 * 1. stdout: a line each second, a summary, a verdict. Exit code 1 if anything was lost, doubled or over capacity.
 * 2. The first signal ends it early but orderly: no more contacts, then it drains and judges. The second ends it at once.
 * 3. What is temporary is gone at the end.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { type DemoConfig, type ServeConfig, serveConfig } from '../config.ts';
import type { Role } from '../core/commands.ts';
import { EdgeFailure } from '../edge/edge-failure.ts';
import { keyOfDataDirectory } from '../edge/local-key.ts';
import { LocalTokens } from '../edge/tokens.ts';
import { assert } from '../lib/assert.ts';
import { siblingModule } from '../lib/sibling-module.ts';
import type { FromLoad, LoadOrder, LoadResult, Pass, ToLoad } from './demo-messages.ts';
import { conclusion, hasPassed, introduction, progressHead, progressLine, summary } from './demo-report.ts';
import { agentProfiles, type DemoTerms, demoPolicy, paceOf } from './demo-scenario.ts';
import { EXIT_FAIL_STOP, EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { type Log, openLog } from './log.ts';
import { PolicyRefused } from './policy-choice.ts';
import { type Router, startRouter } from './router.ts';
import { onStopSignals } from './stop-signals.ts';

const GATEWAY_COUNT = 3;
const TOKEN_SPARE_MS = 3_600_000;

/** Runs the demo; answers the exit code, or ends the process itself where that cannot wait. */
export async function runDemo(config: DemoConfig): Promise<number> {
  const log = openLog('warn');
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-demo-'));
  // However it ends; the load ends with this process.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const end = (exitCode: number): never => {
    log.flush();
    process.exit(exitCode);
  };
  // Nobody reads any more: `cordboard demo | head`.
  process.stdout.on('error', () => end(EXIT_FAILED));
  try {
    end(await new Demo(config, directory, end).run(log));
  } catch (cause) {
    complain(cause);
    end(exitCodeOf(cause));
  }
  return EXIT_OK;
}

class Demo {
  readonly #config: DemoConfig;
  /** For what is temporary. */
  readonly #directory: string;
  readonly #end: (exitCode: number) => never;
  readonly #terms: DemoTerms;
  #load: ChildProcess | undefined;
  #wasStopped = false;

  constructor(config: DemoConfig, directory: string, end: (exitCode: number) => never) {
    const { agentCount, ratePerS, seconds } = config;
    this.#config = config;
    this.#directory = directory;
    this.#end = end;
    const runId = randomInt(36 ** 6)
      .toString(36)
      .padStart(6, '0');
    this.#terms = { runId, seed: randomInt(2 ** 31), agentCount, ratePerS, seconds };
  }

  async run(log: Log): Promise<number> {
    onStopSignals({
      stop: () => this.#stop(),
      atOnce: (_signal, exitCode) => {
        this.#load?.kill('SIGKILL');
        this.#end(exitCode);
      },
    });
    const serve = this.#serveConfig();
    const router = await startRouter(serve, log.logger);
    const failed = router.failed.then((cause) => Promise.reject(cause));
    const result = await Promise.race([this.#runLoad(router, serve.dataDirectory), failed]);
    await Promise.race([router.stop(), failed]);
    print('', summary(result), '');
    const passed = hasPassed(result, this.#wasStopped);
    print(styleText(passed ? 'green' : 'red', conclusion(result, this.#wasStopped), { stream: process.stdout }));
    return passed ? EXIT_OK : EXIT_FAILED;
  }

  /** A router as `serve` would run it, with the demo's policy, nothing of the environment, and no limit of rate for its few busy agents. */
  #serveConfig(): ServeConfig {
    const { dataDirectory, port } = this.#config;
    const policy = join(this.#directory, 'policy.yaml');
    writeFileSync(policy, demoPolicy);
    const data = dataDirectory ?? join(this.#directory, 'data');
    const rate = '100000';
    const given = { policy, data, port: String(port), logLevel: 'warn', agentRate: rate, agentBurst: rate };
    const result = serveConfig(given, {});
    assert('config' in result, `the demo's own configuration does not hold: ${JSON.stringify(result)}`);
    return result.config;
  }

  async #runLoad(router: Router, dataDirectory: string): Promise<LoadResult> {
    const order = await this.#order(router, dataDirectory);
    const { dataDirectory: given } = this.#config;
    const dataText = given ?? `${dataDirectory} (removed at the end)`;
    print(introduction(this.#terms, paceOf(this.#terms), GATEWAY_COUNT, order.url, dataText));
    const load = fork(siblingModule(import.meta.url, './demo-load'));
    this.#load = load;
    const { promise, resolve, reject } = Promise.withResolvers<LoadResult>();
    load.on('message', (message) => {
      // The load is this program's other half.
      this.#hear(message as FromLoad, resolve, reject);
    });
    load.on('error', reject);
    load.on('exit', (code, signal) => reject(new Error(`the load ended before its time (${signal ?? code})`)));
    this.#tell({ type: 'start', order });
    if (this.#wasStopped) this.#tell({ type: 'stop' });
    return promise;
  }

  #hear(message: FromLoad, resolve: (result: LoadResult) => void, reject: (error: Error) => void): void {
    switch (message.type) {
      case 'ready':
        print(`Everybody is connected after ${(message.setUpMs / 1000).toFixed(2)} s.`, '', progressHead());
        break;
      case 'progress':
        print(progressLine(message.progress));
        break;
      case 'result':
        resolve(message.result);
        break;
      case 'failed':
        reject(new Error(message.message));
        break;
    }
  }

  async #order(router: Router, dataDirectory: string): Promise<LoadOrder> {
    const tokens = new LocalTokens(keyOfDataDirectory(dataDirectory));
    const ttlMs = this.#terms.seconds * 1_000 + TOKEN_SPARE_MS;
    const mint = async (role: Role, subject: string): Promise<string> => {
      const minted = await tokens.mint({ role, subject, ttlMs, now: Date.now() });
      assert('token' in minted, `no token for ${role} ${subject}`);
      return minted.token;
    };
    const gatewayIds = Array.from({ length: GATEWAY_COUNT }, (_, n) => `demo-${this.#terms.runId}-gateway-${n + 1}`);
    const agents = agentProfiles(this.#terms);
    return {
      terms: this.#terms,
      url: router.address.httpUrl,
      adminToken: await mint('admin', 'demo'),
      gateways: await Promise.all(
        gatewayIds.map(async (id): Promise<Pass> => ({ id, token: await mint('gateway', id) })),
      ),
      agentTokens: await Promise.all(agents.map(({ id }) => mint('agent', id))),
    };
  }

  #tell(message: ToLoad): void {
    if (this.#load?.connected) this.#load.send(message);
  }

  #stop(): void {
    this.#wasStopped = true;
    print('Stopping: no more contacts, waiting for those that are there. Once more to end at once.');
    this.#tell({ type: 'stop' });
  }
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function complain(cause: unknown): void {
  const lines = cause instanceof PolicyRefused ? cause.lines : [cause instanceof Error ? cause.message : String(cause)];
  for (const line of lines) process.stderr.write(`cordboard: ${line}\n`);
}

function exitCodeOf(cause: unknown): number {
  if (cause instanceof PolicyRefused) return EXIT_USAGE;
  // An operating failure that is not the edge's is the journal's: fail-stop.
  const isFailStop = cause instanceof Error && 'code' in cause && !(cause instanceof EdgeFailure);
  return isFailStop ? EXIT_FAIL_STOP : EXIT_FAILED;
}
