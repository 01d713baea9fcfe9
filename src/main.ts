#!/usr/bin/env -S node --v8-pool-size=1 --initial-old-space-size=256
// The bin: refuses a Node that is too old with one clear line, or hands over to the command line.
//
// 1. It must parse and run under Node 18: no newer syntax, no static import. Whatever needs a newer Node (`node:sqlite`,
//    to begin with) is reached through the dynamic import, after the check.
// 2. It must not do anything else.
// 3. One helper thread of V8 is enough, and full collections can wait (docs/ARCHITECTURE.md, "Threads and memory"); `npm start` says the same.

const NEEDED_MAJOR = 24;
const foundVersion = process.versions.node;

if (Number(foundVersion.split('.')[0]) < NEEDED_MAJOR) {
  process.stderr.write(
    `cordboard needs Node ${NEEDED_MAJOR} or newer, but this is Node ${foundVersion} (${process.execPath})\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./cli/cli.ts');
  await main(process.argv);
}
