/**
 * Decisions by size: a contact that arrives among A idle agents, an agent that becomes free with W in line. Tables, ratios, goals.
 *
 * 1. The choice is told less what two readings of the clock cost, which would be a good part of it; whole commands with it.
 */
import { Core } from '../../src/core/core.ts';
import { clockCostUs, TIMES_HEAD, type Times, tellUs, timesMetrics, timesRow } from '../core/command-times.ts';
import type { Durations } from '../durations.ts';
import { CollectionWatch } from '../gc.ts';
import { progress, type Results } from '../suite.ts';
import { ArrivalStage, arrivalTimes } from './arrival-stage.ts';
import type { Centre } from './centre.ts';
import type { GrowthParams } from './params.ts';
import { AgentProbe, ContactProbe } from './probe.ts';
import { VARIANT_TITLES, type Variant } from './variant.ts';
import { WaitingStage, waitingTimes } from './waiting-stage.ts';

/** What came of one size: the choice alone, the whole command, and how long the collector took in all. */
interface Decisions {
  readonly choice: Durations;
  readonly command: Durations;
  readonly others: readonly (readonly [string, Durations])[];
  readonly gcMs: number;
}

/** Largest / smallest, microseconds at the largest, and unserveable / without: not slower, but for what two runs of the same differ by. */
const WANTED = { unserveable: 1.05, choiceMedian: 2, commandMedian: 2.5, p99: 4, p50Us: 4, p99Us: 15 };

export class DecisionReport {
  readonly #results: Results;
  readonly #centre: Centre;
  readonly #params: GrowthParams;
  readonly #clockUs = clockCostUs();

  constructor(results: Results, centre: Centre, params: GrowthParams) {
    this.#results = results;
    this.#centre = centre;
    this.#params = params;
  }

  /** A contact arrives: best of A idle agents. */
  async ofArrivals(): Promise<void> {
    const { agents, arrivalVariants } = this.#params;
    const title = (size: number): string => `${size} idle agents`;
    await this.#bySize('Agents', agents, arrivalVariants, title, (size, variant) => this.#arrivals(size, variant));
  }

  /** An agent frees: best of W waiting contacts. */
  async ofFreedAgents(): Promise<void> {
    const { waiting, waitingVariants } = this.#params;
    const title = (size: number): string => `${size} waiting`;
    await this.#bySize('Waiting', waiting, waitingVariants, title, (size, variant) => this.#freed(size, variant));
  }

  async #bySize(
    name: 'Agents' | 'Waiting',
    sizes: readonly number[],
    variants: readonly Variant[],
    title: (size: number) => string,
    measure: (size: number, variant: Variant) => Promise<Decisions>,
  ): Promise<void> {
    const smallest = sizes[0] ?? 0;
    const largest = sizes.at(-1) ?? 0;
    progress(`${title(smallest)}: warm-up`);
    await measure(smallest, 'plain');
    const found: Decisions[] = [];
    for (const size of sizes) {
      progress(title(size));
      const decisions = await measure(size, 'plain');
      found.push(decisions);
      this.#tell(title(size), `${name}${size}`, decisions);
    }
    for (const variant of variants) {
      const what = `${title(largest)}${VARIANT_TITLES[variant]}`;
      progress(what);
      const decisions = await measure(largest, variant);
      this.#tell(what, `${name}${largest}${capital(variant)}`, decisions);
      this.#compare(name, variant, decisions, found.at(-1));
    }
    this.#judge(name, found[0], found.at(-1));
  }

  async #arrivals(agentCount: number, variant: Variant): Promise<Decisions> {
    const { samples, warm, seed, firstUses } = this.#params;
    const core = new Core();
    const stage = new ArrivalStage(core, this.#centre, agentCount, variant, seed);
    stage.run(warm);
    const probe = new ContactProbe(core, stage, seed);
    const times = arrivalTimes(samples);
    const watch = new CollectionWatch();
    stage.run(samples, times, () => probe.ask(stage.now, times.choice));
    const { ms } = await watch.end();
    const first = stage.firstUses(firstUses);
    this.#results.outcome(`arrivals ${agentCount} ${variant} ${stage.offers.checksum()}`);
    return {
      choice: this.#choice(times.choice),
      command: times.submit.durations(),
      others: [
        ['is free again, nobody waits', times.complete.durations()],
        ['first use of a demand class', first.durations()],
      ],
      gcMs: ms,
    };
  }

  async #freed(waitingCount: number, variant: Variant): Promise<Decisions> {
    const { samples, warm, seed, crew } = this.#params;
    const core = new Core();
    const stage = new WaitingStage(core, this.#centre, { agents: crew, waiting: waitingCount }, variant, seed);
    stage.run(warm);
    const probe = new AgentProbe(core, stage.recruits, seed);
    const times = waitingTimes(samples);
    const watch = new CollectionWatch();
    stage.run(samples, times, () => probe.ask(stage.now, times.choice));
    const { ms } = await watch.end();
    this.#results.outcome(`freed ${waitingCount} ${variant} ${stage.offers.checksum()}`);
    return {
      choice: this.#choice(times.choice),
      command: times.complete.durations(),
      others: [['another joins its line', times.submit.durations()]],
      gcMs: ms,
    };
  }

  #choice(times: Times): Durations {
    return times.durations(this.#clockUs);
  }

  #tell(title: string, name: string, { choice, command, others, gcMs }: Decisions): void {
    const results = this.#results;
    results.say(`\n${title} (collections meanwhile ${gcMs.toFixed(0)} ms):`);
    const rows = [timesRow('the choice alone', choice), timesRow('the whole command', command)];
    for (const [what, durations] of others) rows.push(timesRow(`  ${what}`, durations));
    results.table({ head: TIMES_HEAD, rows });
    timesMetrics(results, `choice${name}`, choice);
    timesMetrics(results, `command${name}`, command);
    for (const [what, durations] of others) {
      if (what.startsWith('first')) timesMetrics(results, `firstUse${name}`, durations);
    }
  }

  #compare(name: string, variant: Variant, decisions: Decisions, plain: Decisions | undefined): void {
    if (plain === undefined) return;
    for (const [what, one, other] of [
      ['choice', decisions.choice, plain.choice],
      ['command', decisions.command, plain.command],
    ] as const) {
      const found = ratio(one, other, 0.5);
      this.#results.say(
        `${what} / without, median: ${found.toFixed(2)}${variant === 'unserveable' ? wanted(found, WANTED.unserveable) : ''}`,
      );
      this.#results.metric(`${what}${capital(variant)}Ratio${name}`, found);
    }
  }

  #judge(name: 'Agents' | 'Waiting', smallest: Decisions | undefined, largest: Decisions | undefined): void {
    if (smallest === undefined || largest === undefined) return;
    const results = this.#results;
    const ratios = [
      ['choiceMedianRatio', largest.choice, smallest.choice, 0.5, WANTED.choiceMedian],
      ['commandMedianRatio', largest.command, smallest.command, 0.5, WANTED.commandMedian],
      ['choiceP99Ratio', largest.choice, smallest.choice, 0.99, WANTED.p99],
      ['commandP99Ratio', largest.command, smallest.command, 0.99, WANTED.p99],
    ] as const;
    results.say(`\nlargest / smallest (two readings of the clock: ${tellUs(this.#clockUs)} µs, taken off the choice):`);
    for (const [what, one, other, share, most] of ratios) {
      const found = ratio(one, other, share);
      results.say(`  ${what}${name}: ${found.toFixed(2)}${wanted(found, most)}`);
      results.metric(`${what}${name}`, found);
    }
    const p50 = largest.command.percentileUs(0.5);
    const p99 = largest.command.percentileUs(0.99);
    results.say(`  the whole command at the largest: p50 ${tellUs(p50)} µs${wanted(p50, WANTED.p50Us)}`);
    results.say(`  the whole command at the largest: p99 ${tellUs(p99)} µs${wanted(p99, WANTED.p99Us)}`);
  }
}

function ratio(one: Durations, other: Durations, share: number): number {
  // Where the clock's cost ate all of the smaller one, the clock cannot tell: its grain stands in.
  return one.percentileUs(share) / Math.max(0.001, other.percentileUs(share));
}

function wanted(found: number, most: number): string {
  return `, wanted ≤ ${most}: ${found <= most ? 'reached' : 'not reached'}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
