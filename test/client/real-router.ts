// A router of the test's own on a free port and an empty directory, and a cable to it that can be cut.
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Router, startRouter } from '../../src/cli/router.ts';
import { serveConfig } from '../../src/config.ts';
import type { Role } from '../../src/core/commands.ts';
import { keyOfDataDirectory } from '../../src/edge/local-key.ts';
import { LocalTokens } from '../../src/edge/tokens.ts';

const POLICY = `
channels:
  voice: { cost: 100, limit: 1, offer: { timeout: 20s }, wrapUp: 1m }
  chat: { cost: 30, limit: 3, offer: { timeout: 20s } }
  email: { cost: 100, yieldsTo: [voice] }
queues:
  billing:
    when: { intent: "billing.*" }
    requires: [{ all: [{ skill: billing, level: 2 }] }]
  general: {}
`;

export class RealRouter {
  readonly url: string;
  readonly #router: Router;
  readonly #tokens: LocalTokens;

  private constructor(router: Router, tokens: LocalTokens) {
    this.#router = router;
    this.#tokens = tokens;
    this.url = router.address.httpUrl;
  }

  static async start(
    directory: string,
    policyText = POLICY,
    more: Readonly<Record<string, string>> = {},
  ): Promise<RealRouter> {
    const policy = join(directory, 'policy.yaml');
    const data = join(directory, 'data');
    writeFileSync(policy, policyText);
    const config = serveConfig({ policy, data, port: '0', ...more }, {});
    if ('faults' in config) throw new Error(config.faults.join('\n'));
    const router = await startRouter(config.config, pino({ level: 'silent' }));
    return new RealRouter(router, new LocalTokens(keyOfDataDirectory(data)));
  }

  /** A token; `ageMs` makes it that old, of the hour that it is valid. */
  async token(role: Role, subject: string, ageMs = 0): Promise<string> {
    const minted = await this.#tokens.mint({ role, subject, ttlMs: 3_600_000, now: Date.now() - ageMs });
    if ('refusal' in minted) throw new Error(minted.refusal.message);
    return minted.token;
  }

  async putAgent(id: string, skills: Record<string, number>, more: { readonly mayPull?: boolean } = {}): Promise<void> {
    const response = await fetch(`${this.url}/v1/agents/${id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await this.token('admin', 'root')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id, skills, ...more }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  }

  async stop(): Promise<void> {
    await this.#router.stop();
  }
}

/** A way to the router that can be cut and mended. */
export class Cable {
  readonly #server: Server;
  #target: URL;
  readonly #ends = new Set<Socket>();
  #isCut = false;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((near) => this.#connect(near));
  }

  static async to(url: string): Promise<Cable> {
    const cable = new Cable(url);
    await new Promise<void>((resolve) => cable.#server.listen(0, '127.0.0.1', resolve));
    return cable;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Everything that is connected is lost, nothing new gets through. */
  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** From now on it leads elsewhere. */
  leadTo(url: string): void {
    this.#target = new URL(url);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(near: Socket): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    near.pipe(far).pipe(near);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end);
      // What happens to one end happens to the other; that is all there is to an error.
      end.on('error', () => undefined);
      end.on('close', () => {
        this.#ends.delete(end);
        other.destroy();
      });
    }
  }
}
