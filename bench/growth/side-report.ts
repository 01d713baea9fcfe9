/** What stands beside the decisions by size: upkeep of agents, steps that have to do with all who wait, and the brute-force oracle. */
import { performance } from 'node:perf_hooks';
import { Core } from '../../src/core/core.ts';
import { TIMES_HEAD, timesMetrics, timesRow } from '../core/command-times.ts';
import type { Performer } from '../core/staff.ts';
import { progress, type Results } from '../suite.ts';
import { ArrivalStage } from './arrival-stage.ts';
import { BruteForce } from './brute-force.ts';
import type { Centre } from './centre.ts';
import { policyChanges, signIns } from './large-steps.ts';
import type { GrowthParams } from './params.ts';
import { type Stage, stageTimes } from './stage.ts';
import { CHANGES, UpkeepStage } from './upkeep-stage.ts';
import { WaitingStage } from './waiting-stage.ts';

const SIGN_IN_WANTED_MS = 5;
const POLICY_WANTED_MS = 250;

export class SideReport {
  readonly #results: Results;
  readonly #centre: Centre;
  readonly #params: GrowthParams;

  constructor(results: Results, centre: Centre, params: GrowthParams) {
    this.#results = results;
    this.#centre = centre;
    this.#params = params;
  }

  /** An agent's change of availability, by the number of demand classes that it serves. */
  upkeep(): void {
    const { served, upkeepCrew, upkeepSamples, otherDemands, seed } = this.#params;
    const results = this.#results;
    progress('upkeep of agents');
    const stage = new UpkeepStage(new Core(), { crew: upkeepCrew, otherDemands }, served, seed);
    for (const count of served) stage.run(count, upkeepSamples);
    results.say('\nupkeep: commands of agents that serve so many demand classes, nobody waiting:');
    const rows: string[][] = [];
    for (const count of served) {
      const times = stage.run(count, upkeepSamples);
      for (const change of CHANGES) {
        const durations = times[change].durations();
        rows.push(timesRow(`${count}: ${change}`, durations));
        timesMetrics(results, `upkeep${count}${camel(change)}`, durations);
      }
    }
    results.table({ head: TIMES_HEAD, rows });
    results.outcome(`upkeep ${stage.offers.checksum()}`);
  }

  /** An agent signs in, and the policy changes, with many in line. */
  largeSteps(): void {
    const { stepWaiting, crew, seed, signIns: count, policyChanges: changes } = this.#params;
    const results = this.#results;
    progress(`an agent signs in, the policy changes: ${stepWaiting} waiting`);
    const stage = new WaitingStage(new Core(), this.#centre, { agents: crew, waiting: stepWaiting }, 'plain', seed);
    const newcomers = this.#centre.recruits(crew + 2 * count).slice(crew);
    signIns(stage, newcomers.slice(0, count));
    const signedIn = signIns(stage, newcomers.slice(count)).durations();
    const { allMove, noneMoves, eventCount } = policyChanges(stage, changes);
    const [moving, resting] = [allMove.durations(), noneMoves.durations()];
    results.say(`\nwith ${stepWaiting} waiting (a policy that moves all: ${eventCount} events in one step):`);
    results.table({
      head: TIMES_HEAD,
      rows: [
        timesRow('an agent signs in', signedIn),
        timesRow('policy changes, all contacts move', moving),
        timesRow('policy changes, none moves', resting),
      ],
    });
    this.#judge('an agent signs in: p99', signedIn.percentileUs(0.99) / 1000, SIGN_IN_WANTED_MS);
    this.#judge('a policy that moves all: median', moving.percentileUs(0.5) / 1000, POLICY_WANTED_MS);
    timesMetrics(results, 'signIn', signedIn);
    results.metric('policyChangeMs', moving.percentileUs(0.5) / 1000);
    results.metric('policyChangeMaxMs', moving.maxUs() / 1000);
    results.metric('policyChangeNoneMovesMs', resting.percentileUs(0.5) / 1000);
    results.outcome(`steps ${stage.offers.checksum()} ${eventCount}`);
  }

  /** The brute-force oracle and the core over the same small stages; both must choose alike. */
  oracle(): void {
    const { oracleAgents, oracleWaiting } = this.#params;
    const rows: string[][] = [];
    for (const size of oracleAgents)
      rows.push(...this.#beside(`${size} idle agents`, (core) => this.#arrivals(core, size)));
    for (const size of oracleWaiting) rows.push(...this.#beside(`${size} waiting`, (core) => this.#freed(core, size)));
    this.#results.say('\nthe whole command beside the brute-force oracle:');
    this.#results.table({ head: TIMES_HEAD, rows });
  }

  #beside(title: string, measure: (core: Performer) => Timed): string[][] {
    progress(`the oracle: ${title}`);
    const startedMs = performance.now();
    const slow = measure(new BruteForce());
    progress(`  ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    const quick = measure(new Core());
    if (slow.checksum !== quick.checksum) throw new Error(`the oracle chooses otherwise: ${title}`);
    this.#results.outcome(`oracle ${title} ${slow.checksum}`);
    return [slow.row(`${title}, oracle`), quick.row(`${title}, core`)];
  }

  #arrivals(core: Performer, size: number): Timed {
    const { seed } = this.#params;
    return this.#timed(new ArrivalStage(core, this.#centre, size, 'plain', seed));
  }

  #freed(core: Performer, size: number): Timed {
    const { oracleCrew, seed } = this.#params;
    return this.#timed(new WaitingStage(core, this.#centre, { agents: oracleCrew, waiting: size }, 'plain', seed));
  }

  #timed(stage: Stage): Timed {
    const { oracleSamples } = this.#params;
    const times = stageTimes(oracleSamples);
    stage.run(oracleSamples, times);
    return { checksum: stage.offers.checksum(), row: (title) => timesRow(title, times.command.durations()) };
  }

  #judge(what: string, foundMs: number, wantedMs: number): void {
    const judged = foundMs <= wantedMs ? 'reached' : 'not reached';
    this.#results.say(`${what} ${foundMs.toFixed(2)} ms, wanted ≤ ${wantedMs} ms: ${judged}`);
  }
}

interface Timed {
  readonly checksum: string;
  readonly row: (title: string) => string[];
}

function camel(text: string): string {
  return text.replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());
}
