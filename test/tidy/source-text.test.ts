// The masks of a source text: what counts as code, as comment and as literal.
import t from 'tap';
import { SourceText } from './source-text.ts';

/** The mask without its blanks, so that a case can be read. */
function squeeze(mask: string): string {
  return mask.replaceAll(/\s+/g, ' ').trim();
}

const CASES: readonly [name: string, text: string, code: string, comments: string][] = [
  ['comments', 'a; // b\nc; /* d\n e */ f;', 'a; c; f;', '// b /* d e */'],
  ['a shebang', '#!/usr/bin/env node\na;', 'a;', '#!/usr/bin/env node'],
  ['quotes and what looks like a comment in them', `a('//b', "/*", 'it\\'s');`, 'a( , , );', `'//b' "/*" 'it\\'s'`],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is source text
  ['a template with code inside', 'a(`b ${c} d ${`e ${f}` + { g: {} }.h} i`); j;', 'a( c f + { g: {} }.h ); j;', ''],
  ['a regular expression', "a = /[/'\"]\\/'/g; b = c / d / e;", 'a = g; b = c / d / e;', ''],
  ['a division after a literal and after brackets', `a = 'b' / c; d = e[0] / f; g = (h) / i; // j`, '', `'b' // j`],
  ['a regular expression after return', 'return /`/.test(x);', 'return .test(x);', '/`/'],
];

for (const [name, text, code, comments] of CASES) {
  t.test(`masks: ${name}`, async (t) => {
    const source = new SourceText('src/lib/a.ts', text);
    if (code !== '') t.equal(squeeze(source.code), code);
    if (comments !== '') t.equal(squeeze(source.commentsAndLiterals), comments);
    for (const mask of [source.code, source.codeAndLiterals, source.commentsAndLiterals]) {
      t.equal(mask.length, text.length, 'offsets stay');
      t.equal(mask.split('\n').length, text.split('\n').length, 'lines stay');
    }
  });
}

t.test('an offset has a line, from 1', async (t) => {
  const source = new SourceText('src/lib/a.ts', 'a\nb\n\nc');
  t.strictSame(
    [0, 1, 2, 4, 5].map((offset) => source.lineAt(offset)),
    [1, 1, 2, 3, 4],
  );
});

t.test('a file belongs to the folder under src/', async (t) => {
  const paths = ['src/lib/a.ts', 'src/config.ts', 'src/config/b.ts', 'src/main.ts', 'src/wire/json/c.ts', 'test/d.ts'];
  t.strictSame(
    paths.map((path) => new SourceText(path, '').area),
    ['lib', 'config', 'config', 'main', 'wire', ''],
  );
});
