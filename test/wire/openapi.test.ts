// The OpenAPI document: valid 3.1, complete, and with the limits of the schema.
import { Validator } from '@seriousme/openapi-schema-validator';
import t from 'tap';
import { refusalReasons } from '../../src/core/refusal.ts';
import { openapiDocument } from '../../src/wire/openapi.ts';
import { routes } from '../../src/wire/routes.ts';
import { messageNamed } from '../../src/wire/schema.ts';
import { httpStatusByCode } from '../../src/wire/status-codes.ts';

// As a client reads it.
const document = JSON.parse(JSON.stringify(openapiDocument('1.2.3')));

t.test('it is valid OpenAPI 3.1', async (t) => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  t.ok(valid, JSON.stringify(errors ?? '').slice(0, 500));
  t.equal(validator.version, '3.1');
  t.equal(document.info.version, '1.2.3');
});

t.test('every route is in it once', async (t) => {
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  t.same(listed.sort(), routes.map((route) => `${route.method} ${route.path}`).sort());
  const names = routes.map((route) => route.operation);
  t.equal(new Set(names).size, names.length, 'operations have names of their own');
});

t.test('paths with an {id}, and only they, say what an id is', async (t) => {
  for (const route of routes) {
    t.equal('id' in route, route.path.includes('{id}'), route.path);
    if ('id' in route) t.ok(messageNamed(route.id[0]).fieldByName.has(route.id[1]), route.path);
  }
});

t.test('[WIRE7] limits are those of the schema', async (t) => {
  const { Contact, SkillNeed, Agent, Submit } = document.components.schemas;
  t.match(Contact.properties.id, { type: 'string', pattern: '^(?:[A-Za-z0-9._:~-]{1,128})$' });
  t.match(Contact.properties.tier, { type: 'integer', minimum: 0, maximum: 9 });
  t.match(Contact.properties.value, { type: 'number', minimum: 0, maximum: 1e12 });
  t.match(Contact.properties.requires, {
    type: 'array',
    maxItems: 16,
    items: { $ref: '#/components/schemas/Alternative' },
  });
  t.match(Contact.properties.preferredAgents, { maxItems: 32, items: { pattern: '^(?:[A-Za-z0-9._:~-]{1,128})$' } });
  t.match(Contact.properties.direction, { enum: ['INBOUND', 'OUTBOUND'], default: 'INBOUND' });
  t.match(Contact.properties.state, { readOnly: true, enum: ['QUEUED', 'OFFERED', 'ASSIGNED', 'WRAP_UP'] });
  t.match(Contact.properties.submittedAt, { type: 'integer', format: 'int64', readOnly: true });
  t.match(Contact.properties.attributes, { type: 'object', 'x-maxBytes': 8192, 'x-maxDepth': 16 });
  t.match(Contact.properties.intent, { maxLength: 128, description: 'Why the customer says they come.' });
  t.same(Contact.required, ['id', 'channel']);
  t.same(Submit.required, ['contact']);
  t.match(SkillNeed.properties.level, { minimum: 1, maximum: 10, default: 1 });
  t.match(Agent.properties.skills, {
    type: 'object',
    maxProperties: 500,
    propertyNames: { pattern: '^(?:[A-Za-z0-9._:~-]{1,128})$' },
    additionalProperties: { type: 'integer', minimum: 1, maximum: 10 },
  });
  t.match(Agent.properties.capacity, { default: 100 });
  const { parameters } = document.paths['/v1/contacts'].get;
  t.match(parameters, [
    { name: 'state', in: 'query', schema: { enum: ['QUEUED'] } },
    { name: 'gateway' },
    { name: 'open', schema: { type: 'boolean' } },
    { name: 'after' },
    { name: 'limit', schema: { maximum: 1000, default: 100 } },
  ]);
});

t.test('only what a route reaches is in it', async (t) => {
  const text = JSON.stringify(document);
  const names = Object.keys(document.components.schemas);
  for (const name of names) t.ok(text.includes(`"#/components/schemas/${name}"`), name);
  for (const name of ['EventBatch', 'Frame', 'Request', 'ContactRecord']) t.notOk(names.includes(name), name);
});

t.test('every code of a refusal has its status', async (t) => {
  for (const code of Object.values(refusalReasons)) t.ok(httpStatusByCode[code] >= 400, code);
  t.match(document.components.responses.Refused.description, /429 RESOURCE_EXHAUSTED/);
});
