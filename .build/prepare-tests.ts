/**
 * What must be there before tap runs: the generated schema, and tap's own build of its plugin set, without which the first
 * run after an install would still load tap's TypeScript loader and find no tests. That build lies inside node_modules, and
 * so does its stamp: a fresh install takes both away.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from './generate.ts';
import { isFresh, stampOf } from './stamp.ts';

const PLUGINS_DIR = 'node_modules/@tapjs/test/test-built';
const STAMP_FILE = `${PLUGINS_DIR}/.stamp`;

/** Builds tap's plugin set again if its settings or its version changed. */
function buildTapPlugins(): void {
  const stamp = stampOf(['.taprc', 'node_modules/tap/package.json', 'node_modules/@tapjs/test/package.json']);
  if (isFresh(STAMP_FILE, stamp, [`${PLUGINS_DIR}/node_modules`])) return;
  execFileSync(process.execPath, ['node_modules/tap/dist/esm/run.mjs', 'build'], { stdio: 'inherit' });
  writeFileSync(STAMP_FILE, stamp);
}

process.chdir(join(import.meta.dirname, '..'));
await generate();
buildTapPlugins();
