// A router in this process: started whole or not at all, and stopped so that the next one finds everything.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { PolicyRefused } from '../../src/cli/policy-choice.ts';
import { startRouter } from '../../src/cli/router.ts';
import { type ServeConfig, serveConfig } from '../../src/config.ts';
import { EdgeFailure } from '../../src/edge/edge-failure.ts';

const logger = pino({ level: 'silent' });

function configOf(t: Test, flags: Readonly<Record<string, string>> = {}): ServeConfig {
  const result = serveConfig({ data: join(t.testdirName, 'data'), port: '0', ...flags }, {});
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.config;
}

t.test('two at once, each on its own directory; stopping is told once', async (t) => {
  t.testdir({ one: {}, two: {} });
  const routers = await Promise.all(
    ['one', 'two'].map((name) => startRouter(configOf(t, { data: join(t.testdirName, name) }), logger)),
  );
  for (const router of routers) {
    const { httpUrl, portNumber } = router.address;
    t.ok(portNumber > 0);
    t.equal((await fetch(`${httpUrl}/readyz`)).status, 200);
    t.match(await (await fetch(`${httpUrl}/metrics`)).text(), 'process_cpu_seconds_total');
  }
  for (const router of routers) {
    const stopped = router.stop();
    t.equal(router.stop(), stopped);
    t.equal(await stopped, 'whole');
    await t.rejects(fetch(`${router.address.httpUrl}/healthz`), 'nobody listens any more');
  }
});

t.test('what keeps it from starting leaves the directory free', async (t) => {
  t.testdir({ 'policy.yaml': 'channels: 5' });
  const policy = join(t.testdirName, 'policy.yaml');
  await t.rejects(startRouter(configOf(t, { policy }), logger), PolicyRefused);
  const first = await startRouter(configOf(t, { data: join(t.testdirName, 'other') }), logger);
  const taken = configOf(t, { port: String(first.address.portNumber) });
  await t.rejects(startRouter(taken, logger), EdgeFailure, 'the port is taken');
  await first.stop();
  writeFileSync(policy, 'channels: { voice: {} }\nqueues: { all: {} }');
  const router = await startRouter(configOf(t, { policy }), logger);
  t.equal(await router.stop(), 'whole');
});
