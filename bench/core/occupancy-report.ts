/**
 * What is said of the core at one occupancy: a table of lives, what a life allocates, a table of single commands, and the goals beside them.
 *
 * 1. All forms must decide alike: their checksums are compared, and are what the hash is of. The stub decides otherwise and is no outcome.
 */
import { Durations } from '../durations.ts';
import { progress, type Results } from '../suite.ts';
import { clockCostUs, TIMES_HEAD, tellUs, timesMetrics, timesRow } from './command-times.ts';
import type { Form } from './forms.ts';
import { bytesPerLife, COMMANDS, type Load, type Sustained, sustain, timeCommands } from './measure.ts';

/** What stands in the names of figures, and in tables, for a form. */
const SUFFIX: Readonly<Record<Form, string>> = { perform: '', step: 'Step', encoded: 'Encoded', stub: 'Stub' };
const TITLE: Readonly<Record<Form, string>> = {
  perform: 'without encoding',
  step: 'with the pictures of answers',
  encoded: "with the journal's encoding",
  stub: 'the world alone, with a stub',
};

/** Lives a second that are wanted. */
const WANTED_PER_S: Readonly<Partial<Record<Form, number>>> = { perform: 300_000, encoded: 150_000 };
/** Of one command with its events, microseconds by share. */
const WANTED_US = [
  ['p50', 0.5, 2],
  ['p99', 0.99, 10],
  ['p99.9', 0.999, 50],
] as const;

/** Of a whole life: submit, accept, end, complete; the offer is the fifth thing that happens, and comes of the first or the last. */
const EVENTS_PER_LIFE = 5;

const LIVES_HEAD = [
  'lives/s',
  'events/s',
  'CPU µs/life',
  'GC',
  'longest GC',
  'others',
  'occupancy',
  'in line',
  'wanted',
];

export class OccupancyReport {
  readonly #results: Results;
  readonly #occupancy: number;
  readonly #load: Load;

  constructor(results: Results, occupancy: number, load: Load) {
    this.#results = results;
    this.#occupancy = occupancy;
    this.#load = load;
  }

  /** Lives a second of each form. */
  async sustained(forms: readonly Form[], profileFolder: string | undefined): Promise<void> {
    const results = this.#results;
    const rows: string[][] = [];
    const checksums = new Set<string>();
    for (const form of forms) {
      progress(`${this.#occupancy} %: lives ${TITLE[form]}`);
      const name = `core-${form}-${this.#occupancy}`;
      const found = await sustain(
        form,
        this.#load,
        profileFolder === undefined ? undefined : { folder: profileFolder, name },
      );
      rows.push(livesRow(form, found));
      this.#livesMetrics(form, found);
      if (form !== 'stub') checksums.add(found.checksum);
    }
    results.say(`\nat ${this.#occupancy} % occupancy, ${this.#load.params.seconds} s each:`);
    results.table({ head: ['', ...LIVES_HEAD], rows });
    if (checksums.size > 1) throw new Error(`the forms decide differently: ${[...checksums].join(', ')}`);
    for (const checksum of checksums) results.outcome(checksum);
  }

  /** What a life allocates, and how long single commands take. */
  commands(): void {
    const results = this.#results;
    const worldBytes = bytesPerLife('stub', this.#load);
    for (const form of ['perform', 'encoded'] as const) {
      progress(`${this.#occupancy} %: allocation ${TITLE[form]}`);
      const bytes = bytesPerLife(form, this.#load);
      const told = `${bytes.toFixed(0)} bytes, of which the world's commands, with a stub, ${worldBytes.toFixed(0)}`;
      results.say(`a life allocates ${TITLE[form]}: ${told}`);
      results.metric(`bytesPerLife${SUFFIX[form]}${this.#occupancy}`, bytes);
    }
    const clockUs = clockCostUs();
    results.say(`one command, clock included (two readings: ${tellUs(clockUs)} µs):`);
    const rows = (['perform', 'step'] as const).flatMap((form) => this.#timed(form));
    results.table({ head: TIMES_HEAD, rows });
    results.metric(`clockUs${this.#occupancy}`, clockUs);
  }

  #timed(form: 'perform' | 'step'): string[][] {
    progress(`${this.#occupancy} %: single commands ${TITLE[form]}`);
    const times = timeCommands(form, this.#load);
    const all = new Durations();
    const rows = COMMANDS.map((command) => {
      const durations = times[command].durations();
      all.add(durations);
      return timesRow(`  ${command}`, durations);
    });
    timesMetrics(this.#results, `command${SUFFIX[form]}${this.#occupancy}`, all);
    if (form === 'perform') {
      const judged = WANTED_US.map(([name, share, wantedUs]) => {
        return `${name} ≤ ${wantedUs} µs: ${all.percentileUs(share) <= wantedUs ? 'reached' : 'not reached'}`;
      });
      this.#results.say(`wanted ${TITLE[form]}: ${judged.join('; ')}`);
    }
    return [timesRow(TITLE[form], all), ...rows];
  }

  #livesMetrics(form: Form, { livesPerS, cpuUsPerLife, occupancy }: Sustained): void {
    const suffix = `${SUFFIX[form]}${this.#occupancy}`;
    this.#results.metric(`livesPerSecond${suffix}`, Math.round(livesPerS));
    this.#results.metric(`cpuUsPerLife${suffix}`, cpuUsPerLife);
    if (form === 'perform') this.#results.metric(`occupancyFound${suffix}`, occupancy * 100);
  }
}

function livesRow(form: Form, found: Sustained): string[] {
  const wanted = WANTED_PER_S[form];
  const { livesPerS, cpuUsPerLife, gcShare, gcLongestMs, othersCores, occupancy, meanWaiting } = found;
  return [
    TITLE[form],
    Math.round(livesPerS).toString(),
    Math.round(livesPerS * EVENTS_PER_LIFE).toString(),
    cpuUsPerLife.toFixed(2),
    `${(gcShare * 100).toFixed(1)} %`,
    `${gcLongestMs.toFixed(1)} ms`,
    othersCores === undefined ? '–' : othersCores.toFixed(2),
    `${(occupancy * 100).toFixed(1)} %`,
    meanWaiting.toFixed(0),
    wanted === undefined ? '' : `≥ ${wanted}: ${livesPerS >= wanted ? 'reached' : 'not reached'}`,
  ];
}
