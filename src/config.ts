/**
 * The configuration of a process: the options of every command, read from flags, environment and defaults. The only
 * reader of the environment.
 *
 * 1. A flag wins over its variable, a variable over the default.
 * 2. Values are checked here and nowhere again; what leaves is frozen.
 * 3. No secret is an option of the command line.
 */
import { type Instant, instant } from './config/instant.ts';
import {
  choice,
  duration,
  type Environment,
  flag,
  type GivenFlags,
  id,
  list,
  type OptionTable,
  type OptionValues,
  optionalWord,
  port,
  readOptions,
  secret,
  size,
  url,
  whole,
  word,
} from './config/option.ts';
import { type ServiceTarget, serviceTarget } from './config/service-target.ts';

const data = word({ argument: 'DIR', about: 'Data directory: journal, snapshots, token key.', fallback: './data' });
const host = word({ argument: 'HOST', about: 'Address to listen on; 0.0.0.0 for all.', fallback: '127.0.0.1' });
const listenPort = port({ about: 'Port to listen on.', fallback: '8750' });
const jwtSecret = secret({
  about: 'Secret that signs tokens (HS256) instead of the key file of the data directory.',
  bytesMin: 32,
});

/** Options of `serve`. */
export const serveOptions = {
  policy: optionalWord({
    argument: 'FILE',
    about:
      'Policy file, applied if it changed since it was last applied. Without one: a built-in sample, until a policy is put by API.',
  }),
  data,
  host,
  port: listenPort,
  retain: duration({
    about: 'How long the journal keeps what recovery no longer needs.',
    fallback: '30d',
    least: '1m',
    most: '3650d',
  }),
  retainSize: size({
    about: 'Most disk that the journal takes before it drops its oldest part, as far as recovery does not need it.',
    fallback: '20GiB',
  }),
  allowedOrigins: list({
    about: 'Origins of web pages that may connect, besides pages of this host itself; * for any.',
    each: "'*' or origins such as https://desk.example.com",
    passes: isOrigin,
  }),
  logLevel: choice({
    argument: 'LEVEL',
    about: 'Least level of the log on stderr.',
    fallback: 'info',
    of: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
  }),
  jwtSecret,
  jwksUrl: url({
    about: 'Key set of an identity provider, whose tokens are taken instead of local ones.',
    expected: 'an https URL (http only for this machine)',
    passes: ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)),
  }),
  jwtIssuer: optionalWord({ about: 'Issuer (iss) that tokens of the key set must name.' }),
  jwtAudience: optionalWord({ about: 'Audience (aud) that tokens of the key set must name.' }),
  maxPending: whole({
    about: 'Events that may wait for the disk before submissions are refused (RESOURCE_EXHAUSTED).',
    fallback: '50000',
    least: 1,
    most: 10_000_000,
  }),
  agentRate: whole({
    about: 'Requests a second of an agent, supervisor or admin.',
    fallback: '50',
    least: 1,
    most: 1_000_000,
  }),
  agentBurst: whole({
    about: 'Requests of an agent, supervisor or admin that may come at once.',
    fallback: '200',
    least: 1,
    most: 1_000_000,
  }),
  gatewayRate: whole({ about: 'Requests a second of a gateway.', fallback: '10000', least: 1, most: 1_000_000 }),
  gatewayBurst: whole({
    about: 'Requests of a gateway that may come at once.',
    fallback: '10000',
    least: 1,
    most: 1_000_000,
  }),
  maxInFlight: whole({
    about: 'Requests of one connection that may wait for their answers.',
    fallback: '1000',
    least: 1,
    most: 1_000_000,
  }),
  snapshotEvents: whole({
    about: 'Events after which a snapshot of the state is written.',
    fallback: '250000',
    least: 100,
    most: 100_000_000,
  }),
  snapshotEvery: duration({
    about: 'Time after which a snapshot is written, if anything happened.',
    fallback: '60s',
    least: '1s',
    most: '1d',
  }),
};

/** Options of `demo`. */
export const demoOptions = {
  agents: whole({ about: 'Agents at work.', fallback: '50', least: 1, most: 100_000 }),
  rate: whole({ argument: 'PER_S', about: 'Contacts a second.', fallback: '50', least: 1, most: 100_000 }),
  seconds: whole({ argument: 'S', about: 'How long contacts are submitted.', fallback: '20', least: 1, most: 86_400 }),
  data: optionalWord({ argument: 'DIR', about: 'Data directory; without one a temporary directory.' }),
  port: port({ about: 'Port to listen on.', fallback: '0' }),
};

/** Options of `token`. */
export const tokenOptions = {
  role: choice({
    argument: 'ROLE',
    about: 'What its holder may do: gateway, agent, supervisor or admin.',
    of: ['gateway', 'agent', 'supervisor', 'admin'],
  }),
  subject: id({ about: 'Id of the gateway, agent or person.' }),
  ttl: duration({ about: 'How long the token is valid.', fallback: '12h', least: '1s', most: '3650d' }),
  data,
  jwtSecret,
};

/** Random numbers are made from it, and nothing else: the commands that simulate have it. */
export const seedOption = whole({
  about: 'What all that is random is made from: the same seed and scenario, the same run.',
  fallback: '1',
  least: 0,
  most: 999_999_999_999_999,
});
export const jsonOption = flag({ about: 'Print JSON instead of a table.' });

/** Options of `simulate`. */
export const simulateOptions = {
  seed: seedOption,
  json: jsonOption,
  html: optionalWord({ argument: 'FILE', about: 'Write a page with plots too; it needs nothing but itself.' }),
  compare: optionalWord({
    argument: 'OTHER',
    about: 'Scenario file to run on the same customers; the differences are OTHER less FILE.',
  }),
};

/** Options of `replay`. */
export const replayOptions = {
  data: word({ argument: 'DIR', about: 'Data directory of a router, running or not.', fallback: './data' }),
  from: instant({ about: 'Beginning of the time that is replayed.' }),
  to: instant({ about: 'Its end.', fallback: '-0s' }),
  policy: optionalWord({ argument: 'FILE', about: 'Policy to try, instead of the one that was in force.' }),
  staff: optionalWord({
    argument: 'FILE',
    about: 'Agents to try, instead of those who were there: `agents:` as in a scenario, shifts in time of day (UTC).',
  }),
  top: whole({
    about: 'How many of the contacts are listed whose treatment changes most.',
    fallback: '20',
    least: 0,
    most: 100_000_000,
  }),
  seed: seedOption,
  json: jsonOption,
};

/** Options of `staff`. */
export const staffOptions = {
  target: serviceTarget({
    about: 'What every queue has to meet: share of the arrivals answered, and within what time.',
  }),
  interval: duration({
    about: 'For how long at a time the number of agents stays the same.',
    fallback: '30m',
    least: '1m',
    most: '7d',
  }),
  csv: optionalWord({ argument: 'FILE', about: 'Write the plan as CSV too: a row for each interval and group.' }),
  seed: seedOption,
  json: jsonOption,
};

/** Where tokens come from: a key of our own, or an identity provider. */
export type TokenSource =
  | { readonly kind: 'dataDirectory' }
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'keySet'; readonly url: URL; readonly issuer: string; readonly audience: string };

/** What `serve` runs on. Frozen. */
export interface ServeConfig {
  /** Path of the policy file. */
  readonly policyFile: string | undefined;
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly retainMs: number;
  readonly retainBytesMax: number;
  readonly allowedOrigins: readonly string[];
  readonly logLevel: LogLevel;
  readonly tokens: TokenSource;
  /** Undurable events past which submissions are refused. */
  readonly pendingMax: number;
  readonly agentRate: RequestRate;
  readonly gatewayRate: RequestRate;
  /** Requests of one connection that may wait for their answers. */
  readonly inFlightMax: number;
  readonly snapshotEvents: number;
  readonly snapshotEveryMs: number;
}

export type LogLevel = OptionValues<typeof serveOptions>['logLevel'];

export interface RequestRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What `demo` runs on. */
export interface DemoConfig {
  readonly agentCount: number;
  readonly ratePerS: number;
  readonly seconds: number;
  /** Undefined: a temporary one. */
  readonly dataDirectory: string | undefined;
  readonly port: number;
}

/** What `token` makes a token of. */
export interface TokenConfig {
  readonly role: 'gateway' | 'agent' | 'supervisor' | 'admin';
  readonly subject: string;
  readonly ttlMs: number;
  readonly tokens: TokenSource;
  readonly dataDirectory: string;
}

/** What `simulate` is to do. */
export interface SimulateConfig {
  readonly seed: number;
  /** Whether stdout gets JSON. */
  readonly json: boolean;
  /** Path of the page. */
  readonly htmlFile: string | undefined;
  /** Path of the scenario that the first one is compared with. */
  readonly otherFile: string | undefined;
}

/** What `replay` is to do. */
export interface ReplayConfig {
  readonly dataDirectory: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Paths of what is tried. */
  readonly policyFile: string | undefined;
  readonly agentsFile: string | undefined;
  readonly top: number;
  readonly seed: number;
  readonly json: boolean;
}

/** What `staff` is to do. */
export interface StaffConfig {
  readonly target: ServiceTarget;
  readonly intervalMs: number;
  readonly csvFile: string | undefined;
  readonly seed: number;
  readonly json: boolean;
}

/** A configuration, or why there is none: one line a fault, with the name of the flag or variable. */
export type ConfigResult<C> = { readonly config: C } | { readonly faults: readonly string[] };

/** The configuration of `serve`. */
export function serveConfig(given: GivenFlags, environment: Environment = process.env): ConfigResult<ServeConfig> {
  const result = readOptions(serveOptions, given, environment);
  if ('faults' in result) return result;
  const { values } = result;
  const tokens = tokenSource(values);
  if (typeof tokens === 'string') return { faults: [tokens] };
  return frozen({
    policyFile: values.policy,
    dataDirectory: values.data,
    host: values.host,
    port: values.port,
    retainMs: values.retain,
    retainBytesMax: values.retainSize,
    allowedOrigins: Object.freeze(values.allowedOrigins),
    logLevel: values.logLevel,
    tokens,
    pendingMax: values.maxPending,
    agentRate: Object.freeze({ perSecond: values.agentRate, burst: values.agentBurst }),
    gatewayRate: Object.freeze({ perSecond: values.gatewayRate, burst: values.gatewayBurst }),
    inFlightMax: values.maxInFlight,
    snapshotEvents: values.snapshotEvents,
    snapshotEveryMs: values.snapshotEvery,
  });
}

/** The configuration of `demo`. */
export function demoConfig(given: GivenFlags, environment: Environment = process.env): ConfigResult<DemoConfig> {
  const result = readOptions(demoOptions, given, environment);
  if ('faults' in result) return result;
  const { agents, rate, seconds, data: directory, port: chosenPort } = result.values;
  return frozen({ agentCount: agents, ratePerS: rate, seconds, dataDirectory: directory, port: chosenPort });
}

/** The configuration of `token`. */
export function tokenConfig(given: GivenFlags, environment: Environment = process.env): ConfigResult<TokenConfig> {
  const result = readOptions(tokenOptions, given, environment);
  if ('faults' in result) return result;
  const { role, subject, ttl, data: dataDirectory, jwtSecret: text } = result.values;
  return frozen({ role, subject, ttlMs: ttl, dataDirectory, tokens: localTokens(text) });
}

/** The configuration of `simulate`. */
export function simulateConfig(
  given: GivenFlags,
  environment: Environment = process.env,
): ConfigResult<SimulateConfig> {
  const result = readOptions(simulateOptions, given, environment);
  if ('faults' in result) return result;
  const { seed, json, html, compare } = result.values;
  return frozen({ seed, json, htmlFile: html, otherFile: compare });
}

/** The configuration of `replay`. */
export function replayConfig(given: GivenFlags, environment: Environment = process.env): ConfigResult<ReplayConfig> {
  const result = readOptions(replayOptions, given, environment);
  if ('faults' in result) return result;
  const { data: dataDirectory, policy: policyFile, staff: agentsFile, ...rest } = result.values;
  return frozen({ dataDirectory, policyFile, agentsFile, ...rest });
}

/** The configuration of `staff`. */
export function staffConfig(given: GivenFlags, environment: Environment = process.env): ConfigResult<StaffConfig> {
  const result = readOptions(staffOptions, given, environment);
  if ('faults' in result) return result;
  const { interval: intervalMs, csv: csvFile, ...rest } = result.values;
  return frozen({ intervalMs, csvFile, ...rest });
}

/** Local key or key set, never both: a token of one must not pass as a token of the other. */
function tokenSource(values: OptionValues<typeof serveOptions>): TokenSource | string {
  const { jwtSecret: text, jwksUrl, jwtIssuer, jwtAudience } = values;
  if (jwksUrl === undefined) {
    if (jwtIssuer === undefined && jwtAudience === undefined) return localTokens(text);
    return '--jwks-url: missing; --jwt-issuer and --jwt-audience belong to it';
  }
  if (text !== undefined)
    return 'CORDBOARD_JWT_SECRET: expected nothing beside --jwks-url; tokens come from one or the other';
  if (jwtIssuer === undefined) return '--jwt-issuer: missing; --jwks-url needs it';
  if (jwtAudience === undefined) return '--jwt-audience: missing; --jwks-url needs it';
  return Object.freeze({ kind: 'keySet', url: jwksUrl, issuer: jwtIssuer, audience: jwtAudience });
}

function localTokens(text: string | undefined): TokenSource {
  return Object.freeze(text === undefined ? { kind: 'dataDirectory' } : { kind: 'secret', secret: text });
}

function frozen<C extends object>(config: C): { readonly config: C } {
  return { config: Object.freeze(config) };
}

function isOrigin(text: string): boolean {
  if (text === '*') return true;
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username } = new URL(text);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && pathname === '/' && search === '' && hash === '' && username === '';
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

export type CommandName = 'serve' | 'demo' | 'token' | 'check' | 'simulate' | 'replay' | 'staff';

/** Every command with its options: for the command line and the documents. */
export const commandOptions: Readonly<Record<CommandName, OptionTable>> = {
  serve: serveOptions,
  demo: demoOptions,
  token: tokenOptions,
  check: {},
  simulate: simulateOptions,
  replay: replayOptions,
  staff: staffOptions,
};
