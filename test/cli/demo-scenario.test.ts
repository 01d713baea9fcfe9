// The demo's world: its policy holds and says what its agents believe, its customers are the same for whoever asks, its pace adds up.
import t from 'tap';
import {
  agentProfiles,
  customer,
  customerOf,
  type DemoTerms,
  demoPolicy,
  hasSkills,
  paceOf,
  reactionTo,
  roomOf,
  SERVICE_LEVEL_MS,
} from '../../src/cli/demo-scenario.ts';
import { parsePolicy } from '../../src/config/policy-file.ts';
import { Prng } from '../../src/lib/prng.ts';

const TERMS: DemoTerms = { runId: 'r1', seed: 5, agentCount: 50, ratePerS: 50, seconds: 20 };
const ID = /^[A-Za-z0-9._:~-]{1,128}$/;

t.test('the policy holds, and the agents know what it says', async (t) => {
  const parsed = parsePolicy(demoPolicy);
  t.ok('policy' in parsed, JSON.stringify(parsed).slice(0, 500));
  if (!('policy' in parsed)) return;
  const { channels, queues, segments } = parsed.policy;
  const [agent] = agentProfiles({ ...TERMS, agentCount: 1 });
  t.ok(agent);
  if (agent === undefined) return;
  const { costByChannel, limitByChannel } = roomOf(agent);
  t.same(Object.keys(channels), Object.keys(costByChannel));
  for (const [name, channel] of Object.entries(channels)) {
    t.equal(channel.cost, costByChannel[name]);
    t.equal(channel.limit, limitByChannel[name]);
    t.ok(channel.assigned.agentLostMs >= 60_000, 'an accepted contact does not go back in line');
  }
  t.same(Object.keys(segments).sort(), ['default', 'gold', 'platinum']);
  for (const queue of queues) {
    t.equal(queue.serviceLevel.withinMs, SERVICE_LEVEL_MS);
    const needs = queue.requires.flatMap(({ all }) => all);
    const skilled = Object.fromEntries(needs.map(({ skill, level }) => [skill, level]));
    t.equal(hasSkills({ ...agent, skills: skilled }, queue.name, []), true, `${queue.name}: enough`);
    const poorer = Object.fromEntries(needs.map(({ skill, level }) => [skill, level - 1]));
    t.equal(hasSkills({ ...agent, skills: poorer }, queue.name, []), needs.length === 0, `${queue.name}: too little`);
  }
});

t.test('a contact’s own requirement is any of its lists', async (t) => {
  const [agent] = agentProfiles({ ...TERMS, agentCount: 1 });
  if (agent === undefined) throw new Error('there is one agent');
  const es = { all: [{ skill: 'es', level: 3 }] };
  const fr = { all: [{ skill: 'fr', level: 1 }] };
  const skilled = { ...agent, skills: { es: 3 } };
  t.equal(hasSkills(skilled, 'general', [es]), true);
  t.equal(hasSkills(skilled, 'general', [fr, es]), true);
  t.equal(hasSkills(skilled, 'general', [fr]), false);
  t.equal(hasSkills(skilled, 'general', [{ all: [...es.all, ...fr.all] }]), false);
});

t.test('customers follow from seed and number', async (t) => {
  const pace = paceOf(TERMS);
  for (const number of [1, 2, 999]) {
    const one = customer(TERMS, pace, number);
    t.same(customerOf(TERMS, pace, one.contactId), one);
    t.match(one.contactId, ID);
  }
  const intents = new Set(Array.from({ length: 200 }, (_, n) => customer(TERMS, pace, n + 1).intent));
  t.ok(intents.size >= 6, `${[...intents].join(' ')}`);
  t.not(customer({ ...TERMS, runId: 'r2' }, pace, 1).contactId, customer(TERMS, pace, 1).contactId);
});

t.test('every customer’s patience ends', async (t) => {
  const pace = paceOf(TERMS);
  for (let number = 1; number <= 500; number += 1) {
    const { patienceMs, talkMs } = customer(TERMS, pace, number);
    if (!(patienceMs > 0 && patienceMs <= 20_000 && talkMs > 0 && talkMs <= 8 * pace.talkMs))
      t.fail(`customer ${number}`);
  }
  t.pass('500 customers');
});

t.test('agents have ids of the run, room and skills for everything that comes', async (t) => {
  for (const agentCount of [1, 3, 50]) {
    const agents = agentProfiles({ ...TERMS, agentCount });
    t.equal(agents.length, agentCount);
    t.equal(new Set(agents.map(({ id }) => id)).size, agentCount);
    for (const { id } of agents) t.match(id, ID);
    for (const channel of ['voice', 'chat']) {
      for (const queue of ['billing', 'support', 'sales', 'general']) {
        const served = agents.some(
          (agent) => (roomOf(agent).limitByChannel[channel] ?? 0) > 0 && hasSkills(agent, queue, []),
        );
        t.equal(served, true, `${agentCount} agents: ${channel} of ${queue}`);
      }
    }
  }
});

t.test('the traffic fills 85 % of the room, as the customers come', async (t) => {
  const pace = paceOf(TERMS);
  t.equal(pace.occupancy, 0.85);
  const room = agentProfiles(TERMS).length * (0.6 * 70 + 0.25 * 90 + 0.15 * 100);
  let units = 0;
  const count = 5_000;
  for (let number = 1; number <= count; number += 1) {
    const { channel, talkMs, wrapUpMs } = customer(TERMS, pace, number);
    units += (channel === 'voice' ? 70 : 30) * (talkMs + wrapUpMs + pace.answerMs);
  }
  const occupancy = ((units / count) * TERMS.ratePerS) / 1_000 / room;
  t.ok(occupancy > 0.78 && occupancy < 0.9, `${occupancy}`);
});

t.test('a slow demo is cut short rather than drowned in long conversations', async (t) => {
  const pace = paceOf({ ...TERMS, ratePerS: 1, seconds: 20 });
  t.equal(pace.answerMs + pace.talkMs + pace.wrapUpMs, 5_000);
  t.ok(pace.occupancy < 0.5);
});

t.test('nearly every offer is accepted, some are declined, few are missed', async (t) => {
  const prng = new Prng(3);
  const pace = paceOf(TERMS);
  const counts = { accept: 0, decline: 0, miss: 0 };
  for (let n = 0; n < 10_000; n += 1) counts[reactionTo(pace, prng).answer] += 1;
  t.ok(counts.accept > 9_600 && counts.decline > 80 && counts.miss > 5 && counts.miss < 60, JSON.stringify(counts));
});
