/**
 * What is wrong with a policy's text and where: the values that `cordboard check` prints and that a refused policy is
 * answered with.
 */

/** One fault. Lines and columns count from 1, columns in UTF-16 units; `path` is '' when the whole text is meant. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  /** As in `queues.billing.requires[0].all[1].level`. */
  readonly path: string;
  /** What was expected and what was found. */
  readonly message: string;
}

/** The way from the root to a value: names of keys and indexes of lists. */
export type PathSteps = readonly (string | number)[];

/** The text of a path; names that would be misread are quoted: `agents["a.b"].name`. */
export function pathText(steps: PathSteps): string {
  return steps.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[A-Za-z0-9_~-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** Faults in the order of the text. */
export function inTextOrder(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((left, right) => left.line - right.line || left.column - right.column);
}
