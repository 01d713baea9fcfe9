/**
 * Makes a directory and those above it, and always comes back.
 *
 * Node's own `mkdirSync(path, { recursive: true })` never returns where a parent exists but takes no children: below a
 * dangling symbolic link, in /proc (seen under Node 24). A wrong `--data` must end with a message, not with a hang.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes what is missing of the path, the last directory for its owner alone. Throws the error of the file system. */
export function makeDirectory(path: string): void {
  const target = resolve(path);
  const missing: string[] = [];
  for (let ancestor = target; !existsSync(ancestor) && ancestor !== dirname(ancestor); ancestor = dirname(ancestor)) {
    missing.push(ancestor);
  }
  for (const directory of missing.reverse()) {
    try {
      mkdirSync(directory, directory === target ? { mode: 0o700 } : {});
    } catch (error) {
      // Somebody else may have made it meanwhile.
      if (!isDirectory(directory)) throw error;
    }
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
