// What is tortured: the parts of the router that make a site, loaded from a source tree. Usually that is src/; a copy of it with a planted
// bug is another one.
//
// 1. Nothing of the product is imported but through here: what must be the oracle's or the machine's own comes from src/ by its type only.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Product = typeof import('../../src/engine/engine.ts') &
  typeof import('../../src/engine/clock.ts') &
  typeof import('../../src/engine/closed-pictures.ts') &
  typeof import('../../src/engine/archivist.ts') &
  typeof import('../../src/engine/recovery.ts') &
  typeof import('../../src/core/core.ts') &
  typeof import('../../src/wire/event-codec.ts') &
  typeof import('../../src/wire/state-codec.ts') &
  typeof import('../../src/journal/memory-journal.ts') &
  typeof import('../../src/journal/memory-archive.ts') &
  typeof import('../../src/journal/sqlite-journal.ts') &
  typeof import('../../src/journal/sqlite-journal-reader.ts') &
  typeof import('../../src/journal/sqlite-archive.ts') &
  typeof import('../../src/edge/outbox.ts');

const MODULES = [
  'engine/engine.ts',
  'engine/clock.ts',
  'engine/closed-pictures.ts',
  'engine/archivist.ts',
  'engine/recovery.ts',
  'core/core.ts',
  'wire/event-codec.ts',
  'wire/state-codec.ts',
  'journal/memory-journal.ts',
  'journal/memory-archive.ts',
  'journal/sqlite-journal.ts',
  'journal/sqlite-journal-reader.ts',
  'journal/sqlite-archive.ts',
  'edge/outbox.ts',
] as const;

/** The tree that this file belongs to. */
export const SOURCE = join(import.meta.dirname, '../../src');

/** Loads the product from the tree; each tree has modules of its own. */
export async function loadProduct(source = SOURCE): Promise<Product> {
  const modules = await Promise.all(MODULES.map((path) => import(pathToFileURL(join(source, path)).href)));
  return Object.assign({}, ...modules) as Product;
}
