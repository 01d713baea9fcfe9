/**
 * The HTTP side: the table of routes (wire/routes.ts) on fastify, with the router's own codec and nothing of fastify's
 * validation or serialization.
 *
 * 1. Whatever arrives, the answer is `{"error": …}` with the documented status or what the route answers.
 * 2. A body is read only after its route let the request through, and never beyond its limit.
 * 3. Slow senders are cut off: headers and body must be there within `requestTimeoutMs`.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Actor } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { textCheck } from '../wire/field-rules.ts';
import { encodeJson } from '../wire/json-encoder.ts';
import { Report } from '../wire/report.ts';
import { type Route, type RouteOperation, routes } from '../wire/routes.ts';
import { messageNamed } from '../wire/schema.ts';
import { addDocs } from './api-docs.ts';
import { type EdgeContext, unreadyRefusal } from './edge-context.ts';
import { CONNECT_PATH } from './handshake.ts';
import { HttpCall, SEQ_HEADER, unknownParameter } from './http-call.ts';
import { HttpGate } from './http-gate.ts';
import { directoryHandlers, type Handler } from './http-handlers.ts';
import type { OriginList } from './origins.ts';
import { type ParsePolicy, policyHandlers } from './policy-handlers.ts';

/** Metrics in the text format of its content type. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly text: string;
}

export interface HttpOptions {
  readonly origins: OriginList;
  readonly parsePolicy: ParsePolicy;
  readonly renderMetrics: () => Promise<RenderedMetrics>;
  /** The OpenAPI document. */
  readonly openapi: Readonly<Record<string, unknown>>;
}

/** `/docs` is a plugin of its own. */
type HandledOperation = Exclude<RouteOperation, 'getDocs'>;

const POLICY_TYPES = ['text/yaml', 'application/yaml', 'application/x-yaml', 'text/x-yaml', 'text/plain'];
const MESSAGE_TYPES = ['application/json', 'application/x-protobuf'];

/** How often node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 2_000;

/** The server with all its routes, not listening yet. */
export async function createHttpServer(edge: EdgeContext, options: HttpOptions): Promise<FastifyInstance> {
  const app = bareServer(edge);
  await addCors(app, options.origins);
  const gate = new HttpGate(edge);
  const handlers = handlersOf(edge, options);
  for (const route of routes) {
    if (route.operation === 'getDocs') continue;
    addRoute(app, edge, gate, route, handlers[route.operation]);
  }
  await addDocs(app, edge, gate, options.openapi);
  return app;
}

function bareServer(edge: EdgeContext): FastifyInstance {
  const { requestTimeoutMs, keepAliveMs, frameBytesMax } = edge.limits;
  const app = fastify({
    logger: false,
    bodyLimit: frameBytesMax,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestTimeoutMs,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 1_024 },
    http: {
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      // Anything but a WebSocket that wants an upgrade (h2c, mostly) is served as if it had not asked.
      shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => answerFailure(edge, error, request, reply),
  });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(MESSAGE_TYPES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler<FastifyError>((error, request, reply) => answerFailure(edge, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const message =
      request.url.split('?', 1)[0] === CONNECT_PATH
        ? `${CONNECT_PATH} is a WebSocket: ask for an upgrade`
        : `there is no ${request.method} ${request.url.split('?', 1)[0]?.slice(0, 200)}`;
    plainCall(edge, request, reply).refuse(refuse('NO_SUCH_ROUTE', message));
  });
  return app;
}

async function addCors(app: FastifyInstance, origins: OriginList): Promise<void> {
  await app.register(cors, {
    delegator: (request, decide) => {
      const { origin, host } = request.headers;
      decide(null, {
        origin: origin !== undefined && origins.allows(origin, host) ? origin : false,
        methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: ['authorization', 'content-type'],
        exposedHeaders: ['retry-after', SEQ_HEADER],
        maxAge: 600,
      });
    },
  });
}

function handlersOf(edge: EdgeContext, options: HttpOptions): Readonly<Record<HandledOperation, Handler>> {
  const { parsePolicy, renderMetrics, openapi } = options;
  const json = 'application/json; charset=utf-8';
  return {
    ...directoryHandlers,
    ...policyHandlers(parsePolicy),
    getMetrics: (call) => {
      renderMetrics().then(
        ({ contentType, text }) => call.text(contentType, text),
        (error: unknown) => {
          edge.logger.error({ err: error }, 'rendering metrics failed');
          call.refuse(refuse('INTERNAL_FAULT', 'the metrics could not be rendered'));
        },
      );
    },
    getOpenapi: (call) => call.text(json, JSON.stringify(openapi)),
    getHealth: (call) => call.text(json, '{"status":"alive"}'),
    getReadiness: (call) => {
      const refusal = unreadyRefusal(edge);
      if (refusal === undefined) call.text(json, '{"status":"ready"}');
      else call.refuse(refusal);
    },
  };
}

function addRoute(app: FastifyInstance, edge: EdgeContext, gate: HttpGate, route: Route, handler: Handler): void {
  const actors = new WeakMap<FastifyRequest, Actor>();
  const checkId = idCheckOf(route);
  const takesPolicy = route.operation === 'putPolicy';
  const register = (scope: FastifyInstance): void => {
    if (takesPolicy) {
      scope.addContentTypeParser(POLICY_TYPES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    }
    scope.route<{ Params: { id?: string } }>({
      method: route.method,
      url: route.path.replace('{id}', ':id'),
      bodyLimit: takesPolicy ? edge.limits.policyBytesMax : edge.limits.frameBytesMax,
      errorHandler: (error, request, reply) => answerFailure(edge, error, request, reply, mediaTypesOf(route)),
      onRequest: async (request, reply) => {
        const admission = await gate.admit(request, route);
        if ('refusal' in admission) {
          plainCall(edge, request, reply).refuse(admission.refusal);
          return reply;
        }
        if (admission.actor !== undefined) actors.set(request, admission.actor);
        return undefined;
      },
      handler: (request, reply) => {
        const id = request.params.id ?? '';
        const call = new HttpCall(edge, actors.get(request), id, request, reply);
        const refusal = checkId(id) ?? (route.query === undefined ? unknownParameter(request) : undefined);
        if (refusal === undefined) handler(call);
        else call.refuse(refusal);
      },
    });
  };
  // A scope of its own, so that only this route takes the media types of policies.
  if (!takesPolicy) return register(app);
  app.register((scope, _options, done) => {
    register(scope);
    done();
  });
}

/** What the body of a route may be, as its refusal tells. */
function mediaTypesOf({ body }: Route): readonly string[] {
  return body !== undefined && 'media' in body ? body.media : MESSAGE_TYPES;
}

/** Checks the `{id}` of a path by the rules of the field that it stands for. */
function idCheckOf(route: Route): (id: string) => Refusal | undefined {
  const [messageName, fieldName] = route.id ?? [];
  const field = messageName && fieldName ? messageNamed(messageName).fieldByName.get(fieldName) : undefined;
  if (field === undefined) return () => undefined;
  const check = textCheck(field);
  return (id) => {
    const report = new Report(Number.POSITIVE_INFINITY);
    if (!check(id, report)) report.within('id');
    return report.refusal();
  };
}

/** A call for answers that need neither actor nor id. */
function plainCall(edge: EdgeContext, request: FastifyRequest, reply: FastifyReply): HttpCall {
  return new HttpCall(edge, undefined, '', request, reply);
}

/** What fastify refused, or what went wrong in a handler. */
function answerFailure(
  edge: EdgeContext,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  mediaTypes: readonly string[] = MESSAGE_TYPES,
): void {
  const call = plainCall(edge, request, reply);
  const { statusCode = 500, code, message } = error;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const bytesMax = request.routeOptions?.bodyLimit ?? edge.limits.frameBytesMax;
    // What is still on its way is not read.
    reply.header('connection', 'close');
    call.refuse(refuse('INVALID_FIELD', `expected a body of at most ${bytesMax} bytes`));
  } else if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    call.refuse(refuse('INVALID_FIELD', `expected content-type ${mediaTypes.join(' or ')}`));
  } else if (statusCode >= 400 && statusCode < 500) {
    call.refuse(refuse('INVALID_FIELD', message));
  } else {
    edge.logger.error({ err: error, url: request.url }, 'answering an HTTP request failed');
    call.refuse(refuse('INTERNAL_FAULT', 'a fault of the router'));
  }
}

/** What is no HTTP, too long in its headers, or too slow. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const isLong = error.code === 'HPE_HEADER_OVERFLOW';
  const message = isSlow
    ? 'the request took too long'
    : isLong
      ? 'the headers are too long'
      : 'this is no HTTP request';
  const body = encodeJson('Refusal', { error: refuse('INVALID_FIELD', message) });
  const head = ['HTTP/1.1 400 Bad Request', 'Connection: close', 'Content-Type: application/json; charset=utf-8'];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
