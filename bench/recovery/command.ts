/**
 * `npm run bench -- recovery`: how soon a router is back, how fast it replays, and how fast what happens becomes durable. What it measures
 * and what not: bench/README.md.
 *
 * 1. Every part has a process of its own, with the options of Node that `npm start` has.
 * 2. A part that others disturbed is repeated and judged by what they took, never by its result.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { SuiteContext } from '../main.ts';
import { Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import { FULL, PARTS, type PartName, type RecoveryParams, SMALL } from './params.ts';
import { RecoverySuite } from './suite.ts';

interface Flags extends SuiteFlags {
  readonly only?: PartName;
  readonly events?: number;
  readonly waiting?: number;
  readonly commit?: number;
  readonly tries?: number;
  readonly seconds?: number;
  readonly sources?: true;
  readonly profile?: string;
  readonly folder: string;
}

export function recoveryCommand({ cleanup }: SuiteContext): Command {
  return suiteCommand('recovery', 'Start and replay on a history; the journal by batch size; event → durable.')
    .addOption(new Option('--only <part>', 'one part').choices(PARTS))
    .option('--events <n>', `events behind the snapshot (default ${FULL.events})`, wholeNumber)
    .option('--waiting <n>', `contacts that wait (default ${FULL.waiting})`, wholeNumber)
    .option('--commit <n>', `commands that share a commit of the history (default ${FULL.commitSteps})`, wholeNumber)
    .option('--tries <n>', `of what others disturb (default ${FULL.triesMax})`, wholeNumber)
    .option('--seconds <n>', `of open load at each rate (default ${FULL.durableS})`, wholeNumber)
    .option('--sources', 'start routers from the sources, not from dist/ built anew')
    .option('--profile <folder>', 'write CPU profiles of starts there, and print them; not for figures')
    .option('--folder <folder>', 'where journals are written, in a folder that is removed', tmpdir())
    .action(async (flags: Flags) => {
      const params = paramsOf(flags);
      const profileFolder = flags.profile === undefined ? undefined : join(resolve(flags.profile), 'recovery');
      if (profileFolder !== undefined) {
        rmSync(profileFolder, { recursive: true, force: true });
        mkdirSync(profileFolder, { recursive: true });
      }
      const results = new Results('recovery', flags, {
        ...params,
        ...(flags.only === undefined ? {} : { only: flags.only }),
      });
      const suite = new RecoverySuite(
        { params, seed: flags.seed, parentFolder: resolve(flags.folder), profileFolder },
        results,
        cleanup,
      );
      for (const part of PARTS) if (flags.only === undefined || flags.only === part) await suite[part]();
      results.end();
    });
}

function paramsOf({ small, events, waiting, commit, tries, seconds, sources }: Flags): RecoveryParams {
  const base = small ? SMALL : FULL;
  return {
    ...base,
    events: events ?? base.events,
    waiting: waiting ?? base.waiting,
    isBuilt: base.isBuilt && sources === undefined,
    commitSteps: commit ?? base.commitSteps,
    triesMax: tries ?? base.triesMax,
    durableS: seconds ?? base.durableS,
    snapshotS: seconds ?? base.snapshotS,
  };
}
