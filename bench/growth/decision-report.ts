/**
 * Decisions by size: a contact that arrives among A idle agents, an agent that becomes free with W in line. Tables, ratios, goals.
 *
 * 1. Every size runs in turns with the smallest, every other kind of contacts in turns with a plain stage of the same age: a ratio is of what ran side by side.
 */
import { Core } from '../../src/core/core.ts';
import { clockCostUs, TIMES_HEAD, tellUs, timesMetrics, timesRow } from '../core/command-times.ts';
import type { Durations } from '../durations.ts';
import { CollectionWatch } from '../gc.ts';
import { progress, type Results } from '../suite.ts';
import { ArrivalStage } from './arrival-stage.ts';
import type { Centre } from './centre.ts';
import type { GrowthParams } from './params.ts';
import { type Decisions, Rehearsed, timeInTurns } from './rehearsed.ts';
import { VARIANT_TITLES, type Variant } from './variant.ts';
import { WaitingStage } from './waiting-stage.ts';

/** One of the two kinds of decision. */
interface Subject {
  /** Ends the names of figures. */
  readonly name: 'Agents' | 'Waiting';
  readonly sizes: readonly number[];
  readonly variants: readonly Variant[];
  readonly noun: string;
  /** The command that makes up for the decision. */
  readonly beside: string;
  rehearse(size: number, variant: Variant): Rehearsed;
}

/** Largest / smallest; microseconds at the largest. */
const WANTED = { choiceMedian: 2, commandMedian: 2.5, p99: 4, p50Us: 4, p99Us: 15 };

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
    const { agents, arrivalVariants, seed, warm } = this.#params;
    await this.#decide({
      name: 'Agents',
      sizes: agents,
      variants: arrivalVariants,
      noun: 'idle agents',
      beside: 'is free again, nobody waits',
      rehearse: (size, variant) => {
        const core = new Core();
        const stage = new ArrivalStage(core, this.#centre, size, variant, seed);
        // By then all who were not chosen have idled so long that it counts in full, at every size alike; before, the largest costs twice as much.
        return Rehearsed.ofArrivals(core, stage, Math.max(warm, size), seed);
      },
    });
    this.#firstUses();
  }

  /** An agent frees: best of W waiting contacts. */
  async ofFreedAgents(): Promise<void> {
    const { waiting, waitingVariants, seed, warm, crew } = this.#params;
    await this.#decide({
      name: 'Waiting',
      sizes: waiting,
      variants: waitingVariants,
      noun: 'waiting',
      beside: 'another joins its line',
      rehearse: (size, variant) => {
        const core = new Core();
        const stage = new WaitingStage(core, this.#centre, { agents: crew, waiting: size }, variant, seed);
        return Rehearsed.ofFreedAgents(core, stage, warm, seed);
      },
    });
  }

  async #decide(subject: Subject): Promise<void> {
    const { sizes, variants, noun } = subject;
    const [smallest = 0] = sizes;
    const largest = sizes.at(-1) ?? 0;
    progress(`${smallest} ${noun}: warm-up`);
    const small = subject.rehearse(smallest, 'plain');
    this.#time([small]);
    const watch = new CollectionWatch();
    let large = small;
    for (const size of sizes.slice(1)) {
      progress(`${size} ${noun}`);
      large = subject.rehearse(size, 'plain');
      const [one, other] = this.#time([small, large]);
      if (one === undefined || other === undefined) throw new Error('two stages have two results');
      if (size === largest) this.#tell(subject, smallest, 'plain', one);
      this.#tell(subject, size, 'plain', other);
      if (size === largest) this.#judge(subject.name, one, other);
      else this.#outcome(subject, size, 'plain', large);
    }
    this.#outcome(subject, largest, 'plain', large);
    // What is no longer needed goes before what is as large comes.
    large = small;
    for (const variant of variants) {
      progress(`${largest} ${noun}${VARIANT_TITLES[variant]}`);
      // Both are new: a stage that has run for long is another than one that has not.
      const pair = [subject.rehearse(largest, 'plain'), subject.rehearse(largest, variant)] as const;
      const [plain, varied] = this.#time(pair);
      if (plain === undefined || varied === undefined) throw new Error('two stages have two results');
      this.#tell(subject, largest, variant, varied);
      this.#compare(subject.name, variant, varied, plain);
      this.#outcome(subject, largest, variant, pair[1]);
    }
    this.#outcome(subject, smallest, 'plain', small);
    const { ms, count, longestMs } = await watch.end();
    this.#results.say(
      `collections from the warm-up on: ${count}, ${ms.toFixed(0)} ms, the longest ${longestMs.toFixed(1)} ms`,
    );
  }

  #time(stages: readonly Rehearsed[]): Decisions[] {
    return timeInTurns(stages, this.#params.samples, this.#clockUs);
  }

  /** What a demand class costs that a submission brings for the first time. */
  #firstUses(): void {
    const { agents, firstUses, seed } = this.#params;
    const rows = agents.map((size) => {
      progress(`${size} idle agents: first use of a demand class`);
      const stage = new ArrivalStage(new Core(), this.#centre, size, 'plain', seed);
      stage.firstUses(firstUses);
      const durations = stage.firstUses(firstUses).durations();
      timesMetrics(this.#results, `firstUseAgents${size}`, durations);
      return timesRow(`${size} idle agents`, durations);
    });
    this.#results.say('\na submission that brings a demand class for the first time (the one unused longest goes):');
    this.#results.table({ head: TIMES_HEAD, rows });
  }

  #outcome({ name }: Subject, size: number, variant: Variant, { stage }: Rehearsed): void {
    this.#results.outcome(`${name} ${size} ${variant} ${stage.offers.checksum()}`);
  }

  #tell(subject: Subject, size: number, variant: Variant, { choice, command, beside }: Decisions): void {
    const results = this.#results;
    results.say(`\n${size} ${subject.noun}${VARIANT_TITLES[variant]}:`);
    const rows = [
      timesRow('the choice alone', choice),
      timesRow('the whole command', command),
      timesRow(`  ${subject.beside}`, beside),
    ];
    results.table({ head: TIMES_HEAD, rows });
    const name = `${subject.name}${size}${variant === 'plain' ? '' : capital(variant)}`;
    timesMetrics(results, `choice${name}`, choice);
    timesMetrics(results, `command${name}`, command);
  }

  #compare(name: string, variant: Variant, varied: Decisions, plain: Decisions): void {
    for (const what of ['choice', 'command'] as const) {
      const found = ratio(varied[what], plain[what], 0.5);
      const judged = variant === 'unserveable' ? ' (wanted ≤ 1; two equal stages differ too: see the README)' : '';
      this.#results.say(`${what} / without, median: ${found.toFixed(2)}${judged}`);
      this.#results.metric(`${what}${capital(variant)}Ratio${name}`, found);
    }
  }

  #judge(name: string, smallest: Decisions, largest: Decisions): void {
    const results = this.#results;
    const ratios = [
      ['choiceMedianRatio', largest.choice, smallest.choice, 0.5, WANTED.choiceMedian],
      ['commandMedianRatio', largest.command, smallest.command, 0.5, WANTED.commandMedian],
      ['choiceP99Ratio', largest.choice, smallest.choice, 0.99, WANTED.p99],
      ['commandP99Ratio', largest.command, smallest.command, 0.99, WANTED.p99],
    ] as const;
    results.say(`largest / smallest (two readings of the clock: ${tellUs(this.#clockUs)} µs, taken off the choice):`);
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
  // Where the clock's cost is all there is of the smaller one, the clock cannot tell: its grain stands in.
  return one.percentileUs(share) / Math.max(0.001, other.percentileUs(share));
}

function wanted(found: number, most: number): string {
  return `, wanted ≤ ${most}: ${found <= most ? 'reached' : 'not reached'}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
