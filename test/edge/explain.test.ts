// What the router tells of its own decisions, through the real edge and the real engine: policy changes, estimates, explanations.
import t from 'tap';
import type { ContactDraft } from '../../src/core/commands.ts';
import { startEdge } from './live-edge.ts';
import { startEngine } from './memory-router.ts';

function draft(id: string, changes: Partial<ContactDraft> = {}): ContactDraft {
  return { id, channel: 'voice', intent: 'billing.late', ...changes } as ContactDraft;
}

t.test('[POL7] a policy that is put answers with what it changes, and the log says who put it', async (t) => {
  const engine = await startEngine(t);
  const lines: object[] = [];
  const ignore = (): void => undefined;
  const logger = { debug: ignore, info: (facts: object) => lines.push(facts), warn: ignore, error: ignore };
  const live = await startEdge(t, engine, { logger });
  const policy = await (await live.fetch('/v1/policy', { role: 'admin' })).text();
  const put = (body: string): Promise<Response> =>
    live.fetch('/v1/policy', {
      method: 'PUT',
      role: 'admin',
      id: 'root',
      headers: { 'content-type': 'application/yaml' },
      body,
    });
  const changes = ['forgetMs: 3600000 → 60000'];
  const answer = await put(`${policy}\nforget: 1m\n`);
  t.equal(answer.status, 200);
  t.same(await answer.json(), { changes });
  t.match(lines, [{ by: 'root', changes }]);
  t.same(await (await put(`${policy}\nforget: 1m\n`)).json(), {}, 'nothing changed');
  t.equal((await put('queues: [')).status, 400);
  t.equal(lines.length, 2, 'what is refused changes nothing');
});

t.test('[POL8] a policy that is put answers with what it hardly means, and the log has it', async (t) => {
  const engine = await startEngine(t);
  const lines: string[] = [];
  const ignore = (): void => undefined;
  const warn = (_: object, line: string): number => lines.push(line);
  const live = await startEdge(t, engine, { logger: { debug: ignore, info: ignore, warn, error: ignore } });
  const policy = await (await live.fetch('/v1/policy', { role: 'admin' })).text();
  const put = async (queues: string): Promise<{ warnings?: readonly string[] }> => {
    const body = policy.replace('queues:', `queues:\n${queues}`);
    const headers = { 'content-type': 'application/yaml' };
    const answer = await live.fetch('/v1/policy', { method: 'PUT', role: 'admin', headers, body });
    t.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as { warnings?: readonly string[] };
  };
  const unmet = (name: string): string =>
    `  ${name}: { when: { intent: ${name} }, requires: [{ all: [{ skill: nobody-${name} }] }] }`;
  t.same((await put('')).warnings, undefined, 'nothing to say');
  const { warnings = [] } = await put(unmet('q1'));
  t.equal(warnings.length, 1);
  t.match(warnings[0], /^line \d+: queues\.q1\.requires: no agent/);
  t.same(lines.length, 1);
  t.match(lines[0], /^policy: no agent/);
  const many = Array.from({ length: 23 }, (_, index) => unmet(`q${index}`));
  const told = (await put(many.join('\n'))).warnings ?? [];
  t.equal(told.length, 21);
  t.equal(told[20], 'and 3 more');
});

for (const subprotocol of ['json', 'proto'] as const) {
  t.test(`[EXP1, EXP2, EXP4, EXP5] explained over ${subprotocol} and HTTP: waiting, then offered`, async (t) => {
    const engine = await startEngine(t);
    const live = await startEdge(t, engine);
    const gateway = await live.connect('gateway', 'web', { subprotocol });
    const agent = await live.connect('agent', 'ana', { subprotocol });
    const supervisor = await live.connect('supervisor', 'sue', { subprotocol });
    const contact = draft('c1', { requires: [{ all: [{ skill: 'billing', level: 3 }] }] });
    await gateway.ask('submit', { contact });
    t.match(await gateway.ask('explain', { contactId: 'c1' }), {
      ok: {
        explanation: {
          contactId: 'c1',
          state: 'QUEUED',
          waiting: {
            queue: 'billing',
            position: 1,
            requires: [{ all: [{ skill: 'billing', level: 3 }] }],
            obstacles: [{ obstacle: 'OFFLINE', agents: 1 }],
            agents: [{ agentId: 'ana', obstacle: 'OFFLINE' }],
          },
        },
      },
    });
    t.match(await agent.ask('explain', { contactId: 'c1' }), { error: { reason: 'NO_SUCH_CONTACT' } });
    await agent.ask('setPresence', { presence: 'AVAILABLE' });
    const answer = await supervisor.ask('explain', { contactId: 'c1' });
    const explanation = 'ok' in answer ? answer.ok.explanation : undefined;
    t.match(explanation, {
      state: 'OFFERED',
      offer: {
        agentId: 'ana',
        approximate: false,
        parts: [
          { of: 'URGENCY', what: 'waiting', policyPath: 'queues.billing.clockRate' },
          {
            of: 'FIT',
            what: 'skill',
            skill: 'billing',
            seconds: 21,
            policyPath: 'fit.secondsPerLevel',
            how: 'level 7 × 3 s',
          },
        ],
      },
    });
    const total = explanation?.offer?.parts.reduce((sum, { seconds }) => sum + seconds, 0) ?? 0;
    t.ok(Math.abs(total - (explanation?.offer?.rank.total ?? 0)) < 1e-9, 'they add up');
    t.match(
      await agent.ask('explain', { contactId: 'c1' }),
      { ok: { explanation: { state: 'OFFERED' } } },
      'it holds it',
    );
    const response = await live.fetch('/v1/contacts/c1/explain', { role: 'supervisor' });
    t.equal(response.status, 200);
    t.match(await response.json(), { explanation: { contactId: 'c1', offer: { agentId: 'ana', approximate: false } } });
    t.equal((await live.fetch('/v1/contacts/c9/explain', { role: 'supervisor' })).status, 404);
  });
}

t.test('[EST3] the estimate over the wire', async (t) => {
  const engine = await startEngine(t);
  const live = await startEdge(t, engine);
  const queues = async (): Promise<unknown> => (await live.fetch('/v1/queues', { role: 'supervisor' })).json();
  t.notOk(JSON.stringify(await queues()).includes('estimatedWaitMs'), 'too little is known');
  const agent = await live.connect('agent', 'ana');
  await agent.ask('setPresence', { presence: 'AVAILABLE' });
  t.match(
    await queues(),
    { queues: [{ name: 'billing', estimatedWaitMs: 0 }, { estimatedWaitMs: 0 }] },
    'an agent is free',
  );
});
