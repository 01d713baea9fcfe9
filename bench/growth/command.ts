/**
 * `npm run bench -- growth`: what one decision costs as agents and waiting contacts grow in number, every term of the rank being on.
 * What it measures and what not: bench/README.md.
 *
 * 1. Everything runs in one process, one size after the other, after a warm-up that is thrown away: ratios are of one run.
 */
import { type Command, Option } from 'commander';
import { Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import { Centre } from './centre.ts';
import { DecisionReport } from './decision-report.ts';
import { FULL, type GrowthParams, SMALL } from './params.ts';
import { SideReport } from './side-report.ts';

const PARTS = ['agents', 'waiting', 'upkeep', 'steps', 'oracle'] as const;
type Part = (typeof PARTS)[number];

interface Flags extends SuiteFlags {
  readonly only?: Part;
  readonly samples?: number;
  readonly plain?: true;
}

export function growthCommand(): Command {
  return suiteCommand('growth', 'What one decision costs as agents and waiting contacts grow in number.')
    .addOption(new Option('--only <part>', 'only this part').choices(PARTS))
    .option('--samples <n>', 'decisions timed at each size', wholeNumber)
    .option('--plain', 'without unserveable contacts and preferred agents')
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const sizes = flags.small ? SMALL : FULL;
  const variants = flags.plain ? { arrivalVariants: [], waitingVariants: [] } : {};
  const params: GrowthParams = { ...sizes, ...variants, samples: flags.samples ?? sizes.samples, seed: flags.seed };
  const { seed, ...told } = params;
  const results = new Results('growth', flags, { ...told, parts: flags.only ?? 'all' });
  const parts = new Set<Part>(flags.only === undefined ? PARTS : [flags.only]);
  const centre = new Centre(params.centre, seed);
  const decisions = new DecisionReport(results, centre, params);
  const side = new SideReport(results, centre, params);
  if (parts.has('agents')) await decisions.ofArrivals();
  if (parts.has('waiting')) await decisions.ofFreedAgents();
  if (parts.has('upkeep')) side.upkeep();
  if (parts.has('steps')) side.largeSteps();
  if (parts.has('oracle')) side.oracle();
  results.end();
}
