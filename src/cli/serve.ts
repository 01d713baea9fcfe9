/**
 * `cordboard serve`: a router until a signal or a failure ends it.
 *
 * 1. stdout tells where it listens and how to get tokens; everything else is log.
 * 2. The first SIGTERM or SIGINT drains and exits 0 within five seconds; another one exits at once (stop-signals.ts).
 * 3. A journal that fails, at the start or later, is one line of the log and exit code 70.
 */
import { basename, join, relative } from 'node:path';
import type { ServeConfig } from '../config.ts';
import { EdgeFailure } from '../edge/edge-failure.ts';
import { JournalFailure } from '../journal/journal-failure.ts';
import { WireFailure } from '../wire/wire-failure.ts';
import { EXIT_FAIL_STOP, EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { type Log, openLog } from './log.ts';
import { PolicyRefused } from './policy-choice.ts';
import { type Router, type Stopped, startRouter } from './router.ts';
import { onStopSignals } from './stop-signals.ts';
import { version } from './version.ts';

/** Runs until it is told to stop; answers the exit code. Ends the process itself where that cannot wait. */
export async function runServe(config: ServeConfig): Promise<number> {
  // What the router writes tells of customers: for its owner alone, also in a directory that others may enter.
  process.umask(0o077);
  const log = openLog(config.logLevel);
  const stopWished = stopWish(log);
  process.on('uncaughtException', (cause) => failStop(cause, log));
  // Whoever read stdout may go: the router does not depend on it.
  process.stdout.on('error', () => undefined);
  let router: Router | NodeJS.Signals;
  try {
    router = await Promise.race([startRouter(config, log.logger), stopWished]);
  } catch (cause) {
    return refused(cause, log);
  }
  // Nothing was promised to anybody yet.
  if (typeof router === 'string') return ended(EXIT_OK, log);
  announce(router, config);
  log.logger.info({ address: router.address.httpUrl, version: version(), node: process.version }, 'listening');
  const end = await Promise.race([stopWished, router.failed.then((cause) => ({ cause }))]);
  if (typeof end === 'object') return failStop(end.cause, log);
  log.logger.info({ signal: end }, 'draining');
  // Between the signal and the end the journal may still fail.
  const stopped = await Promise.race([router.stop(), router.failed.then((cause) => ({ cause }))]);
  if (typeof stopped === 'object') return failStop(stopped.cause, log);
  return ended(STOPPED[stopped](log), log);
}

/** What is said at the end, and the exit code. */
const STOPPED: Readonly<Record<Stopped, (log: Log) => number>> = {
  whole: ({ logger }) => {
    logger.info('stopped');
    return EXIT_OK;
  },
  withoutSnapshot: ({ logger }) => {
    logger.warn('stopped without a last snapshot: the next start has more to replay');
    return EXIT_OK;
  },
  withoutCommit: ({ logger }) => {
    logger.fatal('the journal did not take the last events in time; nobody was told that it had');
    return EXIT_FAIL_STOP;
  },
};

/** Resolves with the first signal that asks the router to stop; another one ends the process. */
function stopWish(log: Log): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  onStopSignals({
    stop: resolve,
    atOnce: (signal, exitCode) => {
      log.logger.warn({ signal }, 'second signal: ending at once');
      ended(exitCode, log);
    },
  });
  return promise;
}

function announce({ address }: Router, { dataDirectory, tokens }: ServeConfig): void {
  const lines = [`cordboard ${version()} listens on ${address.httpUrl} (WebSocket ${address.socketUrl})`];
  if (tokens.kind === 'keySet') lines.push(`Tokens: those of ${tokens.issuer}`);
  else lines.push(`A token: ${ownName()} token --role agent --subject ana --data ${dataDirectory}`);
  lines.push(`API: ${address.httpUrl}/docs`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** How this program was called, so that what is printed can be copied. */
function ownName(): string {
  const path = process.argv[1] ?? '';
  if (basename(path).startsWith('cordboard')) return 'cordboard';
  const fromHere = relative(process.cwd(), path);
  // In a clone it is npm that knows the Node to run on.
  return fromHere === join('dist', 'main.js') ? 'npm run --silent cordboard --' : `node ${fromHere}`;
}

/** Nothing was started. */
function refused(cause: unknown, log: Log): number {
  if (cause instanceof PolicyRefused) {
    for (const line of cause.lines) process.stderr.write(`cordboard: ${line}\n`);
    return ended(EXIT_USAGE, log);
  }
  if (cause instanceof EdgeFailure) {
    log.logger.fatal({ code: cause.code }, cause.message);
    return ended(EXIT_FAILED, log);
  }
  return failStop(cause, log);
}

/** One line that says why, then the end: what is not durable was never acknowledged. */
function failStop(cause: unknown, log: Log): number {
  if (cause instanceof JournalFailure || cause instanceof WireFailure) {
    log.logger.fatal({ code: cause.code }, cause.message);
  } else {
    // A fault of the program: worth its trace.
    log.logger.fatal({ err: cause }, cause instanceof Error ? cause.message : String(cause));
  }
  return ended(EXIT_FAIL_STOP, log);
}

/** Ends the process now: neither a socket nor a thread that is left over may keep it. */
function ended(exitCode: number, log: Log): never {
  log.flush();
  process.exit(exitCode);
}
