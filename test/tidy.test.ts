// The house rules as a test. What each rule means stands beside it in test/tidy/; here they are run over the tree.
// That each catches what it is for is shown in test/tidy/*.test.ts.
//
// 1. Every fault names file, line and rule.
// 2. Citations in this file and in test/tidy/ are samples: they are not counted.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import * as code from './tidy/code-rules.ts';
import * as imports from './tidy/import-rules.ts';
import { type Fault, SourceText } from './tidy/source-text.ts';
import * as spec from './tidy/spec-rules.ts';

const ROOT = join(import.meta.dirname, '..');

function load(...patterns: string[]): SourceText[] {
  return globSync(patterns, { cwd: ROOT })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('src/wire/generated/'))
    .sort()
    .map((path) => new SourceText(path, readFileSync(join(ROOT, path), 'utf8')));
}

const SOURCES = load('src/**/*.ts');
const PROTOS = load('proto/**/*.proto');
const TESTS = load('test/**/*.ts');
const HELPERS = load('bench/**/*.ts', '.build/*.ts');
const TYPESCRIPT = [...SOURCES, ...TESTS, ...HELPERS];
const DOCUMENTS = load('*.md', 'docs/**/*.md');

function report(t: Test, faults: readonly Fault[], fileCount: number): void {
  for (const { path, line, message } of faults) t.fail(`${path}:${line} ${message}`);
  if (faults.length === 0) t.pass(`${fileCount} files`);
}

const RULES: readonly [name: string, rule: (files: readonly SourceText[]) => Fault[], files: readonly SourceText[]][] =
  [
    ['imports go one way between the folders of src/', imports.importDirection, SOURCES],
    ['no file imports itself through others', imports.importCycles, SOURCES],
    ['what is imported or started by its URL exists', imports.importTargets, TYPESCRIPT],
    ['no barrel files', imports.barrels, TYPESCRIPT],
    ['no default exports', imports.defaultExports, TYPESCRIPT],
    ['core and lib are pure', code.purity, SOURCES],
    ['a file has at most 500 lines', code.fileSize, [...TYPESCRIPT, ...PROTOS]],
    ['a function has at most 70 lines', code.functionSize, TYPESCRIPT],
    ['a source file opens with a comment', code.header, [...SOURCES, ...PROTOS, ...HELPERS]],
    ['file names are kebab-case', code.fileNames, [...TYPESCRIPT, ...PROTOS]],
    ['names use the words of the glossary', code.words, [...SOURCES, ...PROTOS]],
    ['only the configuration reads the environment', code.environment, SOURCES],
    ['nothing is left for later', code.leftovers, [...TYPESCRIPT, ...PROTOS, ...DOCUMENTS]],
    ['no test is switched off without a reason', code.switchedOff, TESTS],
  ];

for (const [name, rule, files] of RULES) {
  t.test(`house rule: ${name}`, async (t) => report(t, rule(files), files.length));
}

t.test(`house rule: every rule of ${spec.SPEC_PATH} has one id and a test, and every citation a rule`, async (t) => {
  const path = join(ROOT, spec.SPEC_PATH);
  if (!existsSync(path)) {
    t.fail(`${spec.SPEC_PATH}:1 there is no ${spec.SPEC_PATH}: the rules that tests cite are defined there`);
    return;
  }
  const text = readFileSync(path, 'utf8');
  const citing = TYPESCRIPT.filter((file) => !file.path.startsWith('test/tidy'));
  t.ok(spec.rulesOf(text).length > 0, `${spec.SPEC_PATH} defines rules, such as "* [OFF4] an expired offer …"`);
  report(t, spec.definedOnce(text), 1);
  report(t, spec.citationsExist(text, citing), citing.length);
  report(t, spec.rulesAreTested(text, citing), citing.length);
});
