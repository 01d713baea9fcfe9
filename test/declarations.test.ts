// The package's declarations: a type that its sources check with, but that no declaration can name, fails the build and no check before it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..');

/** Compiles as `.build/build.ts` does, declarations only, into the folder. */
function declare(outDir: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  // What `bin/tsc` loads: that one has no extension, which loaders that a test runner preloads take for something else.
  const compiler = join(ROOT, 'node_modules/typescript/lib/tsc.js');
  const settings = [
    '-p',
    'tsconfig.build.json',
    '--emitDeclarationOnly',
    '--sourceMap',
    'false',
    '--inlineSources',
    'false',
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...settings, '--outDir', outDir], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({
        exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        output: stdout + stderr,
      }),
    );
  });
}

t.test('every type that is exported has a name that declarations can say', async (t) => {
  const outDir = t.testdir();
  const { exitCode, output } = await declare(outDir);
  t.equal(exitCode, 0, output);
  for (const entry of ['main', 'client/entry', 'wire/messages']) {
    t.ok(existsSync(join(outDir, `${entry}.d.ts`)), entry);
  }
});
