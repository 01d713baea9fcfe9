// What comes of the scenario in docs/SIMULATOR.md, as it stands there. Run by itself it prints both blocks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textTable } from '../../src/lib/text-table.ts';
import { compare } from '../../src/sim/compare.ts';
import { compareTables, type Side } from '../../src/sim/compare-table.ts';
import { reportTable } from '../../src/sim/report-table.ts';
import { type BatchedReport, simulateWithBatches } from '../../src/sim/simulate.ts';
import { goodScenario } from './scenario-texts.ts';

export const SIMULATOR_PAGE = readFileSync(join(import.meta.dirname, '../../docs/SIMULATOR.md'), 'utf8');

/** The page's code blocks of a language, in order. */
export function blocksOf(language: string): string[] {
  return [...SIMULATOR_PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );
}

/** The report without its first line, and the first table of the comparison with two more agents by day. */
export async function samples(): Promise<[report: string, comparison: string]> {
  const [monday = ''] = blocksOf('yaml');
  const more = monday.replace('id: day, count: 5', 'id: day, count: 7');
  const [a, first] = await run(monday);
  const [b, second] = await run(more);
  const table = reportTable(a.report, a.groups);
  const [gold] = compareTables(a, b, compare(first, second));
  if (gold === undefined) throw new Error('both have a traffic');
  return [table.slice(table.indexOf('\n\n') + 2), `${textTable(gold).join('\n')}\n`];
}

async function run(text: string): Promise<[Side, BatchedReport]> {
  const { scenario, warnings } = await goodScenario(text);
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings));
  const run = simulateWithBatches(scenario, { seed: 1 });
  return [{ name: '', report: run.report, groups: scenario.agents }, run];
}

if (import.meta.main) process.stdout.write((await samples()).join('\n'));
