// House rules about imports: which folder may know which, no cycles, no barrels, no default exports.
//
// 1. A folder that the table does not name may import nothing and be imported by nothing: it has to be given its place here.
// 2. Imports of types count for direction like any other, except where the table says `types`. They make no cycle: records that
//    refer to each other (an agent's contacts, a contact's agent) do so in types, and `import type` is gone when the code runs.
// 3. A module that is started by its URL (`siblingModule`) counts for direction and must exist; it cannot make a cycle.
import { posix } from 'node:path';
import { type Fault, faultsOf, matchesOf, type SourceText } from './source-text.ts';

/** What a folder may import besides itself: other folders whole, or, after `types`, only types of single files or folders. */
interface Reach {
  readonly from: readonly string[];
  readonly types?: readonly string[];
  /** Packages: none, only Node's own modules, or any. */
  readonly packages: 'none' | 'node' | 'any';
}

const EVERYTHING = ['lib', 'core', 'hours', 'journal', 'wire', 'metrics', 'engine', 'config', 'edge', 'client', 'sim'];

/** lib ← core ← {journal, wire, metrics} ← engine ← edge ← cli ← main; the journal sees bytes only. */
export const REACH: Readonly<Record<string, Reach>> = {
  lib: { from: [], packages: 'none' },
  core: { from: ['lib'], packages: 'none' },
  hours: { from: ['lib', 'core'], packages: 'any' },
  journal: { from: ['lib'], packages: 'node' },
  wire: { from: ['lib', 'core'], packages: 'any' },
  config: { from: ['lib', 'core', 'hours', 'wire'], types: ['src/sim/scenario.ts'], packages: 'any' },
  metrics: { from: ['lib', 'core'], types: ['src/engine/port.ts'], packages: 'any' },
  engine: { from: ['lib', 'core', 'hours', 'journal', 'wire', 'metrics'], packages: 'any' },
  edge: { from: ['lib', 'core', 'wire', 'metrics', 'config'], types: ['src/engine/port.ts'], packages: 'any' },
  sim: { from: ['lib', 'core', 'hours', 'journal', 'wire', 'engine'], packages: 'none' },
  client: { from: ['lib', 'wire'], types: ['src/core/'], packages: 'any' },
  cli: { from: EVERYTHING, packages: 'any' },
  main: { from: ['cli'], packages: 'none' },
};

/** One import, export-from, dynamic import or sibling module of a file. */
interface Link {
  readonly specifier: string;
  /** The file it means, relative to the project; undefined for packages. */
  readonly target: string | undefined;
  readonly line: number;
  readonly kind: 'value' | 'types' | 'sibling';
}

const STATIC = /^[ \t]*(import|export)\b(\s+type\b(?!\s*,|\s+from\b))?(?:[\w\s{},*$]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\s*\(\s*['"]([^'"\n]+)['"]\s*\)/g;
const SIBLING = /\bsiblingModule\s*\(\s*import\.meta\.url\s*,\s*['"]([^'"\n]+)['"]\s*\)/g;

/** Every link of a file, in the order of its kinds. */
export function linksOf(file: SourceText): Link[] {
  const resolve = (specifier: string): string | undefined =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : undefined;
  const link = (offset: number, specifier: string, kind: Link['kind']): Link => ({
    specifier,
    target: resolve(kind === 'sibling' ? `${specifier}.ts` : specifier),
    line: file.lineAt(offset),
    kind,
  });
  const find = (pattern: RegExp): RegExpExecArray[] => matchesOf(file, 'codeAndLiterals', pattern);
  return [
    ...find(STATIC).map((m) => link(m.index + m[0].length, m[3] ?? '', m[2] === undefined ? 'value' : 'types')),
    ...find(DYNAMIC).map((m) => link(m.index, m[1] ?? '', 'value')),
    ...find(SIBLING).map((m) => link(m.index, m[1] ?? '', 'sibling')),
  ];
}

/** [direction] Imports of src/ go one way. */
export function importDirection(files: readonly SourceText[]): Fault[] {
  return files
    .filter((file) => file.path.startsWith('src/'))
    .flatMap((file) =>
      linksOf(file).flatMap((link) => {
        const message = judge(file.area, link);
        return message === undefined ? [] : [{ path: file.path, line: link.line, message }];
      }),
    );
}

/** Why the folder may not have this link; undefined if it may. */
function judge(area: string, link: Link): string | undefined {
  const reach = REACH[area];
  if (reach === undefined) return `src/${area} has no place in the import order (test/tidy/import-rules.ts)`;
  const { target, specifier, kind } = link;
  if (target === undefined) return judgePackage(area, reach, specifier);
  if (!target.startsWith('src/')) return `${area} may not import ${specifier}, which is outside src/`;
  const targetArea = /^src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(target)?.[1] ?? '';
  if (targetArea === area || reach.from.includes(targetArea)) return undefined;
  if (!reach.types?.some((prefix) => target.startsWith(prefix))) {
    const known = [...reach.from, ...(reach.types ?? []).map((prefix) => `types of ${prefix}`)].join(', ');
    return `${area} may not import ${target}; it knows ${known || 'only itself'}`;
  }
  return kind === 'types' ? undefined : `${area} may import only types of ${target}: import type`;
}

function judgePackage(area: string, reach: Reach, specifier: string): string | undefined {
  if (reach.packages === 'any') return undefined;
  if (reach.packages === 'node' && specifier.startsWith('node:')) return undefined;
  const allowed = reach.packages === 'node' ? 'only node: modules' : 'no packages and no node: modules';
  return `${area} may import ${allowed}: '${specifier}'`;
}

/** [cycles] No file imports itself through others. Each cycle is told once, at its first file. */
export function importCycles(files: readonly SourceText[]): Fault[] {
  const byPath = new Map(files.filter((file) => file.path.startsWith('src/')).map((file) => [file.path, file]));
  const done = new Set<string>();
  const faults: Fault[] = [];
  const walk = (file: SourceText, trail: readonly string[]): void => {
    if (done.has(file.path)) return;
    const path = [...trail, file.path];
    for (const link of linksOf(file)) {
      const next = link.kind === 'value' ? byPath.get(link.target ?? '') : undefined;
      if (next === undefined) continue;
      const from = path.indexOf(next.path);
      if (from === -1) walk(next, path);
      else
        faults.push({
          path: file.path,
          line: link.line,
          message: `cycle: ${[...path.slice(from), next.path].join(' → ')}`,
        });
    }
    done.add(file.path);
  };
  for (const file of byPath.values()) walk(file, []);
  return faults;
}

/** [targets] A relative import names an existing file; this also covers modules that are started by their URL. */
export function importTargets(files: readonly SourceText[]): Fault[] {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) =>
    linksOf(file)
      .filter(({ target }) => target?.endsWith('.ts') && !known.has(target))
      .map(({ target, line }) => ({ path: file.path, line, message: `there is no ${target}` })),
  );
}

/** [barrels] No index.ts and nothing that only passes on what others export. */
export function barrels(files: readonly SourceText[]): Fault[] {
  return files.flatMap((file) => [
    ...(/(?:^|\/)index\.ts$/.test(file.path)
      ? [{ path: file.path, line: 1, message: 'no index.ts: name the noun' }]
      : []),
    ...faultsOf(
      file,
      'codeAndLiterals',
      /^[ \t]*export\b[\w\s{},*$]*?\bfrom\s*['"]/gm,
      () => 'no export … from: import from the source',
    ),
  ]);
}

/** [default] Named exports only, so that a thing has one name everywhere. */
export function defaultExports(files: readonly SourceText[]): Fault[] {
  const pattern = /\bexport\s+default\b|\bas\s+default\b/g;
  return files.flatMap((file) => faultsOf(file, 'code', pattern, () => 'no default export'));
}
