// kill -9 of a real router under traffic, again and again on one data directory. What clients were told is held against what recovery
// knows, and at the end against the journal itself. [JRN8] [OUT2] [RST1] [LINE3]

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { Prng } from '../../src/lib/prng.ts';
import { decodeEvents } from '../../src/wire/event-codec.ts';
import type { TimedEvent } from '../../src/wire/messages.ts';
import { KillTraffic } from './kill-traffic.ts';
import { RouterProcess, tokenOf } from './router-process.ts';

// Twenty starts of a process on a machine that may be busy.
t.setTimeout(570_000);

const KILLS = 20;
const SEED = 4711;
const AGENTS = 6;

const POLICY = `
channels:
  voice: { offer: { timeout: 20s } }
queues:
  all: {}
`;

t.test('nothing acknowledged is lost, nothing unjournalled was seen', { timeout: 550_000 }, async (t) => {
  const folder = t.testdir({ data: {}, 'policy.yaml': POLICY });
  const directory = `${folder}/data`;
  const args = ['--data', directory, '--policy', `${folder}/policy.yaml`];
  const tokens = {
    gateway: await tokenOf(directory, 'gateway', 'gw'),
    admin: await tokenOf(directory, 'admin', 'root'),
    agents: await Promise.all(
      Array.from({ length: AGENTS }, (_, index) => tokenOf(directory, 'agent', `agent-${index}`)),
    ),
  };
  const random = new Prng(SEED);
  const traffic = new KillTraffic(tokens, random);
  let cutRounds = 0;
  for (let round = 0; round < KILLS; round++) {
    const router = await RouterProcess.start(args);
    t.ok(traffic.newestSeq <= router.recoveredSeq, `round ${round}: recovery knows all that was seen`);
    const faults = await traffic.begin(router);
    t.same(faults, [], `round ${round}: assignments and order in line are as they were told`);
    await sleep(150 + random.below(350));
    const burst = traffic.burst(8);
    if (random.below(2) === 0) await sleep(random.below(3));
    await router.kill();
    await traffic.cut();
    if ((await burst) > 0) cutRounds++;
  }
  t.ok(cutRounds >= KILLS / 2, `submits were in flight at ${cutRounds} of ${KILLS} kills`);
  const router = await RouterProcess.start(args);
  t.ok(traffic.newestSeq <= router.recoveredSeq);
  t.same(await traffic.begin(router), []);
  const open = await traffic.finish();
  t.same(open, [], 'every acknowledged contact is closed in the end');
  t.equal(await router.stop(), 0, router.errors);
  checkJournal(t, directory, traffic);
});

function checkJournal(t: Test, directory: string, traffic: KillTraffic): void {
  const reader = openSqliteJournalReader(directory);
  const events: TimedEvent[] = [];
  for (const commit of reader.read(0)) events.push(...decodeEvents(commit.events));
  reader.close();
  const closes = countById(events, 'contactClosed');
  const submits = countById(events, 'contactSubmitted');
  const wrong = [...traffic.acknowledged].filter((id) => submits.get(id) !== 1 || closes.get(id) !== 1);
  t.same(wrong, [], 'each acknowledged contact was submitted once and closed once');
  t.same(doubled(events), [], 'no contact had two agents at once');
  const unknown = [...traffic.seenBySeq].filter(([seq, id]) => {
    const event = events[seq - 1]?.event;
    return event === undefined || (id !== '' && 'contactId' in event && event.contactId !== id);
  });
  t.same(unknown, [], 'whatever was seen with a seq is the event of that seq');
  t.ok(traffic.acknowledged.size > 500, `${traffic.acknowledged.size} contacts, ${events.length} events`);
}

function countById(events: readonly TimedEvent[], type: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { event } of events) {
    if (event.type === type && 'contactId' in event)
      counts.set(event.contactId, (counts.get(event.contactId) ?? 0) + 1);
  }
  return counts;
}

/** Contacts that were accepted while they were with an agent. */
function doubled(events: readonly TimedEvent[]): string[] {
  const holder = new Map<string, string>();
  const wrong: string[] = [];
  for (const { event } of events) {
    if (event.type === 'offerAccepted') {
      if (holder.has(event.contactId)) wrong.push(event.contactId);
      holder.set(event.contactId, event.agentId);
    } else if (event.type === 'contactClosed' || event.type === 'contactRequeued') holder.delete(event.contactId);
  }
  return wrong;
}
