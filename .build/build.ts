/**
 * Builds dist/: the generated schema, the compiled sources beside it, the bin made executable.
 *
 * 1. Nothing is touched when no input changed, so that a router that runs from dist/ is not disturbed.
 * 2. What no source stands behind any more is removed from dist/.
 * 3. A type error fails the build and leaves the former dist/ as it was.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { generate } from './generate.ts';
import { isFresh, listFiles, stampOf } from './stamp.ts';

const OUT_DIR = 'dist';
const STAMP_FILE = `${OUT_DIR}/.stamp`;
const BIN = `${OUT_DIR}/main.js`;

/** The files of dist/ that the sources stand for; assets are everything in src/ that is not compiled. */
function plan(): { sources: string[]; assets: string[]; expected: Set<string> } {
  const all = listFiles('src/**/*');
  const assets = all.filter((path) => !path.endsWith('.ts') || path.endsWith('.d.ts'));
  const sources = all.filter((path) => !assets.includes(path));
  const compiled = sources.map(outputOf).flatMap((path) => {
    const stem = path.slice(0, -'.ts'.length);
    return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`];
  });
  return { sources, assets, expected: new Set([...compiled, ...assets.map(outputOf)]) };
}

function outputOf(path: string): string {
  return OUT_DIR + path.slice('src'.length);
}

/** Brings dist/ up to date; true if it had to. */
export async function build(): Promise<boolean> {
  await generate();
  const { sources, assets, expected } = plan();
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json', ...listFiles('.build/*.ts')];
  const stamp = stampOf([...settings, ...sources, ...assets]);
  if (isFresh(STAMP_FILE, stamp, [...expected])) return false;

  rmSync(STAMP_FILE, { force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  for (const asset of assets) {
    mkdirSync(dirname(outputOf(asset)), { recursive: true });
    copyFileSync(asset, outputOf(asset));
  }
  for (const path of listFiles(`${OUT_DIR}/**/*`)) if (!expected.has(path)) rmSync(path);
  if (existsSync(BIN)) chmodSync(BIN, 0o755);
  writeFileSync(STAMP_FILE, stamp);
  return true;
}

if (import.meta.main) {
  process.chdir(join(import.meta.dirname, '..'));
  try {
    if (await build()) console.error(`built ${OUT_DIR}/`);
  } catch (error) {
    // The compiler has already said what is wrong; anything else is a fault worth its trace.
    if (!(error instanceof Error && 'status' in error)) throw error;
    console.error(`${basename(import.meta.filename)}: the sources do not compile`);
    process.exitCode = 1;
  }
}
