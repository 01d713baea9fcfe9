// Each house rule catches what it is for, at the right line, and lets pass what it must.
import t from 'tap';
import * as code from './code-rules.ts';
import * as imports from './import-rules.ts';
import { type Fault, SourceText } from './source-text.ts';
import * as spec from './spec-rules.ts';

type Rule = (files: readonly SourceText[]) => Fault[];

/** A case: files by path, and the faults expected as `path:line` followed by a piece of the message. */
type Case = readonly [rule: Rule, files: Readonly<Record<string, string>>, expected: readonly string[]];

const LONG_BODY = '  a();\n'.repeat(69);

const CASES: Readonly<Record<string, Case>> = {
  'a lower folder imports a higher one': [
    imports.importDirection,
    { 'src/core/a.ts': `import { x } from '../lib/x.ts';\nimport type { y } from '../engine/y.ts';` },
    ['src/core/a.ts:2 core may not import src/engine/y.ts'],
  ],
  'an import over several lines counts at its end': [
    imports.importDirection,
    { 'src/lib/a.ts': `import {\n  x,\n  type y,\n} from '../core/x.ts';` },
    ['src/lib/a.ts:4 lib may not import'],
  ],
  'the edge knows types of the port only': [
    imports.importDirection,
    {
      'src/edge/a.ts': `import type { Port } from '../engine/port.ts';\nimport type { E } from '../engine/engine.ts';`,
      'src/edge/b.ts': `import { Port } from '../engine/port.ts';`,
    },
    ['src/edge/a.ts:2 edge may not import src/engine/engine.ts', 'src/edge/b.ts:1 edge may import only types'],
  ],
  'dynamic imports and modules started by their URL count': [
    imports.importDirection,
    { 'src/journal/a.ts': `await import('../core/x.ts');\nsiblingModule(import.meta.url, '../wire/y');` },
    [
      'src/journal/a.ts:1 journal may not import src/core/x.ts',
      'src/journal/a.ts:2 journal may not import src/wire/y.ts',
    ],
  ],
  'packages: none in the core, only node: in the journal': [
    imports.importDirection,
    {
      'src/core/a.ts': `import { Subject } from 'rxjs';\nimport 'node:fs';`,
      'src/journal/a.ts': `import 'node:sqlite';\nimport { pino } from 'pino';`,
    },
    [
      'src/core/a.ts:1 core may import no packages',
      'src/core/a.ts:2 core',
      "src/journal/a.ts:2 journal may import only node: modules: 'pino'",
    ],
  ],
  'a folder without a place in the order': [
    imports.importDirection,
    { 'src/drawer/a.ts': `import { x } from '../lib/x.ts';` },
    ['src/drawer/a.ts:1 src/drawer has no place'],
  ],
  'a cycle is told once; types make none': [
    imports.importCycles,
    {
      'src/core/a.ts': `import { b } from './b.ts';`,
      'src/core/b.ts': `\nimport { c } from './c.ts';`,
      'src/core/c.ts': `import { type D, d } from './d.ts';\nimport { a } from './a.ts';`,
      'src/core/d.ts': `import type { c } from './c.ts';`,
    },
    ['src/core/c.ts:2 cycle: src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts'],
  ],
  'an import of nothing': [
    imports.importTargets,
    { 'src/core/a.ts': `import { b } from './b.ts';\nsiblingModule(import.meta.url, './c');`, 'src/core/b.ts': '' },
    ['src/core/a.ts:2 there is no src/core/c.ts'],
  ],
  'a barrel by name or by content': [
    imports.barrels,
    {
      'src/core/index.ts': '',
      'src/core/a.ts': `export { b } from './b.ts';\nexport * from './c.ts';\nexport const from = 'x';`,
      'src/core/b.ts': 'export function from(a: string) {}\nconst x = { a };\nexport { x };',
    },
    ['src/core/index.ts:1 no index.ts', 'src/core/a.ts:1 no export', 'src/core/a.ts:2 no export'],
  ],
  'a default export': [
    imports.defaultExports,
    { 'src/core/a.ts': '// export default\nexport default 3;', 'src/core/b.ts': 'export { x as default };' },
    ['src/core/a.ts:2 no default', 'src/core/b.ts:1 no default'],
  ],
  'time, chance, platform and promises in a pure module': [
    code.purity,
    {
      'src/core/a.ts': 'const a = Date.now();\nnew Date();\nMath.random();\nsetTimeout(f, 1);\nprocess.exit();',
      'src/lib/b.ts': 'async function f() {}\ntype P = Promise<void>;\nconsole.log(1);',
    },
    [1, 2, 4, 5, 3]
      .map((line) => `src/core/a.ts:${line} `)
      .concat(['src/lib/b.ts:3', 'src/lib/b.ts:1', 'src/lib/b.ts:2']),
  ],
  'what only looks impure, or is elsewhere': [
    code.purity,
    {
      'src/core/a.ts':
        '// Date.now()\nconst x = { process: 1, async: true };\nx.process;\nupdateDate("Promise");\nMath.max(1);',
      'src/engine/a.ts': 'Date.now(); await x;',
    },
    [],
  ],
  'a file of 501 lines': [
    code.fileSize,
    { 'src/core/a.ts': 'a\n'.repeat(501), 'src/core/b.ts': 'a\n'.repeat(500) },
    ['src/core/a.ts:501 501 lines'],
  ],
  'a function of 71 lines, of any kind': [
    code.functionSize,
    {
      'src/core/a.ts': `function f(): void {\n${LONG_BODY}}`,
      'src/core/b.ts': `function f(): void {\n${LONG_BODY}a();}`.replace('{\n', '{'),
      'src/core/c.ts': `type A = 'x';\nclass C {\n  m(a: A): void {\n${LONG_BODY}}\n}`,
      'src/core/d.ts': `interface I {\n  /** a */\n  a: 1;\n}\nconst f = (): I => {\n${LONG_BODY}};`,
    },
    ['src/core/a.ts:1 a function of 71', 'src/core/c.ts:3 a function of 71', 'src/core/d.ts:5 a function of 71'],
  ],
  'a file that does not parse': [
    code.functionSize,
    { 'src/core/a.ts': 'enum A { B }' },
    ['src/core/a.ts:1 does not parse'],
  ],
  'a file without a header': [
    code.header,
    {
      'src/core/a.ts': 'const a = 1;\n// late',
      'src/core/b.ts': '#!/usr/bin/env node\n// b',
      'src/core/c.ts': '\n/** c */',
    },
    ['src/core/a.ts:1 a file opens'],
  ],
  'a file name that is not kebab-case': [
    code.fileNames,
    { 'src/core/aB.ts': '', 'src/core/a_b.ts': '', 'src/core/a-2.ts': '', 'test/core/a-b.test.ts': '' },
    ['src/core/aB.ts:1', 'src/core/a_b.ts:1'],
  ],
  'words that the glossary replaced': [
    code.words,
    {
      'src/core/a.ts': `const ticketId = 1;\ninterface Priority {}\n// priority\nconst x = 'priority';\nfunction toACW() {}`,
      'src/core/b.ts': 'let operators: OperatorFunction<A, B>;\nconst prioritise = cooperate;',
      'proto/a.proto': 'message A {\n  string home_priorities = 1; // ticket\n}',
    },
    [1, 2, 5]
      .map((line) => `src/core/a.ts:${line} `)
      .concat('src/core/b.ts:1 operators: the glossary', 'proto/a.proto:2 '),
  ],
  'the environment read outside the configuration': [
    code.environment,
    {
      'src/edge/a.ts': `process.env.X;\nimport { env } from 'node:process';\n// process.env`,
      'src/config.ts': 'process.env;',
      'src/config/x.ts': 'process.env;',
    },
    ['src/edge/a.ts:1 only', 'src/edge/a.ts:2 only'],
  ],
  'work left for later, in comments too': [
    code.leftovers,
    { 'src/core/a.ts': `a;\n// TO${'DO'}: b`, 'docs/a.md': `FIX${'ME'}`, 'src/core/b.ts': 'const hackneyed = todos;' },
    ['src/core/a.ts:2 ', 'docs/a.md:1 '],
  ],
  'a test switched off without a reason': [
    code.switchedOff,
    {
      'test/a.test.ts': `t.skip('x');\n// Needs two machines.\nt.todo('y');\nt.test('z', { skip: true });`,
      'test/b.test.ts': `t.only('x'); // while that is so\nt.test('y', { skip: why });\nlist.skip;`,
    },
    ['test/a.test.ts:1 ', 'test/a.test.ts:4 '],
  ],
};

for (const [name, [rule, files, expected]] of Object.entries(CASES)) {
  t.test(name, async (t) => {
    const faults = rule(Object.entries(files).map(([path, text]) => new SourceText(path, text)));
    const found = faults.map(({ path, line, message }) => `${path}:${line} ${message}`);
    t.equal(found.length, expected.length, found.join('\n'));
    for (const [index, start] of expected.entries())
      t.ok(found[index]?.startsWith(start), `${found[index]} ⊃ ${start}`);
  });
}

t.test('the rules of the specification, their ids and their tests', async (t) => {
  const text =
    '# Words\n\n* [AB1] one\n- [AB2] two, see [AB1]\n  * **[ABCD12] three**\n* [AB1] again\nno [AB3] item\n* [ABCDE1] no id';
  t.strictSame(
    spec.rulesOf(text).map(({ id, line }) => `${id}:${line}`),
    ['AB1:3', 'AB2:4', 'ABCD12:5', 'AB1:6'],
  );
  t.match(spec.definedOnce(text), [{ path: 'docs/SPEC.md', line: 6, message: '[AB1] is defined in line 3 already' }]);
  t.equal(spec.definedOnce(text).length, 1);
  const files = [
    new SourceText('test/a.test.ts', "// [AB2]\nt.test('[AB1, AB9] x', f);\nx[AB7];"),
    new SourceText('test/helper.ts', '// [ABCD12]'),
  ];
  t.match(spec.citationsExist(text, files), [{ path: 'test/a.test.ts', line: 2, message: /^\[AB9\] is cited/ }]);
  t.equal(spec.citationsExist(text, files).length, 1);
  t.match(spec.rulesAreTested(text, files), [{ line: 5, message: '[ABCD12] is cited by no test' }]);
  t.equal(spec.rulesAreTested(text, files).length, 1);
});
