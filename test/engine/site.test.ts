// A site on a real data directory: recovery, the follower's snapshots and archive, pruning, refusals.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Command, Query } from '../../src/core/commands.ts';
import type { Reply } from '../../src/engine/port.ts';
import { openSite, type Site, type SiteOptions } from '../../src/engine/site.ts';
import { ADMIN, agentActor, draft, GATEWAY, POLICY, VOICE } from './world.ts';

interface Notes {
  readonly lines: string[];
  waitFor(what: string): Promise<void>;
}

function notes(): Notes & SiteOptions['observer'] {
  const lines: string[] = [];
  let wake: (() => void) | undefined;
  return {
    lines,
    failed: (cause) => {
      lines.push(`failed ${String(cause)}`);
      wake?.();
    },
    noted: (level, what) => {
      lines.push(`${level} ${what}`);
      wake?.();
    },
    async waitFor(what) {
      while (!lines.some((line) => line.includes(what))) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function optionsFor(directory: string, more: Partial<SiteOptions> = {}): SiteOptions & { readonly observer: Notes } {
  return {
    directory,
    maxPending: 1000,
    snapshotEveryEvents: 1_000_000,
    snapshotEveryMs: 3_600_000,
    retainMs: 1e12,
    retainBytes: 1e12,
    ...more,
    observer: notes(),
  } as SiteOptions & { readonly observer: Notes };
}

function ask(site: Site, command: Command): Promise<Reply> {
  return new Promise((resolve) => site.engine.execute(command, resolve));
}

function query(site: Site, question: Query): Promise<Reply> {
  return new Promise((resolve) => site.engine.query(question, resolve));
}

async function begin(site: Site): Promise<void> {
  await ask(site, { type: 'setPolicy', actor: ADMIN, policy: POLICY, source: 'text', fileHash: 'f1' });
}

async function complete(site: Site, id: string): Promise<void> {
  const actor = agentActor('ana');
  const reply = await ask(site, { type: 'submit', actor: GATEWAY, contact: draft(id, { attributes: '{"k":1}' }) });
  await ask(site, { type: 'accept', actor, offerId: `o${reply.seq}` });
  await ask(site, { type: 'complete', actor, contactId: id, version: 0 });
}

async function signIn(site: Site): Promise<void> {
  const actor = agentActor('ana');
  const agent = { id: 'ana', name: '', skills: {}, capacity: 100, limits: {}, version: 0 };
  await ask(site, { type: 'putAgent', actor: ADMIN, agent });
  await ask(site, { type: 'openSession', actor, sessionId: 's' });
  await ask(site, { type: 'setPresence', actor, agentId: 'ana', presence: 'AVAILABLE', reason: '', channels: [] });
}

t.test('[RST1] [RST2] [RST4] what was journalled is there again; offers are revoked, sessions lost', async (t) => {
  const directory = t.testdir();
  const first = await openSite(optionsFor(directory));
  await begin(first);
  await signIn(first);
  await ask(first, { type: 'submit', actor: GATEWAY, contact: draft('c1') });
  await ask(first, { type: 'submit', actor: GATEWAY, contact: draft('c2') });
  await first.close();

  const second = await openSite(optionsFor(directory));
  t.equal(second.policyFileHash, 'f1', '[POL5] the last policy file is known');
  for (const [id, position] of [
    ['c1', 1],
    ['c2', 2],
  ] as const) {
    const reply = await query(second, { type: 'get', actor: GATEWAY, contactId: id });
    t.match(reply, { ok: { contact: { state: 'QUEUED', position } } }, `${id} keeps its place`);
  }
  const agent = await query(second, { type: 'agent', agentId: 'ana' });
  t.match(agent, { ok: { agent: { presence: 'AVAILABLE', connected: false, load: 0 } } });
  const welcome = await ask(second, { type: 'openSession', actor: agentActor('ana'), sessionId: 's2' });
  t.match(welcome, { ok: { offers: [{ contact: { id: 'c1' } }] } }, 'within the grace it goes on');
  await second.close();
});

t.test(
  '[JRN7] [JRN5] [TOMB2] the follower archives closed contacts and saves snapshots that agree with the engine',
  async (t) => {
    const directory = t.testdir();
    const options = optionsFor(directory, { snapshotEveryEvents: 40 });
    const site = await openSite(options);
    await begin(site);
    await signIn(site);
    for (let index = 0; index < 30; index++) await complete(site, `c${index}`);
    await options.observer.waitFor('snapshot saved');
    await complete(site, 'last');
    await site.close();
    t.notOk(
      options.observer.lines.some((line) => line.startsWith('error')),
      options.observer.lines.join('; '),
    );
    t.ok(readdirSync(join(directory, 'snapshots')).length > 0);

    const again = await openSite(optionsFor(directory));
    const reply = await query(again, { type: 'get', actor: GATEWAY, contactId: 'c3' });
    t.match(
      reply,
      { ok: { contact: { state: 'COMPLETED', agentId: 'ana', attributes: '{"k":1}' } } },
      'from the archive',
    );
    await again.close();
  },
);

t.test('[WRAP5] [JRN5] a late disposition reaches the archived contact', async (t) => {
  const directory = t.testdir();
  const wrapUp = { ...POLICY, channels: { voice: { ...VOICE, wrapUpMs: 1 } } };
  const site = await openSite(optionsFor(directory));
  await ask(site, { type: 'setPolicy', actor: ADMIN, policy: wrapUp, source: '', fileHash: '' });
  await signIn(site);
  const actor = agentActor('ana');
  const offered = await ask(site, { type: 'submit', actor: GATEWAY, contact: draft('c1') });
  await ask(site, { type: 'accept', actor, offerId: `o${offered.seq}` });
  const closed = new Promise<void>((resolve) => {
    site.engine.committed$.subscribe(({ steps }) => {
      if (steps.some(({ events }) => events.some((event) => event.type === 'contactClosed'))) resolve();
    });
  });
  await ask(site, { type: 'end', actor, contactId: 'c1', version: 0 });
  await closed;
  const disposition = { reasons: ['billing'], outcome: 'solved', notes: '', attributes: '' };
  await ask(site, { type: 'complete', actor, contactId: 'c1', disposition, version: 0 });
  await site.close();
  const again = await openSite(optionsFor(directory));
  const reply = await query(again, { type: 'get', actor: GATEWAY, contactId: 'c1' });
  t.match(reply, { ok: { contact: { state: 'COMPLETED', disposition: { outcome: 'solved' } } } });
  await again.close();
});

t.test('[RST4] a journal without its snapshots recovers by replay, to the same answers', async (t) => {
  const folder = t.testdir({ original: {} });
  const directory = join(folder, 'original');
  const copy = join(folder, 'copy');
  const site = await openSite(optionsFor(directory));
  await begin(site);
  await signIn(site);
  for (let index = 0; index < 5; index++) await complete(site, `c${index}`);
  await ask(site, { type: 'submit', actor: GATEWAY, contact: draft('waits') });
  await site.close();
  cpSync(directory, copy, { recursive: true });
  rmSync(join(copy, 'snapshots'), { recursive: true });
  const replayed = await openSite(optionsFor(copy));
  t.match(await query(replayed, { type: 'get', actor: GATEWAY, contactId: 'waits' }), {
    ok: { contact: { state: 'QUEUED' } },
  });
  t.match(await query(replayed, { type: 'get', actor: GATEWAY, contactId: 'c4' }), {
    ok: { contact: { state: 'COMPLETED', attributes: '{"k":1}' } },
  });
  await replayed.close();
});

t.test('[JRN6] the journal is pruned behind snapshots while it runs', async (t) => {
  const directory = t.testdir();
  const options = optionsFor(directory, { snapshotEveryEvents: 50, retainMs: 0, retainBytes: 1 });
  const site = await openSite(options);
  await begin(site);
  await signIn(site);
  let index = 0;
  const pruned = options.observer.waitFor('journal pruned').then(() => true);
  while (!(await Promise.race([pruned, complete(site, `c${index++}`).then(() => false)])));
  await site.close();
  const again = await openSite(optionsFor(directory));
  t.ok(again.hasPolicy, 'recovers from what is left');
  await again.close();
});

t.test('[JRN3] a second site on the same directory is refused', async (t) => {
  const directory = t.testdir();
  const site = await openSite(optionsFor(directory));
  await t.rejects(openSite(optionsFor(directory)), { code: 'LOCKED' });
  await site.close();
});
