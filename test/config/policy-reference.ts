// Every key of policy files as Markdown, as it stands in docs/POLICY.md under "Every key". Run by itself it prints the table.
import { policySchema } from '../../src/config/policy-schema.ts';
import type { Spec } from '../../src/config/spec.ts';

/** The table of all keys, those of an object before those inside of it. */
export function policyReference(): string {
  return [...REFERENCE_HEAD, ...rowsOf('', policySchema)].join('\n');
}

export const REFERENCE_HEAD = ['| key | is | default | what |', '|---|---|---|---|'] as const;

/** The rows of what is inside; `cut`: what such a value is called where its keys are told elsewhere. */
export function rowsOf(
  path: string,
  { inside }: Spec<unknown>,
  cut: (key: string, spec: Spec<unknown>) => string | undefined = () => undefined,
): string[] {
  return inside.flatMap(([step, spec]) => {
    const here = step === '[]' ? `${path}[]` : path === '' ? step : `${path}.${step}`;
    const elsewhere = cut(here, spec);
    const isObject = spec.kind.startsWith('an object') && spec.kind !== 'an object by name';
    const is = elsewhere ?? (isObject ? spec.kind : `${spec.kind}: ${spec.range}`);
    const standard =
      spec.fallbackText !== '' ? `\`${spec.fallbackText}\`` : spec.fallback === undefined ? 'required' : '–';
    // Names and items of lists are there as often as one likes: nothing stands for one that is not.
    const isOneOfMany = step === 'NAME' || step === '[]';
    const row = `| \`${here}\` | ${is} | ${isOneOfMany ? '–' : standard} | ${spec.about} |`;
    return elsewhere === undefined ? [row, ...rowsOf(here, spec, cut)] : [row];
  });
}

if (import.meta.main) process.stdout.write(`${policyReference()}\n`);
