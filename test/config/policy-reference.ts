// Every key of policy files as Markdown, as it stands in docs/OPERATIONS.md under "Policy files". Run by itself it prints the table.
import { policySchema } from '../../src/config/policy-schema.ts';
import type { Spec } from '../../src/config/spec.ts';

/** The table of all keys, those of an object before those inside of it. */
export function policyReference(): string {
  return ['| key | is | default | what |', '|---|---|---|---|', ...rowsOf('', policySchema)].join('\n');
}

function rowsOf(path: string, { inside }: Spec<unknown>): string[] {
  return inside.flatMap(([step, spec]) => {
    const here = step === '[]' ? `${path}[]` : path === '' ? step : `${path}.${step}`;
    const isObject = spec.kind === 'an object';
    const is = isObject ? 'an object' : `${spec.kind}: ${spec.range}`;
    const standard =
      spec.fallbackText !== '' ? `\`${spec.fallbackText}\`` : spec.fallback === undefined ? 'required' : '–';
    // Names and items of lists are there as often as one likes: nothing stands for one that is not.
    const isOneOfMany = step === 'NAME' || step === '[]';
    return [`| \`${here}\` | ${is} | ${isOneOfMany ? '–' : standard} | ${spec.about} |`, ...rowsOf(here, spec)];
  });
}

if (import.meta.main) process.stdout.write(`${policyReference()}\n`);
