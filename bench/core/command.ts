/**
 * `npm run bench -- core`: how many whole lives a second the core decides, without journal, sockets or clock, and how long one command takes.
 * What it measures and what not: bench/README.md.
 */
import { mkdirSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { printProfiles } from '../profile.ts';
import { positive, Results, type SuiteFlags, suiteCommand } from '../suite.ts';
import { AGENT_COUNT, contacts, DEMAND_CLASS_COUNT, SUPPLY_CLASS_COUNT } from './centre.ts';
import { DRAFT_COUNT, FORMS, type Form } from './forms.ts';
import { type CoreParams, Load } from './measure.ts';
import { OccupancyReport } from './occupancy-report.ts';

interface Flags extends SuiteFlags {
  readonly seconds: number;
  readonly form?: Form;
  readonly occupancy?: number;
  readonly forget: number;
  readonly profile?: string;
}

/** The default of a policy's `forget`; drafts come round again after little more. */
const FORGET_S = 3_600;

/** Per cent of the agents' time. */
const OCCUPANCIES = [85, 99];

const FULL = { warmLives: 50_000, timedLives: 200_000, allocationLives: 100_000, hashedOffers: 50_000 };
const SMALL = { warmLives: 2_000, timedLives: 2_000, allocationLives: 2_000, hashedOffers: 2_000 };
const SMALL_SECONDS = 0.1;

export function coreCommand(): Command {
  return suiteCommand('core', 'Whole lives a second of the pure core in virtual time, and how long one command takes.')
    .option('--seconds <n>', 'how long the lives of each form are counted at each occupancy', positive, 10)
    .addOption(new Option('--form <name>', 'only this form, and no single commands').choices(FORMS))
    .option('--occupancy <n>', 'only this one, per cent of the agents’ time', positive)
    .option('--forget <s>', `how long closed contacts are remembered, at most ${FORGET_S}`, forgetting, FORGET_S)
    .option('--profile <folder>', 'write CPU profiles of the counted lives there and print where the time went')
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const sizes = flags.small ? { ...SMALL, seconds: SMALL_SECONDS } : { ...FULL, seconds: flags.seconds };
  const forgetMs = flags.forget * 1000;
  const params: CoreParams = { seed: flags.seed, forgetMs, ...sizes };
  const occupancies = flags.occupancy === undefined ? OCCUPANCIES : [flags.occupancy];
  const results = new Results('core', flags, {
    ...sizes,
    occupancies,
    agents: AGENT_COUNT,
    supplyClasses: SUPPLY_CLASS_COUNT,
    demandClasses: DEMAND_CLASS_COUNT,
    forgetMs,
    forms: flags.form ?? 'all',
  });
  if (flags.profile !== undefined) mkdirSync(flags.profile, { recursive: true });
  const drafts = contacts(DRAFT_COUNT, flags.seed);
  for (const occupancy of occupancies) {
    const report = new OccupancyReport(results, occupancy, new Load(drafts, occupancy / 100, params));
    await report.sustained(flags.form === undefined ? FORMS : [flags.form], flags.profile);
    if (flags.form === undefined) report.commands();
  }
  if (flags.profile !== undefined) printProfiles(flags.profile, 0);
  results.end();
}

function forgetting(text: string): number {
  const seconds = positive(text);
  if (seconds > FORGET_S) throw new InvalidArgumentError(`expected at most ${FORGET_S}`);
  return seconds;
}
