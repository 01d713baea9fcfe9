// How a module that is started by URL is found from the sources and from the compiled files alike.
import { existsSync } from 'node:fs';
import t from 'tap';
import { siblingModule } from '../../src/lib/sibling-module.ts';

t.test('a sibling has the extension that its importer has', async (t) => {
  const cases: [importer: string, stem: string, expected: string][] = [
    ['file:///app/src/journal/sqlite.ts', './sqlite-worker', 'file:///app/src/journal/sqlite-worker.ts'],
    ['file:///app/dist/journal/sqlite.js', './sqlite-worker', 'file:///app/dist/journal/sqlite-worker.js'],
    ['file:///app/dist/cli/demo.js', '../client/load', 'file:///app/dist/client/load.js'],
    ['file:///app/src/a.ts?version=3', './b', 'file:///app/src/b.ts'],
    ['file:///a%20b/src/a.ts', './b', 'file:///a%20b/src/b.ts'],
  ];
  for (const [importer, stem, expected] of cases) t.equal(siblingModule(importer, stem).href, expected, importer);
});

t.test('it finds a module that is really there', async (t) => {
  t.ok(existsSync(siblingModule(import.meta.url, './assert.test')));
});
