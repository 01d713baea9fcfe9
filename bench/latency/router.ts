/**
 * The router as a user runs it: `serve` on a data directory of its own, its policy from a file, its agents put by HTTP,
 * tokens signed with the directory's key.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Customer } from '../../src/core/views.ts';
import { keyOfDataDirectory } from '../../src/edge/local-key.ts';
import { LocalTokens } from '../../src/edge/tokens.ts';
import type { Cleanup } from '../cleanup.ts';
import { optionsOfStart } from '../node-options.ts';
import { ServerProcess } from '../server-process.ts';
import type { BenchAgent } from './centre.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TOKEN_TTL_MS = 24 * 3_600_000;
/** An admin may send 50 requests a second, and 200 at once: agents are put by several. */
const AGENTS_PER_ADMIN = 100;
const PUTS_AT_ONCE = 20;
const COLLECTION_SECONDS = /^nodejs_gc_duration_seconds_sum\{[^}]*\} (\S+)$/gm;

export interface RouterWish {
  readonly directory: string;
  readonly policyFile: string;
  readonly logFile: string;
  /** Of Node, beside those of `npm start`, such as `--max-semi-space-size=64`. */
  readonly nodeOptions: readonly string[];
}

export function startRouterProcess(wish: RouterWish, cleanup: Cleanup): Promise<ServerProcess> {
  const { directory, policyFile, logFile, nodeOptions } = wish;
  const serve = ['serve', '--policy', policyFile, '--data', directory, '--port', '0', '--log-level', 'warn'];
  const args = ['--disable-warning=ExperimentalWarning', ...optionsOfStart(), ...nodeOptions, MAIN, ...serve];
  return ServerProcess.start({ name: 'router', args, logFile }, cleanup);
}

/** Mints tokens with the key of the directory. */
export class TokenMint {
  readonly #tokens: LocalTokens;

  constructor(directory: string) {
    this.#tokens = new LocalTokens(keyOfDataDirectory(directory));
  }

  async mint(role: 'gateway' | 'agent' | 'supervisor' | 'admin', subject: string): Promise<string> {
    const minted = await this.#tokens.mint({ role, subject, ttlMs: TOKEN_TTL_MS, now: Date.now() });
    if ('refusal' in minted) throw new Error(minted.refusal.message);
    return minted.token;
  }
}

/** Puts the agents into the directory of the router. */
export async function putAgents(port: number, mint: TokenMint, agents: readonly BenchAgent[]): Promise<void> {
  for (let from = 0; from < agents.length; from += AGENTS_PER_ADMIN) {
    const token = await mint.mint('admin', `admin-${from / AGENTS_PER_ADMIN + 1}`);
    const waiting = agents.slice(from, from + AGENTS_PER_ADMIN);
    while (waiting.length > 0) {
      await Promise.all(waiting.splice(0, PUTS_AT_ONCE).map((agent) => put(port, token, 'agents', agent)));
    }
  }
}

async function put(port: number, token: string, kind: string, body: { readonly id: string }): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/${kind}/${body.id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT of ${body.id} answered ${response.status}: ${text}`);
}

/** Puts profiles of customers, as a gateway, which may ask often. */
export async function putCustomers(port: number, mint: TokenMint, customers: readonly Customer[]): Promise<void> {
  const token = await mint.mint('gateway', 'profiles');
  const waiting = [...customers];
  while (waiting.length > 0) {
    await Promise.all(waiting.splice(0, PUTS_AT_ONCE).map((customer) => put(port, token, 'customers', customer)));
  }
}

/** Contacts that are not closed, as the router itself says. */
export async function openContactCount(port: number, mint: TokenMint): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/contacts?open=true&limit=1000`, {
    headers: { authorization: `Bearer ${await mint.mint('admin', 'admin-0')}` },
  });
  if (!response.ok) throw new Error(`GET of open contacts answered ${response.status}: ${await response.text()}`);
  const { contacts = [] }: { readonly contacts?: readonly unknown[] } = JSON.parse(await response.text());
  return contacts.length;
}

/** Milliseconds that collections took of its main thread since its start, as its metrics tell. A scrape: not for while it is measured. */
export async function readCollectionsMs(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`GET /metrics answered ${response.status}: ${text}`);
  return [...text.matchAll(COLLECTION_SECONDS)].reduce((sum, [, seconds]) => sum + Number(seconds) * 1000, 0);
}

/** Where its files lie, in the folder of the run. */
export function routerPaths(folder: string): { readonly directory: string; readonly policyFile: string } {
  return { directory: join(folder, 'router-data'), policyFile: join(folder, 'policy.yaml') };
}
