// README's code runs: its two programs against a router, its policy through the check, its shell commands' names.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parsePolicy } from '../src/config/policy-file.ts';
import { RouterProcess, tokenOf } from './cli/router-process.ts';
import { cordboard } from './cli/run-cordboard.ts';

const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );
}

/** The program as it stands, but importing the sources: nothing has to be built for a test. */
function program(name: string): string {
  const text = blocks('js').find((block) => block.startsWith(`// ${name}:`));
  if (text === undefined) throw new Error(`README has no ${name}`);
  const entry = new URL('../src/client/entry.ts', import.meta.url).href;
  return text.replace("'cordboard/client'", JSON.stringify(entry));
}

function run(file: string, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, ...env } });
  let out = '';
  const waiting: { readonly text: string; readonly wake: () => void }[] = [];
  const hear = (chunk: Buffer): void => {
    out += chunk.toString();
    for (const { text, wake } of waiting) if (out.includes(text)) wake();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  return {
    child,
    ended,
    text: () => out,
    says: (text: string) =>
      Promise.race([
        new Promise<void>((wake) => {
          waiting.push({ text, wake });
          if (out.includes(text)) wake();
        }),
        ended.then((code) => {
          if (!out.includes(text)) throw new Error(`ended with ${code} before it said '${text}': ${out}`);
        }),
      ]),
  };
}

t.test('the agent and the gateway of the README do what it says', { timeout: 60_000 }, async (t) => {
  const folder = t.testdir({ data: {}, 'agent.mjs': program('agent.mjs'), 'gateway.mjs': program('gateway.mjs') });
  const data = join(folder, 'data');
  const router = await RouterProcess.start(['--data', data]);
  t.teardown(() => router.stop());
  const url = { CORDBOARD_URL: router.httpUrl };
  const agent = run(join(folder, 'agent.mjs'), { ...url, AGENT_TOKEN: await tokenOf(data, 'agent', 'ana') });
  t.teardown(() => agent.child.kill());
  await agent.says('available with');
  const gatewayToken = await tokenOf(data, 'gateway', 'web');
  const gateway = run(join(folder, 'gateway.mjs'), { ...url, GATEWAY_TOKEN: gatewayToken });
  t.equal(await gateway.ended, 0, gateway.text());
  t.match(gateway.text(), /is OFFERED in queue billing/);
  t.match(gateway.text(), /ASSIGNED ana/);
  t.match(gateway.text(), /came to solved/);
  await agent.says('completed call-');
  t.match(agent.text(), /waiting 30 \+ fit/, 'gold starts 30 s ahead');

  const curl = blocks('sh').find((block) => block.startsWith('curl'));
  const body = /-d '(.*)'/.exec(curl ?? '')?.[1] ?? '';
  const response = await fetch(`${router.httpUrl}/v1/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gatewayToken}`, 'content-type': 'application/json' },
    body,
  });
  t.equal(response.status, 201, 'the curl example');
});

t.test('the policy of the README has no fault', async (t) => {
  const [policy] = blocks('yaml');
  const parsed = parsePolicy(policy ?? '');
  t.notOk('faults' in parsed, JSON.stringify(parsed));
});

t.test('the scenario of the README runs, and gives what it says', async (t) => {
  const text = blocks('yaml').find((block) => block.includes('traffic:')) ?? '';
  const folder = t.testdir({ 'monday.yaml': text });
  const { exitCode, stdout, stderr } = cordboard(['simulate', join(folder, 'monday.yaml'), '--json']);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  const { serviceLevel, ci95 } = JSON.parse(stdout).total;
  const percent = (share: number): string => (100 * share).toFixed(2);
  const figure = `${percent(serviceLevel.ofArrivals)} ± ${percent(ci95.serviceLevel.ofArrivals)} %`;
  t.equal(/here ([\d.± ]+%) within 20 s/.exec(README)?.[1], figure);
});

t.test('the npm commands of the README exist', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const named = [...README.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name]) => name ?? '');
  for (const name of [...new Set(named), 'start', 'test']) t.ok(Object.hasOwn(scripts, name), name);
});
