// docs/POLICY.md, "Blending": its policy has neither faults nor warnings, and its table says what an agent is offered under it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { Stage } from '../core/oracle/stage.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/POLICY.md'), 'utf8');
const SECTION = TEXT.split(/^(?=## )/m).find((part) => part.startsWith('## Blending\n')) ?? '';

function policyOf(yaml: string): ResolvedPolicy {
  const parsed = parsePolicy(yaml);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  if (parsed.warnings.length > 0) throw new Error(JSON.stringify(parsed.warnings));
  return parsed.policy;
}

const POLICY = policyOf(/```yaml\n(.*?)```/s.exec(SECTION)?.[1] ?? '');
const [HEAD = [], , ...ROWS] = [...SECTION.matchAll(/^\| (.*) \|$|^\|---.*$/gm)].map(([, cells = '']) =>
  cells.split(' | '),
);

/** `2 chat, 1 voice` → chat, chat, voice. */
function channelsOf(holding: string): string[] {
  if (holding === 'nothing') return [];
  return holding.split(', ').flatMap((part) => {
    const [count, channel = ''] = part.split(' ');
    return Array.from({ length: Number(count) }, () => channel);
  });
}

/** Whether an agent who was given these, in this order, is offered another. */
function isOffered(held: readonly string[], next: string): boolean {
  const stage = new Stage(POLICY);
  stage.works('a1');
  for (const [index, channel] of held.entries()) stage.answered(`h${index}`, { channel, queue: 'all' });
  stage.submit('next', { channel: next, queue: 'all' });
  return stage.state('next') === 'OFFERED';
}

t.test('[BLD1, BLD2, ROOM2] what an agent is offered beside what it holds', async (t) => {
  t.ok(ROWS.length >= 10, 'the table was found');
  t.strictSame(HEAD.slice(1), Object.keys(POLICY.channels));
  for (const [holding = '', ...cells] of ROWS) {
    for (const [index, cell] of cells.entries()) {
      const next = HEAD[index + 1] ?? '';
      t.equal(isOffered(channelsOf(holding), next) ? 'yes' : '–', cell, `${holding}: ${next}`);
    }
  }
});
