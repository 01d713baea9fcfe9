/**
 * `npm run bench -- SUITE`: runs one benchmark. Each suite is a file with its own options and its own README section.
 *
 * 1. stdout is for results; its last line is one JSON object with suite, params, hash and metrics.
 * 2. Whatever ends the run (the end, an error, a signal), the processes and folders that it made are gone afterwards.
 */
import { Command, CommanderError } from 'commander';
import { Cleanup } from './cleanup.ts';
import { compareCommand } from './compare/command.ts';
import { coreCommand } from './core/command.ts';
import { growthCommand } from './growth/command.ts';
import { latencyCommand } from './latency/command.ts';
import { memoryCommand } from './memory/command.ts';
import { peersCommand } from './peers/command.ts';
import { recoveryCommand } from './recovery/command.ts';
import { simulatorCommand } from './simulator/command.ts';

/** What a suite is given: where to hang what has to be undone. */
export interface SuiteContext {
  readonly cleanup: Cleanup;
}

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

function commandLine(context: SuiteContext): Command {
  const program = new Command('bench')
    .description('Benchmarks of the router. Each prints its parameters, tables, and one JSON object as last line.')
    .helpCommand(false)
    .exitOverride()
    .addHelpText('after', '\nRun as: npm run bench -- SUITE [options]');
  program.addCommand(latencyCommand(context).exitOverride());
  program.addCommand(simulatorCommand().exitOverride());
  program.addCommand(memoryCommand(context).exitOverride());
  program.addCommand(recoveryCommand(context).exitOverride());
  program.addCommand(coreCommand().exitOverride());
  program.addCommand(growthCommand().exitOverride());
  program.addCommand(peersCommand(context).exitOverride());
  program.addCommand(compareCommand(context).exitOverride());
  program.argument('[suite]').action((suite: string | undefined) => {
    const suites = program.commands.map((command) => command.name()).join(', ');
    const found = suite === undefined ? 'no suite given' : `there is no suite ${JSON.stringify(suite)}`;
    program.error(`bench: ${found}; suites: ${suites}`, { exitCode: EXIT_USAGE });
  });
  return program;
}

async function run(argv: readonly string[]): Promise<number> {
  // Who reads may stop reading, as `head` does: then there is nobody to tell.
  process.stdout.on('error', () => process.exit(EXIT_FAILED));
  const cleanup = new Cleanup();
  const unhook = cleanup.onSignals();
  try {
    await commandLine({ cleanup }).parseAsync([...argv]);
    return 0;
  } catch (error) {
    // Commander has said what was wrong with the command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT_FAILED;
  } finally {
    await cleanup.run();
    unhook();
  }
}

process.exitCode = await run(process.argv);
