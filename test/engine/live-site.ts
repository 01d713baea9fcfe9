// What tests of a site share: options with a log to wait for, and short ways to ask a site on a real data directory.
import type { Command, Query } from '../../src/core/commands.ts';
import type { Reply } from '../../src/engine/port.ts';
import type { Site, SiteObserver, SiteOptions } from '../../src/engine/site.ts';
import { ADMIN, agentActor, draft, GATEWAY, POLICY } from './world.ts';

/** What a site's keeper heard. */
export class Notes implements SiteObserver {
  readonly lines: string[] = [];
  #wakes: (() => void)[] = [];

  failed(cause: unknown): void {
    this.#hear(`failed ${String(cause)}`);
  }

  noted(level: string, what: string): void {
    this.#hear(`${level} ${what}`);
  }

  /** Resolves when a line says so, of those from the given one on; rejects when another tells a fault before, but for the one named. */
  async heard(what: string, fromIndex = 0, faultBut = what): Promise<void> {
    for (let index = fromIndex; ; index++) {
      while (index >= this.lines.length) await new Promise<void>((resolve) => this.#wakes.push(resolve));
      const line = this.lines[index] ?? '';
      if (line.includes(what)) return;
      if (/^(error|failed) /.test(line) && !line.includes(faultBut)) throw new Error(line);
    }
  }

  #hear(line: string): void {
    this.lines.push(line);
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

export interface LiveOptions extends SiteOptions {
  readonly observer: Notes;
}

export function optionsFor(directory: string, more: Partial<SiteOptions> = {}): LiveOptions {
  return {
    directory,
    maxPending: 1000,
    snapshotEveryEvents: 1_000_000,
    snapshotEveryMs: 3_600_000,
    retainMs: 1e12,
    retainBytes: 1e12,
    ...more,
    observer: new Notes(),
  };
}

export function ask(site: Site, command: Command): Promise<Reply> {
  return new Promise((resolve) => site.engine.execute(command, resolve));
}

export function query(site: Site, question: Query): Promise<Reply> {
  return new Promise((resolve) => site.engine.query(question, resolve));
}

export async function begin(site: Site): Promise<void> {
  await ask(site, { type: 'setPolicy', actor: ADMIN, policy: POLICY, source: 'text', fileHash: 'f1' });
}

export async function complete(site: Site, id: string): Promise<void> {
  const actor = agentActor('ana');
  const reply = await ask(site, { type: 'submit', actor: GATEWAY, contact: draft(id, { attributes: '{"k":1}' }) });
  await ask(site, { type: 'accept', actor, offerId: `o${reply.seq}` });
  await ask(site, { type: 'complete', actor, contactId: id, version: 0 });
}

export async function signIn(site: Site): Promise<void> {
  const actor = agentActor('ana');
  const agent = { id: 'ana', name: '', skills: {}, capacity: 100, limits: {}, version: 0 };
  await ask(site, { type: 'putAgent', actor: ADMIN, agent });
  await ask(site, { type: 'openSession', actor, sessionId: 's' });
  await ask(site, { type: 'setPresence', actor, agentId: 'ana', presence: 'AVAILABLE', reason: '', channels: [] });
}
