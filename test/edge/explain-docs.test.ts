// docs/EXPLAIN.md: its three answers are what the router answers. CORDBOARD_WRITE=1 writes them there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { Explanation } from '../../src/core/explanation.ts';
import { encodeJson } from '../../src/wire/json-encoder.ts';
import { needs, Stage, SUPERVISOR } from '../core/oracle/stage.ts';
import { diskOf, explainedBy, rebuilderOf } from '../engine/past-disk.ts';

const PATH = join(import.meta.dirname, '../../docs/EXPLAIN.md');
const { CORDBOARD_WRITE } = process.env;

function answers(text: string): string[] {
  const policy = parsePolicy(/^```yaml\n(.*?)^```/ms.exec(text)?.[1] ?? '');
  if ('faults' in policy) throw new Error(policy.faults[0]?.message);
  const stage = new Stage(policy.policy);
  const told = (contactId: string): string => {
    const { explanation } = stage.ask({ type: 'explain', actor: SUPERVISOR, contactId });
    if (explanation === undefined) throw new Error(`no explanation of ${contactId}`);
    return jsonOf(explanation);
  };
  stage.works('ana', { skills: { billing: 7, es: 5, chess: 2 } });
  stage.works('ben', { skills: { billing: 9 } });
  stage.works('cleo', { skills: { billing: 2 } });
  stage.presence('ana', 'BUSY', { reason: 'lunch' });
  stage.presence('ben', 'BUSY');
  const facts = { segment: 'gold', value: 500, prefers: [{ skill: 'es', secondsPerLevel: 5 }] };
  stage.submit('call-1', { ...facts, requires: [needs('billing', 3)] });
  stage.wait(12_000).presence('ben', 'AVAILABLE', { channels: ['chat'] });
  const waits = told('call-1');
  stage.wait(8000).presence('ana', 'AVAILABLE');
  stage.decline('call-1');
  stage.presence('ben', 'AVAILABLE');
  stage.decline('call-1');
  stage.tick(30_000);
  const then = explainedBy(rebuilderOf(diskOf(stage.run.journal)), 'call-1', 18);
  return [waits, told('call-1'), jsonOf(then)];
}

function jsonOf(explanation: Explanation): string {
  return JSON.stringify(JSON.parse(encodeJson('Ok', { explanation })), undefined, 2);
}

t.test('[EXP2, EXP4, EXP6] the answers on the page are the router’s', async (t) => {
  let text = readFileSync(PATH, 'utf8');
  const samples = answers(text);
  let count = 0;
  if (CORDBOARD_WRITE === '1') {
    text = text.replace(/^```json\n.*?^```/gms, () => `\`\`\`json\n${samples[count++]}\n\`\`\``);
    writeFileSync(PATH, text);
  }
  t.equal([...text.matchAll(/^```json\n/gm)].length, samples.length);
  for (const sample of samples) t.ok(text.includes(`\`\`\`json\n${sample}\n\`\`\``), 'CORDBOARD_WRITE=1 puts it there');
});
