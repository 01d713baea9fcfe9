// House rules about what stands inside a file: purity, size, header, words, environment, leftovers, switched-off tests.
//
// 1. Every rule takes the files and returns faults; it reads nothing else.
// 2. Where a rule may be broken on purpose, the way to do it is said in its fault.
import { stripTypeScriptTypes } from 'node:module';
import { type Node, parse } from 'acorn';
import { type Fault, faultsOf, type SourceText } from './source-text.ts';

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

/** What a pure module may not name, and why. Properties of that name (`x.process`) and object keys are not meant. */
const IMPURE: readonly [names: string, why: string][] = [
  ['Date|performance', 'time enters with commands'],
  ['setTimeout|setInterval|setImmediate|queueMicrotask', 'deadlines are data here'],
  ['process|console|require|globalThis|fetch|Buffer|crypto', 'no I/O and no platform here'],
  ['Promise|async|await', 'everything here is synchronous'],
];

/** Files that are not pure although they live in a pure folder, with the reason. */
const PURITY_EXCEPTIONS: readonly string[] = [
  'src/lib/sibling-module.ts', // knows URLs of modules, which is what it is for
];

/** [pure] src/core and src/lib have no clock, randomness, I/O or async. Packages and node: modules: see import-rules. */
export function purity(files: readonly SourceText[]): Fault[] {
  const pure = files.filter((file) => /^src\/(core|lib)\//.test(file.path) && !PURITY_EXCEPTIONS.includes(file.path));
  return pure.flatMap((file) => [
    ...IMPURE.flatMap(([names, why]) => {
      const pattern = new RegExp(`(?<![.\\w$#'])(?:${names})(?![\\w$]|\\s*\\??:(?!:))`, 'g');
      return faultsOf(file, 'code', pattern, (match) => `${match[0]} in a pure module: ${why}`);
    }),
    ...faultsOf(
      file,
      'code',
      /\bMath\s*\.\s*random\b/g,
      () => 'Math.random in a pure module: take a generator as input',
    ),
  ]);
}

/** [file size] */
export function fileSize(files: readonly SourceText[]): Fault[] {
  return files.flatMap((file) => {
    const lineCount = file.text.trimEnd().split('\n').length;
    if (lineCount <= FILE_LINES_MAX) return [];
    const message = `${lineCount} lines, at most ${FILE_LINES_MAX}: find the missing noun`;
    return [{ path: file.path, line: FILE_LINES_MAX + 1, message }];
  });
}

/** [function size] Counted from the line of `function`, of the method's name or of the arrow's parameters to its last brace. */
export function functionSize(files: readonly SourceText[]): Fault[] {
  return files.flatMap((file) => {
    const faults: Fault[] = [];
    const program = parseStripped(file);
    if (typeof program === 'string') return [{ path: file.path, line: 1, message: `does not parse: ${program}` }];
    visit(program, (node) => {
      if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
      const first = file.lineAt(node.start);
      const lineCount = file.lineAt(node.end) - first + 1;
      if (lineCount <= FUNCTION_LINES_MAX) return;
      const message = `a function of ${lineCount} lines, at most ${FUNCTION_LINES_MAX}: find the missing noun`;
      faults.push({ path: file.path, line: first, message });
    });
    return faults;
  });
}

/** The syntax tree with types blanked, offsets being those of the text; or what is wrong with the syntax. */
function parseStripped(file: SourceText): Node | string {
  try {
    const stripped = stripTypeScriptTypes(file.text);
    return parse(stripped, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
  } catch (error) {
    return String(error).split('\n', 1)[0] ?? '';
  }
}

/** Calls back for a node and all that it contains, in the order of the text. */
function visit(node: Node, seen: (node: Node) => void): void {
  seen(node);
  for (const child of Object.values(node).flat()) {
    if (isNode(child)) visit(child, seen);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** [header] A source file opens with a comment that says what lives there. */
export function header(files: readonly SourceText[]): Fault[] {
  return files
    .filter((file) => !/^(?:#!.*\n)?\s*(?:\/\/|\/\*)/.test(file.text))
    .map((file) => ({
      path: file.path,
      line: 1,
      message: 'a file opens with a comment: what lives here, its invariants',
    }));
}

/** [file names] Kebab-case. */
export function fileNames(files: readonly SourceText[]): Fault[] {
  return files
    .filter((file) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.(?:ts|proto)$/.test(file.path.split('/').at(-1) ?? ''))
    .map((file) => ({ path: file.path, line: 1, message: 'file names are kebab-case' }));
}

/** The glossary's "not" column, as far as a word has no other honest meaning here. */
const BANNED_WORDS: Readonly<Record<string, string>> = {
  reservation: 'offer',
  ticket: 'contact',
  bullseye: 'relaxation',
  operator: 'agent',
  priority: 'tier, head start or rank',
  acw: 'wrap-up',
};

/** [words] Words that the glossary replaced are no names, nor parts of names, in src/ and proto/; rxjs's type names may stay, and what Node calls the rank of a process. */
export function words(files: readonly SourceText[]): Fault[] {
  return files.flatMap((file) =>
    faultsOf(file, 'code', /\b(?!\w*OperatorFunction\b|setPriority\b)[A-Za-z$_][\w$]*/g, (match) => {
      const parts = match[0].split(/[_$\d]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
      const found = parts.map((part) => part.toLowerCase().replace(/(?:ies|s)$/, (end) => (end === 'ies' ? 'y' : '')));
      const banned = found.find((part) => Object.hasOwn(BANNED_WORDS, part));
      return banned === undefined ? '' : `${match[0]}: the glossary's word is ${BANNED_WORDS[banned]}`;
    }).filter((fault) => fault.message !== ''),
  );
}

/** [environment] Only the configuration reads the environment. */
export function environment(files: readonly SourceText[]): Fault[] {
  const pattern = /\bprocess\s*\??\.\s*env\b|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](?:node:)?process['"]/g;
  return files
    .filter((file) => file.area !== 'config')
    .flatMap((file) => faultsOf(file, 'codeAndLiterals', pattern, () => 'only src/config reads the environment'));
}

/** [leftovers] No work is left for later inside a file. The words are put together here so as not to find themselves. */
export function leftovers(files: readonly SourceText[]): Fault[] {
  const pattern = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`, 'g');
  return files.flatMap((file) => faultsOf(file, 'text', pattern, (match) => `${match[0]}: finish it or open an issue`));
}

/** [switched off] A test is skipped, postponed or run alone only with the reason in a comment, there or on the line before. */
export function switchedOff(files: readonly SourceText[]): Fault[] {
  const pattern = /\.(?:skip|todo|only)\s*\(|\b(?:skip|todo|only)\s*:\s*true\b/g;
  return files
    .filter((file) => file.path.startsWith('test/'))
    .flatMap((file) => {
      const lines = file.text.split('\n');
      const hasReason = (line: number): boolean => /\/\/ \S/.test(`${lines[line - 2]}\n${lines[line - 1]}`);
      return faultsOf(file, 'code', pattern, () => 'a test is switched off without a reason in a comment').filter(
        (fault) => !hasReason(fault.line),
      );
    });
}
