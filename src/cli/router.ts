/**
 * A whole router in this process: site (journal, engine, follower), metrics and edge, wired together and taken apart.
 *
 * 1. Started whole or not at all: what was opened before a failure is closed again.
 * 2. It listens only when a policy is in force.
 * 3. Stopping ends within the time given; what was acknowledged is durable before, whatever happens meanwhile.
 */
import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import { parsePolicyAside } from '../config/policy-aside.ts';
import type { ServeConfig, TokenSource } from '../config.ts';
import { createEdge, type Edge, type EdgeAddress } from '../edge/edge.ts';
import type { EdgeLimits } from '../edge/limits.ts';
import { keyOfDataDirectory, keyOfSecret } from '../edge/local-key.ts';
import { KeySetTokens, LocalTokens, type TokenVerifier } from '../edge/tokens.ts';
import { openSite, type Site } from '../engine/site.ts';
import { unreachable } from '../lib/assert.ts';
import { Metrics } from '../metrics/metrics.ts';
import { applyPolicy, type GivenPolicy, readGivenPolicy } from './policy-choice.ts';
import { version } from './version.ts';

/** A router that runs. */
export interface Router {
  readonly address: EdgeAddress;
  /**
   * Resolves with the cause when the router can no longer go on: its journal failed or its state broke. Nothing is
   * answered any more; the process has to end.
   */
  readonly failed: Promise<unknown>;
  /**
   * Refuses submissions, answers what was asked, closes sockets 1001, saves a snapshot and lets go of the directory.
   * Resolves to how far it came in time. A second call gets the first one's promise.
   */
  stop(withinMs?: number): Promise<Stopped>;
}

/**
 * How a router stopped: `whole`; `withoutSnapshot`, all durable, but the next start has more to replay;
 * `withoutCommit`, the journal took too long and what it had not taken was never acknowledged.
 */
export type Stopped = 'whole' | 'withoutSnapshot' | 'withoutCommit';

const STOP_WITHIN_MS = 4_500;
/** How much of the time to stop goes to clients; the rest to the last snapshot. */
const EDGE_SHARE = 0.6;

/**
 * Starts a router. Rejects with PolicyRefused, JournalFailure or WireFailure (the directory cannot be recovered without
 * a loss) or EdgeFailure (no key, nothing to listen on).
 */
export async function startRouter(config: ServeConfig, logger: Logger): Promise<Router> {
  letDieYoung();
  const given = config.policyFile === undefined ? undefined : await readGivenPolicy(config.policyFile);
  const failure = Promise.withResolvers<unknown>();
  // What fails while it starts is told by `failed` alone: nobody would ever answer.
  const failing = failure.promise.then((cause) => Promise.reject(cause));
  const opening = openSite({
    directory: config.dataDirectory,
    maxPending: config.pendingMax,
    snapshotEveryEvents: config.snapshotEvents,
    snapshotEveryMs: config.snapshotEveryMs,
    retainMs: config.retainMs,
    retainBytes: config.retainBytesMax,
    observer: {
      failed: failure.resolve,
      noted: (level, what, facts) => logger[level](facts, what),
    },
  });
  const site = await Promise.race([opening, failing]);
  try {
    await Promise.race([bringPolicyIntoForce(site, given, logger), failing]);
    const edge = await openEdge(config, site, logger);
    const address = await edge.listen().catch((cause: unknown) => closeEdge(edge, cause));
    return runningRouter(site, edge, address, failure.promise);
  } catch (cause) {
    await site.close();
    throw cause;
  }
}

/**
 * V8 puts what a place in the code makes into the old generation at once when most of it survived for a while, and keeps doing so: contacts and
 * lists of frames, which live for a second, then lie there until a full collection and keep alive what they lead to (docs/ARCHITECTURE.md,
 * "Threads and memory"). Not an option of the command line: a Node whose V8 has lost it would not start.
 */
function letDieYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

async function bringPolicyIntoForce(site: Site, given: GivenPolicy | undefined, logger: Logger): Promise<void> {
  for (const { line, path, message } of given?.warnings ?? []) {
    logger.warn({ file: given?.file, line, path }, `policy: ${message}`);
  }
  const applied = await applyPolicy(site, given);
  logger.info({ policy: applied, file: given?.file }, 'policy in force');
}

async function openEdge(config: ServeConfig, site: Site, logger: Logger): Promise<Edge> {
  let edge: Edge | undefined;
  const metrics = new Metrics({ port: site.engine, edgeCounts: () => edge?.counts() });
  edge = await createEdge({
    port: site.engine,
    tokens: tokenVerifier(config.tokens, config.dataDirectory),
    host: config.host,
    portNumber: config.port,
    allowedOrigins: config.allowedOrigins,
    parsePolicy: parsePolicyAside,
    renderMetrics: () => metrics.render(),
    logger,
    version: version(),
    limits: edgeLimits(config),
  });
  return edge;
}

/** What never listened goes at once. */
async function closeEdge(edge: Edge, cause: unknown): Promise<never> {
  await edge.drain(0);
  throw cause;
}

function tokenVerifier(source: TokenSource, dataDirectory: string): TokenVerifier {
  switch (source.kind) {
    case 'dataDirectory':
      return new LocalTokens(keyOfDataDirectory(dataDirectory));
    case 'secret':
      return new LocalTokens(keyOfSecret(source.secret, 'CORDBOARD_JWT_SECRET'));
    case 'keySet':
      return new KeySetTokens(source);
    default:
      return unreachable(source);
  }
}

function edgeLimits({ agentRate, gatewayRate, inFlightMax }: ServeConfig): Partial<EdgeLimits> {
  const rateByRole = { gateway: gatewayRate, agent: agentRate, supervisor: agentRate, admin: agentRate };
  return { rateByRole, inFlightMax };
}

function runningRouter(site: Site, edge: Edge, address: EdgeAddress, failed: Promise<unknown>): Router {
  let stopped: Promise<Stopped> | undefined;
  const stop = async (withinMs: number): Promise<Stopped> => {
    const limit = timeLimit(withinMs);
    let reached: Stopped = 'withoutCommit';
    // Marks the engine first, so that no submission gets in between; what others ask until the edge is closed is
    // committed too, when the site is closed.
    const flushed = site.engine.drain();
    await edge.drain(withinMs * EDGE_SHARE);
    const closed = flushed
      .then(() => site.engine.drain())
      .then(() => {
        reached = 'withoutSnapshot';
        return site.close();
      })
      .then(() => {
        reached = 'whole';
      });
    await Promise.race([closed, limit.over]);
    limit.cancel();
    return reached;
  };
  return {
    address,
    failed,
    stop: (withinMs = STOP_WITHIN_MS) => {
      stopped ??= stop(withinMs);
      return stopped;
    },
  };
}

function timeLimit(ms: number): { readonly over: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { over: promise, cancel: () => clearTimeout(timer) };
}
