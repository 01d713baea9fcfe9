// Reads scenarios from texts in memory, as if each were a file beside the first.
import type { ParsedScenario, ScenarioResult } from '../../src/config/scenario-file.ts';
import { readScenario } from '../../src/config/scenario-file.ts';

/** Reads the scenario; `files`: texts by path as the scenario's folder (`plans/`) has them. */
export function scenarioOf(text: string, files: Readonly<Record<string, string>> = {}): Promise<ScenarioResult> {
  const all: Readonly<Record<string, string>> = { 'plans/s.yaml': text, ...files };
  return readScenario('plans/s.yaml', async (path) => {
    const found = all[path];
    return found === undefined ? { failure: `cannot read ${path}` } : { text: found };
  });
}

/** The same, for a scenario that holds. */
export async function goodScenario(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<ParsedScenario> {
  const result = await scenarioOf(text, files);
  if ('scenario' in result) return result;
  throw new Error(JSON.stringify(result));
}

/** Its faults as `FILE:LINE:COLUMN path: message`, without the file where it is the scenario's own. */
export async function faultsOf(text: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const result = await scenarioOf(text, files);
  if ('failure' in result) return [result.failure];
  if (!('faults' in result)) return [];
  return result.faults.map(
    ({ file, line, column, path, message }) =>
      `${file === 'plans/s.yaml' ? '' : `${file}:`}${line}:${column} ${path}: ${message}`,
  );
}
