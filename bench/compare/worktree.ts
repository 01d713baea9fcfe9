/**
 * Another revision of this repository, checked out in a temporary folder and made ready to run.
 *
 * 1. It is a worktree of git's: detached, without hooks, and known to the repository only as long as it lives.
 * 2. Its packages are those of this tree, by a link, if both have the same package-lock.json; else it installs its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import { progress } from '../suite.ts';
import { type ProgramEnd, runProgram } from './program.ts';

const LOCK = 'package-lock.json';
const INSTALL = ['ci', '--no-audit', '--no-fund'];

/** The root of the repository that the current directory lies in. */
export function repositoryRoot(): string {
  return git(process.cwd(), 'rev-parse', '--show-toplevel');
}

/** The full name of a commit. Throws if there is none of that name. */
export function commitOf(root: string, revision: string): string {
  try {
    return git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  } catch {
    throw new Error(`there is no revision ${revision}`);
  }
}

/** Whether the tree differs from its commit. */
export function isChanged(root: string): boolean {
  return git(root, 'status', '--porcelain') !== '';
}

/** Checks a commit out and gives it its packages. Its folder and what git knows of it go with `cleanup`. */
export async function addWorktree(root: string, commit: string, cleanup: Cleanup): Promise<string> {
  git(root, 'worktree', 'prune');
  const parent = mkdtempSync(join(tmpdir(), 'cordboard-compare-'));
  const folder = join(parent, 'tree');
  const remove = (): void => {
    rmSync(parent, { recursive: true, force: true });
    git(root, 'worktree', 'prune');
  };
  cleanup.add({ orderly: remove, abrupt: remove });
  git(root, '-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', folder, commit);
  if (lockOf(root) === lockOf(folder)) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  else {
    progress(`${LOCK} differs: npm ci for the other revision`);
    refuseFailed(await runProgram('npm', INSTALL, folder, cleanup));
  }
  return folder;
}

function refuseFailed({ status, output }: ProgramEnd): void {
  if (status !== 0) throw new Error(`npm ci failed: ${output}`);
}

/** The text of its lock file; '' if it has none. */
function lockOf(folder: string): string {
  try {
    return readFileSync(join(folder, LOCK), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
