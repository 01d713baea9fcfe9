// The OpenAPI 3.1 document of the HTTP side, built from the schema and its options and from the table of routes: the limits that it shows
// are those that the codecs enforce.
//
// Invariants: 1. every schema, range, pattern and description comes from the .proto files. 2. only messages that a route reaches are in
// it. 3. output-only fields are `readOnly`, so that one schema serves requests and answers.

import { meaningOfAbsent } from './absent.ts';
import { numberRange } from './field-rules.ts';
import { type Access, type AnswerBody, type Route, routes } from './routes.ts';
import { type Field, type Message, messageNamed } from './schema.ts';
import { httpStatusByCode } from './status-codes.ts';

type JsonObject = { readonly [name: string]: unknown };

/** The document. @param version the router's own version. */
export function openapiDocument(version: string): JsonObject {
  const schemas = new SchemaCollector();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const methods = paths[route.path] ?? {};
    methods[route.method.toLowerCase()] = operationOf(route, schemas);
    paths[route.path] = methods;
  }
  // Before the schemas are asked for: it adds those that it refers to.
  const responses = { Refused: refusedResponse(schemas) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cordboard',
      version,
      description:
        'Contacts in, offers out: a real-time interaction router. The same messages travel over WebSockets at /v1/connect. ' +
        'Nothing is coerced: "5" is not 5. Instants (…At) are epoch milliseconds, durations (…Ms) milliseconds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: schemas.all(),
      responses,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** Schemas by message name, gathered as routes refer to them. */
class SchemaCollector {
  readonly #schemas = new Map<string, JsonObject>();

  /** A reference to the message's schema. */
  reference(message: Message): JsonObject {
    if (!this.#schemas.has(message.name)) {
      // Reserved first: of two fields of one type only the first builds it.
      this.#schemas.set(message.name, {});
      this.#schemas.set(message.name, messageSchema(message, this));
    }
    return { $ref: `#/components/schemas/${message.name}` };
  }

  all(): JsonObject {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function operationOf(route: Route, schemas: SchemaCollector): JsonObject {
  const parameters = [...idParameters(route, schemas), ...queryParameters(route, schemas)];
  const answers = Object.entries(route.answers).map(([status, { description, body }]) => [
    status,
    { description, ...(body === undefined ? {} : { content: contentOf(body, schemas) }) },
  ]);
  const isOpen = route.access.kind === 'open';
  return {
    operationId: route.operation,
    summary: route.summary,
    description: accessText(route.access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: contentOf(route.body, schemas) } }),
    responses: {
      ...Object.fromEntries(answers),
      ...(isOpen ? {} : { default: { $ref: '#/components/responses/Refused' } }),
    },
    security: isOpen ? [] : [{ token: [] }],
  };
}

function accessText(access: Access): string {
  if (access.kind === 'open') return 'Open to everyone.';
  const roles = `Takes role ${access.roles.join(' or ')}`;
  return access.kind === 'local' ? `${roles}, or a peer on the loopback address.` : `${roles}.`;
}

function idParameters(route: Route, schemas: SchemaCollector): JsonObject[] {
  if (route.id === undefined) return [];
  const [messageName, fieldName] = route.id;
  const field = messageNamed(messageName).fieldByName.get(fieldName);
  if (field === undefined) return [];
  return [{ name: 'id', in: 'path', required: true, description: field.comment, schema: valueSchema(field, schemas) }];
}

function queryParameters(route: Route, schemas: SchemaCollector): JsonObject[] {
  if (route.query === undefined) return [];
  const message = messageNamed(route.query);
  return message.fields.map((field) => ({
    name: field.name,
    in: 'query',
    description: field.comment,
    schema: { ...valueSchema(field, schemas), ...defaultOf(message, field) },
  }));
}

function contentOf(
  body: AnswerBody | { readonly message: string } | { readonly media: readonly string[] },
  schemas: SchemaCollector,
): JsonObject {
  if ('message' in body) return { 'application/json': { schema: schemas.reference(messageNamed(body.message)) } };
  return Object.fromEntries(
    body.media.map((type) => [type, type.endsWith('json') ? {} : { schema: { type: 'string' } }]),
  );
}

function refusedResponse(schemas: SchemaCollector): JsonObject {
  const statuses = Object.entries(httpStatusByCode).map(([code, status]) => `${status} ${code}`);
  return {
    description: `What was asked did not happen; \`error.path\` names the field at fault. ${statuses.join(', ')}.`,
    headers: { 'Retry-After': { description: 'With 429: seconds to wait.', schema: { type: 'integer' } } },
    content: { 'application/json': { schema: schemas.reference(messageNamed('Refusal')) } },
  };
}

function messageSchema(message: Message, schemas: SchemaCollector): JsonObject {
  const required = message.fields.filter((field) => field.options.required && !field.options.outputOnly);
  const limit = message.maxBytes === undefined ? '' : ` At most ${message.maxBytes} bytes in a request, in binary.`;
  return {
    type: 'object',
    ...textOf(`${message.comment}${limit}`),
    properties: Object.fromEntries(message.fields.map((field) => [field.name, fieldSchema(message, field, schemas)])),
    ...(required.length === 0 ? {} : { required: required.map((field) => field.name) }),
  };
}

function textOf(description: string): JsonObject {
  return description === '' ? {} : { description };
}

function fieldSchema(message: Message, field: Field, schemas: SchemaCollector): JsonObject {
  const { maxItems, outputOnly, pattern, required } = field.options;
  const about = { ...textOf(field.comment), ...(outputOnly ? { readOnly: true } : {}) };
  const value = valueSchema(field, schemas);
  if (field.shape === 'one') return { ...value, ...defaultOf(message, field), ...about };
  if (field.shape === 'list') {
    const most = maxItems === undefined ? {} : { maxItems };
    return { type: 'array', items: value, ...(required ? { minItems: 1 } : {}), ...most, ...about };
  }
  const names = pattern === undefined ? {} : { propertyNames: { pattern: anchored(pattern) } };
  const most = maxItems === undefined ? {} : { maxProperties: maxItems };
  return { type: 'object', additionalProperties: value, ...names, ...most, ...about };
}

function defaultOf(message: Message, field: Field): JsonObject {
  const meaning = meaningOfAbsent(message, field);
  return meaning === undefined ? {} : { default: meaning };
}

function anchored(pattern: string): string {
  return `^(?:${pattern})$`;
}

/** One value of the field: of a list one item, of a map one value. */
function valueSchema(field: Field, schemas: SchemaCollector): JsonObject {
  const { pattern, maxLength, jsonObject, required } = field.options;
  switch (field.kind) {
    case 'message':
      return schemas.reference(field.message);
    case 'enum':
      return { type: 'string', enum: field.enumType.names };
    case 'bool':
      return { type: 'boolean' };
    case 'json':
      return {
        type: 'object',
        additionalProperties: true,
        'x-maxBytes': jsonObject?.maxBytes,
        'x-maxDepth': jsonObject?.maxDepth,
      };
    case 'string':
      return {
        type: 'string',
        ...(pattern === undefined || field.shape === 'map' ? {} : { pattern: anchored(pattern) }),
        ...(required && pattern === undefined ? { minLength: 1 } : {}),
        ...(maxLength === undefined ? {} : { maxLength }),
      };
    default:
      return numberSchema(field);
  }
}

function numberSchema(field: Field): JsonObject {
  const { minimum, maximum } = numberRange(field);
  const isDouble = field.kind === 'double';
  return {
    type: isDouble ? 'number' : 'integer',
    ...(isDouble ? {} : { format: field.kind === 'uint32' ? 'int64' : field.kind.replace('u', '') }),
    ...(Number.isFinite(minimum) && minimum !== Number.MIN_SAFE_INTEGER ? { minimum } : {}),
    ...(Number.isFinite(maximum) && maximum !== Number.MAX_SAFE_INTEGER ? { maximum } : {}),
  };
}
