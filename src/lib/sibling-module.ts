/**
 * Finds a module that is started by its URL and not imported: a worker thread, a child process.
 *
 * The sources run as they are (`.ts`) and are also shipped compiled (`.js`). The compiler rewrites the extensions of
 * imports but not the text inside `new URL('./worker.ts', …)`, so the extension is taken from the importing module.
 */

/**
 * The URL of the module `stem` (relative, without extension, such as './sqlite-worker') beside the module whose
 * `import.meta.url` is given, with the extension that the importing module itself has.
 */
export function siblingModule(importerUrl: string, stem: string): URL {
  const extension = new URL(importerUrl).pathname.endsWith('.ts') ? '.ts' : '.js';
  return new URL(stem + extension, importerUrl);
}
