// Every key of scenario files as Markdown, as it stands in docs/SIMULATOR.md. Run by itself it prints the tables.
import { scenarioSchema } from '../../src/config/scenario-schema.ts';
import type { Spec } from '../../src/config/spec.ts';
import { REFERENCE_HEAD, rowsOf } from './policy-reference.ts';

/** The table of all keys; policies and distributions are told elsewhere. */
export function scenarioReference(): string {
  const cut = (key: string, { kind, range }: Spec<unknown>): string | undefined => {
    if (key === 'policy') return 'an object';
    if (kind !== 'an object with one key') return undefined;
    return `a distribution${range.endsWith(', none') ? ', or `none`' : ''}`;
  };
  return [...REFERENCE_HEAD, ...rowsOf('', scenarioSchema, cut)].join('\n');
}

/** The table of distributions. */
export function distributionReference(): string {
  return [...REFERENCE_HEAD, ...rowsOf('', handleSpec())].join('\n');
}

function handleSpec(): Spec<unknown> {
  const way = ['traffic', '[]', 'handle'];
  const spec = way.reduce<Spec<unknown> | undefined>(
    (outer, step) => outer?.inside.find(([name]) => name === step)?.[1],
    scenarioSchema,
  );
  if (spec === undefined) throw new Error('a traffic has a handle time');
  return spec;
}

if (import.meta.main) process.stdout.write(`${scenarioReference()}\n\n${distributionReference()}\n`);
