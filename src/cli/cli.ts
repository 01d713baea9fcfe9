/**
 * The command line: what `cordboard` understands, its help, its exit codes. Each command's work is in a file of its own,
 * loaded when it is asked for.
 *
 * 1. stdout is for results; whatever is wrong is one line on stderr.
 * 2. Flags are taken as text here; config.ts reads them, and the environment.
 */
import { Command, CommanderError, Option } from 'commander';
import { flagOf, type GivenFlags, variableOf } from '../config/option.ts';
import {
  type ConfigResult,
  commandOptions,
  demoConfig,
  replayConfig,
  serveConfig,
  simulateConfig,
  staffConfig,
  tokenConfig,
} from '../config.ts';
import { EdgeFailure } from '../edge/edge-failure.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { version } from './version.ts';

/** Runs the command line; `argv` as in `process.argv`. Sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv);
}

async function run(argv: readonly string[]): Promise<number> {
  let exitCode = EXIT_OK;
  const program = commandLine((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    // An operating failure has a message meant to be read; anything else is a fault of the program and worth its trace.
    if (!(error instanceof EdgeFailure)) throw error;
    complain(error.message);
    return EXIT_FAILED;
  }
}

/** The program with its commands; `done` is told each command's exit code. */
export function commandLine(done: (exitCode: number) => void): Command {
  const program = new Command('cordboard')
    .description('A real-time interaction router and queue engine for contact centres.')
    .version(version(), '--version', 'Print the version.')
    .helpOption('--help', 'Print this help.')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text) => complain(oneLine(text)) })
    .addHelpText(
      'after',
      '\nEvery option has an environment variable; a flag wins over it. `cordboard COMMAND --help` tells them.',
    );

  command(program, 'serve', 'Run the router.', SERVE_EXAMPLES).action((given: GivenFlags) =>
    configured(serveConfig(given), done, async (config) => (await import('./serve.ts')).runServe(config)),
  );
  command(program, 'demo', 'Run the router with traffic on real sockets, and judge it.', DEMO_EXAMPLES).action(
    (given: GivenFlags) =>
      configured(demoConfig(given), done, async (config) => (await import('./demo.ts')).runDemo(config)),
  );
  command(program, 'token', 'Print a token.', TOKEN_EXAMPLES).action((given: GivenFlags) =>
    configured(tokenConfig(given), done, async (config) => (await import('./token.ts')).runToken(config)),
  );
  command(program, 'check', 'Check a policy file: every fault with its line and what was expected.', CHECK_EXAMPLES)
    .argument('<FILE>', 'Policy file, YAML or JSON; - for standard input.')
    .action(async (file: string) => done(await (await import('./check.ts')).runCheck(file)));
  command(program, 'simulate', 'Run a scenario in virtual time and report what came of it.', SIMULATE_EXAMPLES)
    .argument('<FILE>', 'Scenario file, YAML or JSON; - for standard input.')
    .action((file: string, given: GivenFlags) =>
      configured(simulateConfig(given), done, async (config) =>
        (await import('./simulate.ts')).runSimulate(file, config),
      ),
    );
  command(
    program,
    'replay',
    'Route again what a journal recorded, under another policy or other agents.',
    REPLAY_EXAMPLES,
  ).action((given: GivenFlags) =>
    configured(replayConfig(given), done, async (config) => (await import('./replay.ts')).runReplay(config)),
  );
  command(program, 'staff', 'Find the fewest agents, by interval and group, that meet a service level.', STAFF_EXAMPLES)
    .argument('<FILE>', 'Scenario file, YAML or JSON; - for standard input.')
    .action((file: string, given: GivenFlags) =>
      configured(staffConfig(given), done, async (config) => (await import('./staff.ts')).runStaff(file, config)),
    );
  return program;
}

const SERVE_EXAMPLES = `
Examples:
  $ cordboard serve
  $ cordboard serve --policy policy.yaml --data /var/lib/cordboard --host 0.0.0.0
  $ CORDBOARD_RETAIN=7d cordboard serve --port 9000

The journal, snapshots and the key that signs tokens live in the data directory.`;

const DEMO_EXAMPLES = `
Examples:
  $ cordboard demo
  $ cordboard demo --agents 200 --rate 300 --seconds 60

Exit code 1 if anything was lost, doubled or over capacity.`;

const TOKEN_EXAMPLES = `
Examples:
  $ cordboard token --role agent --subject ana
  $ TOKEN=$(cordboard token --role admin --subject me --ttl 1h --data /var/lib/cordboard)

Roles: gateway, agent, supervisor, admin. It works while the router runs.`;

const CHECK_EXAMPLES = `
Examples:
  $ cordboard check policy.yaml
  $ cat policy.yaml | cordboard check -

Exit code 1 on any fault.`;

const SIMULATE_EXAMPLES = `
Examples:
  $ cordboard simulate monday.yaml
  $ cordboard simulate monday.yaml --seed 7 --html monday.html
  $ cordboard simulate monday.yaml --compare monday-two-more.yaml
  $ cordboard simulate monday.yaml --json | jq .total.serviceLevel

docs/SIMULATOR.md tells how to write a scenario and how to read the report. Exit code 2 if the scenario has a fault.`;

const REPLAY_EXAMPLES = `
Examples:
  $ cordboard replay --data /var/lib/cordboard --from 2027-01-15T08:00:00Z --to 2027-01-15T18:00:00Z
  $ cordboard replay --from -24h --policy policy-two.yaml
  $ cordboard replay --from -24h --staff two-more.yaml --json | jq .other.total.serviceLevel

It only reads, and works while the router runs. docs/WHAT-IF.md tells what is repeated and what is drawn.`;

const STAFF_EXAMPLES = `
Examples:
  $ cordboard staff monday.yaml --target 0.8/20s
  $ cordboard staff monday.yaml --target 0.9/15s --interval 15m --csv monday.csv

The counts and shifts of the scenario's agents play no part. docs/WHAT-IF.md tells how the plan is found.`;

/** A command with the options of its table. */
function command(program: Command, name: keyof typeof commandOptions, about: string, examples: string): Command {
  const added = program.command(name).description(about).helpOption('--help', 'Print this help.');
  const options = Object.entries(commandOptions[name]);
  for (const [key, { argument, about: text, fallback, environmentOnly }] of options) {
    if (environmentOnly) continue;
    const standard = fallback === undefined || fallback === '' ? '' : `, default ${fallback}`;
    const shape = argument === '' ? flagOf(key) : `${flagOf(key)} <${argument}>`;
    added.addOption(new Option(shape, `${text} [${variableOf(key)}${standard}]`));
  }
  const secrets = options.filter(([, option]) => option.environmentOnly);
  if (secrets.length > 0) {
    const lines = secrets.map(([key, option]) => `  ${variableOf(key)}  ${option.about} Expected: ${option.expected}.`);
    added.addHelpText('after', `\nBy environment only:\n${lines.join('\n')}`);
  }
  return added.addHelpText('after', examples);
}

/** Does the command's work if its configuration holds. */
async function configured<C>(
  result: ConfigResult<C>,
  done: (exitCode: number) => void,
  work: (config: C) => Promise<number>,
): Promise<void> {
  if ('config' in result) {
    done(await work(result.config));
    return;
  }
  for (const fault of result.faults) complain(fault);
  done(EXIT_USAGE);
}

function complain(line: string): void {
  process.stderr.write(`cordboard: ${line}\n`);
}

/** Commander's complaint (`error: unknown option '--prot'` and a hint on a line of its own) as one line. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');
}
