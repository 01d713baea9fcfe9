// The configuration: defaults, precedence of flag, variable and default, and every way in which a value can be wrong.
import t from 'tap';
import { flagOf, variableOf } from '../src/config/option.ts';
import { demoConfig, type ServeConfig, serveConfig, serveOptions, tokenConfig } from '../src/config.ts';

const DEFAULTS: ServeConfig = {
  policyFile: undefined,
  dataDirectory: './data',
  host: '127.0.0.1',
  port: 8750,
  retainMs: 30 * 86_400_000,
  retainBytesMax: 20 * 1024 ** 3,
  allowedOrigins: [],
  logLevel: 'info',
  tokens: { kind: 'dataDirectory' },
  pendingMax: 50_000,
  agentRate: { perSecond: 50, burst: 200 },
  gatewayRate: { perSecond: 10_000, burst: 10_000 },
  inFlightMax: 1_000,
  snapshotEvents: 250_000,
  snapshotEveryMs: 60_000,
};

const SECRET = 'a secret of thirty-two bytes, yes';

t.test('defaults', async (t) => {
  const result = serveConfig({}, {});
  t.same(result, { config: DEFAULTS });
  t.ok('config' in result && Object.isFrozen(result.config), 'frozen');
  t.ok('config' in result && Object.values(result.config).every(Object.isFrozen), 'and so is what is in it');
  t.same(demoConfig({}, {}), {
    config: { agentCount: 50, ratePerS: 50, seconds: 20, dataDirectory: undefined, port: 0 },
  });
  t.same(tokenConfig({ role: 'agent', subject: 'ana' }, {}), {
    config: {
      role: 'agent',
      subject: 'ana',
      ttlMs: 12 * 3_600_000,
      dataDirectory: './data',
      tokens: { kind: 'dataDirectory' },
    },
  });
});

t.test('names of flags and variables', async (t) => {
  t.equal(flagOf('maxPending'), '--max-pending');
  t.equal(variableOf('maxPending'), 'CORDBOARD_MAX_PENDING');
  t.equal(variableOf('jwtSecret'), 'CORDBOARD_JWT_SECRET');
});

type Flags = Readonly<Record<string, string>>;

const PRECEDENCE: readonly (readonly [what: string, flags: Flags, env: Flags, expected: Partial<ServeConfig>])[] = [
  ['a flag', { port: '1' }, {}, { port: 1 }],
  ['a variable', {}, { CORDBOARD_PORT: '2' }, { port: 2 }],
  ['a flag over a variable', { port: '1' }, { CORDBOARD_PORT: '2' }, { port: 1 }],
  ['a flag over a bad variable', { retain: '1h' }, { CORDBOARD_RETAIN: 'x' }, { retainMs: 3_600_000 }],
  ['an empty variable is not set', {}, { CORDBOARD_POLICY: '', CORDBOARD_RETAIN: '' }, {}],
  ['what Kubernetes sets', {}, { CORDBOARD_PORT: 'tcp://10.0.0.1:8750' }, {}],
  ['any free port', { port: '0' }, {}, { port: 0 }],
  ['a policy', {}, { CORDBOARD_POLICY: 'p.yaml' }, { policyFile: 'p.yaml' }],
  ['a directory', { data: '/data' }, { CORDBOARD_DATA: '/other' }, { dataDirectory: '/data' }],
  ['a size', {}, { CORDBOARD_RETAIN_SIZE: '500MiB' }, { retainBytesMax: 500 * 1024 ** 2 }],
  [
    'origins',
    { allowedOrigins: 'https://a.example, http://b.example:8080,' },
    {},
    { allowedOrigins: ['https://a.example', 'http://b.example:8080'] },
  ],
  ['rates', { agentRate: '5' }, { CORDBOARD_AGENT_BURST: '6' }, { agentRate: { perSecond: 5, burst: 6 } }],
  ['a secret', {}, { CORDBOARD_JWT_SECRET: SECRET }, { tokens: { kind: 'secret', secret: SECRET } }],
  [
    'an identity provider',
    { jwksUrl: 'https://id.example/keys', jwtIssuer: 'https://id.example' },
    { CORDBOARD_JWT_AUDIENCE: 'cordboard' },
    {
      tokens: {
        kind: 'keySet',
        url: new URL('https://id.example/keys'),
        issuer: 'https://id.example',
        audience: 'cordboard',
      },
    },
  ],
];

for (const [what, flags, env, expected] of PRECEDENCE) {
  t.test(`[CLI1] taken: ${what}`, async (t) => {
    const result = serveConfig(flags, env);
    t.same('config' in result ? result.config : result, { ...DEFAULTS, ...expected });
  });
}

const BAD: readonly (readonly [flags: Flags, env: Flags, faults: readonly string[]])[] = [
  [{ port: '65536' }, {}, ['--port: expected a port, 0 to 65535 (0: any free one), found "65536"']],
  [
    { port: 'tcp://10.0.0.1:1' },
    {},
    ['--port: expected a port, 0 to 65535 (0: any free one), found "tcp://10.0.0.1:1"'],
  ],
  [{ host: '' }, {}, ['--host: expected a text, found ""']],
  [
    { retain: '30' },
    { CORDBOARD_RETAIN_SIZE: '5' },
    [
      '--retain: expected a duration from 1m to 3650d, such as 20s, 5m, 2h or 3d, found "30"',
      'CORDBOARD_RETAIN_SIZE: expected a size from 1MiB to 999999TiB, such as 500MiB, 20GiB or 1TiB, found "5"',
    ],
  ],
  [
    {},
    { CORDBOARD_RETAIN: '1s' },
    ['CORDBOARD_RETAIN: expected a duration from 1m to 3650d, such as 20s, 5m, 2h or 3d, found "1s"'],
  ],
  [{ maxPending: '0' }, {}, ['--max-pending: expected a whole number from 1 to 10000000, found "0"']],
  [{ maxPending: '1e3' }, {}, ['--max-pending: expected a whole number from 1 to 10000000, found "1e3"']],
  [{ logLevel: 'loud' }, {}, ['--log-level: expected one of trace, debug, info, warn, error, fatal, found "loud"']],
  [
    { allowedOrigins: 'https://a.example/path' },
    {},
    [
      '--allowed-origins: expected \'*\' or origins such as https://desk.example.com, separated by commas, found "https://a.example/path"',
    ],
  ],
  [{}, { CORDBOARD_JWT_SECRET: 'short' }, ['CORDBOARD_JWT_SECRET: expected a text of at least 32 bytes']],
  [{ jwtSecret: SECRET, jwtIssuer: 'a' }, {}, ['--jwks-url: missing; --jwt-issuer and --jwt-audience belong to it']],
  [
    { jwksUrl: 'http://id.example' },
    {},
    ['--jwks-url: expected an https URL (http only for this machine), found "http://id.example"'],
  ],
  [{ jwksUrl: 'https://id.example' }, {}, ['--jwt-issuer: missing; --jwks-url needs it']],
  [{ jwksUrl: 'http://127.0.0.1/k', jwtIssuer: 'a' }, {}, ['--jwt-audience: missing; --jwks-url needs it']],
  [
    { jwksUrl: 'https://id.example', jwtIssuer: 'a', jwtAudience: 'b' },
    { CORDBOARD_JWT_SECRET: SECRET },
    ['CORDBOARD_JWT_SECRET: expected nothing beside --jwks-url; tokens come from one or the other'],
  ],
];

for (const [flags, env, faults] of BAD) {
  t.test(`refused: ${faults[0]}`, async (t) => t.same(serveConfig(flags, env), { faults }));
}

t.test('a secret on the command line is no option', async (t) => {
  const result = serveConfig({ jwtSecret: SECRET }, {});
  t.same('config' in result && result.config.tokens, { kind: 'dataDirectory' });
  t.ok(serveOptions.jwtSecret.environmentOnly);
});

t.test('what a token cannot do without', async (t) => {
  t.same(tokenConfig({}, {}), {
    faults: [
      '--role: missing; expected one of gateway, agent, supervisor, admin',
      '--subject: missing; expected 1 to 128 letters, digits and . _ : ~ -',
    ],
  });
  t.same(tokenConfig({ role: 'boss', subject: 'a b', ttl: '12' }, {}), {
    faults: [
      '--role: expected one of gateway, agent, supervisor, admin, found "boss"',
      '--subject: expected 1 to 128 letters, digits and . _ : ~ -, found "a b"',
      '--ttl: expected a duration from 1s to 3650d, such as 20s, 5m, 2h or 3d, found "12"',
    ],
  });
  const fromEnvironment = tokenConfig({}, { CORDBOARD_ROLE: 'gateway', CORDBOARD_SUBJECT: 'g1', CORDBOARD_TTL: '1h' });
  t.match(fromEnvironment, { config: { role: 'gateway', subject: 'g1', ttlMs: 3_600_000 } });
});

t.test('what a demo cannot be', async (t) => {
  t.same(demoConfig({ agents: '0' }, { CORDBOARD_RATE: '-1' }), {
    faults: [
      '--agents: expected a whole number from 1 to 100000, found "0"',
      'CORDBOARD_RATE: expected a whole number from 1 to 100000, found "-1"',
    ],
  });
});
