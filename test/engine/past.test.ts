// The past of a real data directory: a thread beside the engine, snapshots, pruning, its bounds, its end.
import t, { type Test } from 'tap';
import type { Actor } from '../../src/core/commands.ts';
import type { Explanation } from '../../src/core/explanation.ts';
import { PAST_BOUNDS, Past } from '../../src/engine/past.ts';
import type { Reply } from '../../src/engine/port.ts';
import { openSite, type Site } from '../../src/engine/site.ts';
import { ask, begin, complete, type LiveOptions, optionsFor, query, signIn } from './live-site.ts';
import { ADMIN, agentActor, draft, GATEWAY, openWorld, settled } from './world.ts';

/** A short name of the answer: its refusal or the contact's state. */
function brief(reply: Reply): string {
  return 'error' in reply ? reply.error.reason : (reply.ok.explanation?.state ?? 'nothing');
}

function past(site: Site, contactId: string, at: number, actor: Actor = ADMIN): Promise<Reply> {
  return query(site, { type: 'explain', actor, contactId, at });
}

async function explained(site: Site, contactId: string, at: number): Promise<Explanation> {
  const reply = await past(site, contactId, at);
  if ('error' in reply || reply.ok.explanation === undefined) throw new Error(JSON.stringify(reply));
  return reply.ok.explanation;
}

/** A site at which ana works. */
async function openShop(t: Test, options: LiveOptions): Promise<Site> {
  const site = await openSite(options);
  t.teardown(() => site.close());
  await begin(site);
  await signIn(site);
  return site;
}

t.test('[EXP6, EXP8] from a real data directory, while it goes on and after a restart', async (t) => {
  const directory = t.testdir();
  const options = optionsFor(directory, { snapshotEveryEvents: 40 });
  const site = await openSite(options);
  await begin(site);
  await signIn(site);
  const offerSeqs: number[] = [];
  for (let index = 0; index < 40; index++) {
    offerSeqs.push(site.engine.gauges().decidedSeq + 2);
    await complete(site, `c${index}`);
  }
  await options.observer.heard('snapshot saved');
  const then: Explanation[] = [];
  for (const index of [3, 39, 20]) {
    const at = offerSeqs[index] ?? 0;
    const explanation = await explained(site, `c${index}`, at);
    t.match(explanation, {
      contactId: `c${index}`,
      state: 'OFFERED',
      at,
      offer: { offerId: `o${at}`, agentId: 'ana' },
    });
    t.match(await past(site, `c${index}`, at - 2), { error: { reason: 'NO_SUCH_CONTACT' } });
    t.match(await explained(site, `c${index}`, at + 1), { state: 'ASSIGNED', at: at + 1 });
    then.push(explanation);
  }
  const { past: counts } = site.engine.gauges();
  t.equal(counts.count, 9);
  t.ok(counts.seconds > 0);
  const seq = site.engine.gauges().durableSeq;
  t.match(await past(site, 'c1', seq), { ok: { explanation: { state: 'COMPLETED' } }, seq });
  t.match(await past(site, 'c1', seq + 1), {
    error: {
      reason: 'INVALID_FIELD',
      path: 'at',
      message: `expected the seq of an event: at most ${seq}, the last one`,
    },
  });
  t.match(await past(site, 'c1', 0), { ok: { explanation: { state: 'COMPLETED', at: undefined } } }, '0: now');
  await site.close();

  const again = await openSite(optionsFor(directory));
  t.teardown(() => again.close());
  for (const explanation of then)
    t.same(await explained(again, explanation.contactId, explanation.at ?? 0), explanation);
});

t.test('[EXP7] behind the journal’s begin: refused, with the first event that can be asked', async (t) => {
  const options = optionsFor(t.testdir(), { snapshotEveryEvents: 40, retainMs: 1 });
  const site = await openShop(t, options);
  let count = 0;
  const pruned = options.observer.heard('journal pruned').then(() => true);
  while (!(await Promise.race([pruned, complete(site, `c${count++}`).then(() => false)])));
  const gone = await past(site, 'c0', 5);
  t.match(gone, { error: { code: 'OUT_OF_RANGE', reason: 'HISTORY_GONE', path: 'at' } });
  const message = 'error' in gone ? gone.error.message : '';
  const earliest = Number(/ask for (\d+) or later/.exec(message)?.[1]);
  t.ok(earliest >= 40, message);
  t.equal(brief(await past(site, 'c0', earliest)), 'COMPLETED');
  t.equal(brief(await past(site, 'c0', earliest - 1)), 'HISTORY_GONE');
});

t.test('[EXP9] one at a time, a few in line, the rest is refused', async (t) => {
  const site = await openShop(t, optionsFor(t.testdir(), { past: { waitingMax: 2 } }));
  await complete(site, 'c0');
  const seq = site.engine.gauges().durableSeq;
  const answers = await Promise.all([0, 1, 2, 3, 4].map(() => past(site, 'c0', seq)));
  t.strictSame(answers.map(brief), ['COMPLETED', 'COMPLETED', 'COMPLETED', 'HISTORY_BUSY', 'HISTORY_BUSY']);
  t.match(answers[4], { error: { code: 'RESOURCE_EXHAUSTED', retryAfterMs: 1000 } });
  t.equal(brief(await past(site, 'c0', seq)), 'COMPLETED');
});

t.test('[EXP9] what takes too long is refused, and the next one gets a new thread', async (t) => {
  const site = await openShop(t, optionsFor(t.testdir(), { past: { limitMs: 1 } }));
  await complete(site, 'c0');
  const answers = await Promise.all([past(site, 'c0', 5), past(site, 'c0', 6)]);
  t.strictSame(answers.map(brief), ['HISTORY_TOO_LONG', 'HISTORY_TOO_LONG']);
  t.match(answers[0], { error: { code: 'RESOURCE_EXHAUSTED', path: 'at', message: /longer than 0.001 s/ } });
  t.equal(site.engine.gauges().past.count, 2);
});

t.test('[EXP9] a thread that nobody needs goes; the next question starts another', async (t) => {
  const site = await openShop(t, optionsFor(t.testdir(), { past: { idleMs: 0 } }));
  await complete(site, 'c0');
  const seq = site.engine.gauges().durableSeq;
  for (let round = 0; round < 3; round++) {
    t.equal(brief(await past(site, 'c0', seq)), 'COMPLETED');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

t.test('[EXP9] closing refuses what is under way and what waits, at once', async (t) => {
  const site = await openShop(t, optionsFor(t.testdir()));
  await complete(site, 'c0');
  const asked = [past(site, 'c0', 5), past(site, 'c0', 6)];
  const closed = site.close();
  t.strictSame((await Promise.all(asked)).map(brief), ['DRAINING', 'DRAINING']);
  await closed;
});

t.test('[EXP9] closing while an offer’s event is not durable yet: nobody waits for ever', async (t) => {
  const site = await openShop(t, optionsFor(t.testdir()));
  const submitted = ask(site, { type: 'submit', actor: GATEWAY, contact: draft('c0') });
  const asked = past(site, 'c0', site.engine.gauges().decidedSeq, agentActor('ana'));
  const closed = site.close();
  t.equal(brief(await asked), 'DRAINING');
  t.match(await submitted, { ok: { contact: { id: 'c0' } } });
  await closed;
});

t.test('[EXP7] a router that keeps nothing says so', async (t) => {
  const world = await openWorld();
  const reply = await world.query({ type: 'explain', actor: ADMIN, contactId: 'c0', at: 1 });
  t.match(reply, { error: { code: 'OUT_OF_RANGE', reason: 'HISTORY_GONE', path: 'at' } });
  t.same(world.engine.gauges().past, { count: 0, seconds: 0 });
});

t.test('[EXP9] what cannot be read is the answer to who asked, and to nobody else', async (t) => {
  const failures: string[] = [];
  const past = new Past({ directory: t.testdir(), ...PAST_BOUNDS, failed: (message) => failures.push(message) });
  const question = { type: 'explain', actor: ADMIN, contactId: 'c0', at: 1 } as const;
  for (let round = 1; round <= 2; round++) {
    t.match(await past.explain(question), {
      error: { reason: 'INTERNAL_FAULT', message: /cannot open .*journal\.db/ },
    });
    t.equal(failures.length, round);
  }
  await past.close();
  await past.close();
  t.match(await past.explain(question), { error: { reason: 'DRAINING' } });
  await settled();
});
