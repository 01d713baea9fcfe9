/**
 * The edge: HTTP and WebSockets on one port, before the engine's port. Wires its parts together; holds no logic of its own.
 *
 * 1. It knows the engine by its port only, and listens to its committed batches with one subscription.
 * 2. `drain` ends within the time given, whatever clients do, and leaves nothing open.
 */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Subscription } from 'rxjs';
import type { EnginePort } from '../engine/port.ts';
import { openapiDocument } from '../wire/openapi.ts';
import { closeCodes } from './close-codes.ts';
import type { EdgeContext, EdgeLogger } from './edge-context.ts';
import { EdgeCounters, type EdgeCounts } from './edge-counters.ts';
import { EdgeFailure } from './edge-failure.ts';
import { CONNECT_PATH } from './handshake.ts';
import { createHttpServer, type RenderedMetrics } from './http-server.ts';
import { defaultLimits, type EdgeLimits } from './limits.ts';
import { OriginList } from './origins.ts';
import type { ParsePolicy } from './policy-handlers.ts';
import { PushRoutes } from './push-routes.ts';
import { SubjectRates } from './rate-limit.ts';
import { SocketServer } from './socket-server.ts';
import { realTimers, type Timers } from './timers.ts';
import type { TokenVerifier } from './tokens.ts';

export interface EdgeOptions {
  readonly port: EnginePort;
  readonly tokens: TokenVerifier;
  readonly host: string;
  /** 0: any that is free. */
  readonly portNumber: number;
  readonly allowedOrigins: readonly string[];
  readonly parsePolicy: ParsePolicy;
  readonly renderMetrics: () => Promise<RenderedMetrics>;
  readonly logger: EdgeLogger;
  /** The router's own version. */
  readonly version: string;
  /** Defaults: limits.ts. */
  readonly limits?: Partial<EdgeLimits>;
  readonly timers?: Timers;
}

/** Where an edge listens. */
export interface EdgeAddress {
  readonly host: string;
  readonly portNumber: number;
  /** As in `http://127.0.0.1:8750`. */
  readonly httpUrl: string;
  /** As in `ws://127.0.0.1:8750/v1/connect`. */
  readonly socketUrl: string;
}

export interface Edge {
  /** Binds the port; rejects with EdgeFailure LISTEN_FAILED. */
  listen(): Promise<EdgeAddress>;
  /** Undefined until it listens. */
  readonly address: EdgeAddress | undefined;
  /**
   * Goes down within so many milliseconds: stops accepting, refuses submissions, lets what was asked be answered, closes
   * sockets 1001. A second call gets the first one's promise.
   */
  drain(withinMs: number): Promise<void>;
  /** Counters for metrics. */
  counts(): EdgeCounts;
}

export async function createEdge(options: EdgeOptions): Promise<Edge> {
  const origins = new OriginList(options.allowedOrigins);
  const limits: EdgeLimits = { ...defaultLimits, ...options.limits };
  const edge: EdgeContext = {
    port: options.port,
    tokens: options.tokens,
    limits,
    rates: new SubjectRates(limits.rateByRole),
    routes: new PushRoutes(options.port.gauges().durableSeq),
    counters: new EdgeCounters(),
    timers: options.timers ?? realTimers,
    logger: options.logger,
    draining: false,
  };
  // Before anything is awaited: no batch may slip through between the seq above and the subscription.
  const subscription = options.port.committed$.subscribe((batch) => edge.routes.route(batch));
  subscription.add(options.port.underWay$.subscribe((steps) => edge.routes.prepare(steps)));
  const { parsePolicy, renderMetrics, version } = options;
  const http = await createHttpServer(edge, { origins, parsePolicy, renderMetrics, openapi: openapiDocument(version) });
  return new RunningEdge(edge, http, new SocketServer(edge, origins), subscription, options);
}

/** How much of the time to drain goes to answers, and how much at most. */
const ANSWERING_SHARE = 0.25;
const ANSWERING_MS_MAX = 1_000;
/** How much of it goes to closing sockets; the rest to HTTP requests. */
const CLOSING_SHARE = 0.5;
const SWEEP_MS = 60_000;

class RunningEdge implements Edge {
  readonly #edge: EdgeContext;
  readonly #http: FastifyInstance;
  readonly #sockets: SocketServer;
  readonly #subscription: Subscription;
  readonly #options: EdgeOptions;
  #address: EdgeAddress | undefined;
  #drained: Promise<void> | undefined;
  #cancelSweep: () => void = () => undefined;

  constructor(
    edge: EdgeContext,
    http: FastifyInstance,
    sockets: SocketServer,
    subscription: Subscription,
    options: EdgeOptions,
  ) {
    this.#edge = edge;
    this.#http = http;
    this.#sockets = sockets;
    this.#subscription = subscription;
    this.#options = options;
  }

  get address(): EdgeAddress | undefined {
    return this.#address;
  }

  counts(): EdgeCounts {
    return this.#edge.counters.read();
  }

  async listen(): Promise<EdgeAddress> {
    const { host, portNumber } = this.#options;
    this.#sockets.attach(this.#http.server);
    try {
      await this.#http.listen({ host, port: portNumber });
    } catch (error) {
      this.#sockets.stop();
      this.#subscription.unsubscribe();
      const reason = error instanceof Error ? error.message : String(error);
      throw new EdgeFailure('LISTEN_FAILED', `cannot listen on ${host}:${portNumber}: ${reason}`, error);
    }
    this.#address = addressOf(host, this.#http.server.address());
    this.#sweep();
    return this.#address;
  }

  drain(withinMs: number): Promise<void> {
    this.#drained ??= this.#drain(withinMs);
    return this.#drained;
  }

  async #drain(withinMs: number): Promise<void> {
    this.#edge.draining = true;
    this.#cancelSweep();
    const closed = this.#http.close();
    await this.#answered(Math.min(ANSWERING_MS_MAX, withinMs * ANSWERING_SHARE));
    await this.#sockets.closeAll(closeCodes.draining, 'the router is going down', withinMs * CLOSING_SHARE);
    const cancel = this.#edge.timers.after(withinMs * (1 - ANSWERING_SHARE - CLOSING_SHARE), () => {
      this.#http.server.closeAllConnections();
    });
    await closed;
    cancel();
    this.#subscription.unsubscribe();
  }

  /** Resolves when what was asked so far has been answered: answers come when what they saw is durable, this one last. */
  #answered(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#edge.timers.after(withinMs, resolve);
      this.#edge.port.query({ type: 'queues' }, () => {
        cancel();
        resolve();
      });
    });
  }

  #sweep(): void {
    this.#cancelSweep = this.#edge.timers.after(SWEEP_MS, () => {
      this.#edge.rates.sweep(this.#edge.timers.now());
      this.#sweep();
    });
  }
}

function addressOf(host: string, bound: AddressInfo | string | null): EdgeAddress {
  const portNumber = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${portNumber}`;
  return { host, portNumber, httpUrl: `http://${authority}`, socketUrl: `ws://${authority}${CONNECT_PATH}` };
}
