/**
 * Options of the command line: each said once (flag, variable, default, what is expected) and read from the flag, else
 * from the environment, else from the default.
 *
 * 1. The key of an option in its table names it everywhere: `maxPending` is `--max-pending` and CORDBOARD_MAX_PENDING.
 * 2. A value that is not what is expected is a fault that names where it came from; nothing is guessed or cut to size.
 * 3. A variable that is set to nothing counts as not set.
 */
import { parseDuration } from './duration.ts';

export interface Option<T> {
  /** What the value stands for in the help: `PORT`; '' for a flag that has none. */
  readonly argument: string;
  readonly about: string;
  /** What a value has to be: `a port, 0 to 65535`. */
  readonly expected: string;
  /** The text that an absent value stands for; undefined: there is none. */
  readonly fallback: string | undefined;
  /** Has to be given somewhere. */
  readonly required: boolean;
  /** Never on the command line, where every user of the machine could read it. */
  readonly environmentOnly: boolean;
  /** A variable that holds something else is another program's and is passed over. */
  readonly ignoresForeignValue: boolean;
  /** Undefined: the text is not what is expected. */
  read(text: string): T | undefined;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values that a table reads; without a default they may be undefined. */
export type OptionValues<O extends OptionTable> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** Values by the keys of the table, as the command line gave them; true: a flag without a value. */
export type GivenFlags = Readonly<Record<string, string | true | undefined>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export type OptionResult<O extends OptionTable> =
  | { readonly values: OptionValues<O> }
  | { readonly faults: readonly string[] };

/** `maxPending` → `--max-pending`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `maxPending` → `CORDBOARD_MAX_PENDING`. */
export function variableOf(key: string): string {
  return `CORDBOARD_${flagOf(key).slice(2).replaceAll('-', '_').toUpperCase()}`;
}

/** Reads every option of a table, or tells every fault. */
export function readOptions<O extends OptionTable>(
  table: O,
  given: GivenFlags,
  environment: Environment,
): OptionResult<O> {
  const faults: string[] = [];
  const entries = Object.entries(table).map(([key, option]): [string, unknown] => {
    const { text, from } = textOf(key, option, given, environment);
    if (text === undefined) {
      if (option.required) faults.push(`${from}: missing; expected ${option.expected}`);
      return [key, undefined];
    }
    const value = option.read(text);
    // A secret is not repeated, whatever is wrong with it.
    const found = option.environmentOnly ? '' : `, found ${JSON.stringify(text)}`;
    if (value === undefined) faults.push(`${from}: expected ${option.expected}${found}`);
    return [key, value];
  });
  // Each value was read by the option of its key, which the type says.
  return faults.length > 0 ? { faults } : { values: Object.freeze(Object.fromEntries(entries)) as OptionValues<O> };
}

function textOf(
  key: string,
  option: Option<unknown>,
  given: GivenFlags,
  environment: Environment,
): { text: string | undefined; from: string } {
  const onCommandLine = option.environmentOnly ? undefined : given[key];
  if (onCommandLine !== undefined) return { text: String(onCommandLine), from: flagOf(key) };
  const variable = environment[variableOf(key)];
  const isForeign = option.ignoresForeignValue && option.read(variable ?? '') === undefined;
  if (variable !== undefined && variable !== '' && !isForeign) return { text: variable, from: variableOf(key) };
  return { text: option.fallback, from: flagOf(key) };
}

/** What the makers below need to know of an option; the rest they know themselves. */
interface Terms {
  readonly argument?: string;
  readonly about: string;
}

function option<T>(terms: Partial<Option<T>> & Pick<Option<T>, 'argument' | 'about' | 'expected' | 'read'>): Option<T> {
  return { fallback: undefined, required: false, environmentOnly: false, ignoresForeignValue: false, ...terms };
}

/** Any text but the empty one. */
export function word({ argument = 'TEXT', about, fallback }: Terms & { readonly fallback: string }): Option<string> {
  return option({ argument, about, fallback, expected: 'a text', read: (text) => (text === '' ? undefined : text) });
}

/** A name or an id, which has to be given. */
export function id({ argument = 'ID', about }: Terms): Option<string> {
  return option({
    argument,
    about,
    required: true,
    expected: '1 to 128 letters, digits and . _ : ~ -',
    read: (text) => (/^[A-Za-z0-9._:~-]{1,128}$/.test(text) ? text : undefined),
  });
}

/** Yes if it is there. Its variable says `true` or `false`. */
export function flag({ about }: Pick<Terms, 'about'>): Option<boolean> {
  const meanings = new Map([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ]);
  const expected = 'true or false';
  return option({ argument: '', about, expected, fallback: 'false', read: (text) => meanings.get(text) });
}

/** As {@link word}, and it may be absent. */
export function optionalWord({ argument = 'TEXT', about }: Terms): Option<string | undefined> {
  return option({ argument, about, expected: 'a text', read: (text) => (text === '' ? undefined : text) });
}

/** A text that is not for the command line. */
export function secret({ about, bytesMin }: Terms & { readonly bytesMin: number }): Option<string | undefined> {
  return option({
    argument: 'TEXT',
    about,
    expected: `a text of at least ${bytesMin} bytes`,
    environmentOnly: true,
    read: (text) => (Buffer.byteLength(text.trim()) < bytesMin ? undefined : text),
  });
}

interface BoundedTerms extends Terms {
  readonly least: number;
  readonly most: number;
}

function readWhole(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

/** A whole number within bounds, both included. */
export function whole({
  argument = 'N',
  about,
  fallback,
  least,
  most,
}: BoundedTerms & { readonly fallback: string }): Option<number> {
  const expected = `a whole number from ${least} to ${most}`;
  return option({ argument, about, fallback, expected, read: (text) => readWhole(text, least, most) });
}

/** A port to listen on. Kubernetes sets variables of such names to addresses: those are not meant for us. */
export function port({ about, fallback }: Terms & { readonly fallback: string }): Option<number> {
  return option({
    argument: 'PORT',
    about,
    fallback,
    expected: 'a port, 0 to 65535 (0: any free one)',
    ignoresForeignValue: true,
    read: (text) => readWhole(text, 0, 65_535),
  });
}

/** Read as milliseconds. */
export function duration({
  about,
  fallback,
  least,
  most,
}: Terms & Record<'fallback' | 'least' | 'most', string>): Option<number> {
  return option({
    argument: 'DURATION',
    about,
    fallback,
    expected: `a duration from ${least} to ${most}, such as 20s, 5m, 2h or 3d`,
    read(text) {
      const ms = parseDuration(text);
      return ms !== undefined && ms >= (parseDuration(least) ?? 0) && ms <= (parseDuration(most) ?? 0) ? ms : undefined;
    },
  });
}

const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
]);

/** Read as bytes. */
export function size({ about, fallback }: Terms & { readonly fallback: string }): Option<number> {
  return option({
    argument: 'SIZE',
    about,
    fallback,
    expected: 'a size from 1MiB to 999999TiB, such as 500MiB, 20GiB or 1TiB',
    read(text) {
      const match = /^([1-9]\d{0,5})(MiB|GiB|TiB)$/.exec(text);
      return match === null ? undefined : Number(match[1]) * (UNIT_BYTES.get(match[2] ?? '') ?? Number.NaN);
    },
  });
}

/** One of a few words; it has to be given if it has no default. */
export function choice<const T extends string>({
  argument = 'WORD',
  about,
  fallback,
  of,
}: Terms & { readonly fallback?: NoInfer<T>; readonly of: readonly T[] }): Option<T> {
  const expected = `one of ${of.join(', ')}`;
  const required = fallback === undefined;
  return option({ argument, about, fallback, required, expected, read: (text) => of.find((item) => item === text) });
}

/** Texts, separated by commas, each of which must pass; none by default. */
export function list({
  argument = 'LIST',
  about,
  each,
  passes,
}: Terms & { readonly each: string; readonly passes: (item: string) => boolean }): Option<readonly string[]> {
  return option({
    argument,
    about,
    fallback: '',
    expected: `${each}, separated by commas`,
    read(text) {
      const items = text.split(',').map((item) => item.trim());
      const filled = items.filter((item) => item !== '');
      return filled.every(passes) ? filled : undefined;
    },
  });
}

/** An address that passes; it may be absent. */
export function url({
  about,
  expected,
  passes,
}: Terms & { readonly expected: string; readonly passes: (url: URL) => boolean }): Option<URL | undefined> {
  return option({
    argument: 'URL',
    about,
    expected,
    read(text) {
      if (!URL.canParse(text)) return undefined;
      const parsed = new URL(text);
      return passes(parsed) ? parsed : undefined;
    },
  });
}
