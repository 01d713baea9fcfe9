/**
 * /docs: the OpenAPI document as a page to read and to try, with everything it needs served from here.
 *
 * 1. Every file under /docs is guarded like /openapi.json.
 * 2. The page loads nothing from elsewhere and may not: its content security policy says so.
 */
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { routes } from '../wire/routes.ts';
import type { EdgeContext } from './edge-context.ts';
import { HttpCall } from './http-call.ts';
import type { HttpGate } from './http-gate.ts';

const CONTENT_POLICY =
  "default-src 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

export async function addDocs(
  app: FastifyInstance,
  edge: EdgeContext,
  gate: HttpGate,
  openapi: Readonly<Record<string, unknown>>,
): Promise<void> {
  const route = routes.find(({ operation }) => operation === 'getDocs');
  if (route === undefined) return;
  await app.register((scope, _options, done) => {
    scope.addHook('onRequest', async (request, reply) => {
      const admission = await gate.admit(request, route);
      if (!('refusal' in admission)) return undefined;
      new HttpCall(edge, undefined, '', request, reply).refuse(admission.refusal);
      return reply;
    });
    scope.register(swagger, {
      mode: 'static',
      specification: { document: openapi as unknown as StaticDocumentSpec['document'] },
    });
    scope.register(swaggerUi, {
      routePrefix: route.path,
      staticCSP: CONTENT_POLICY,
      uiConfig: { deepLinking: true },
    });
    done();
  });
}
