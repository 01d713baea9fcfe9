/** How many files this process may have open: what is limited is how many agents one process can play. */
import { readFileSync } from 'node:fs';

/** The limit, which Node raises as far as it may when it starts; undefined where the system does not tell. */
export function openFilesMax(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
