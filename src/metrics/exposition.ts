// Renders metrics as Prometheus text, by prom-client, without holding up the router: a page at a time, and after each millisecond of work
// the event loop has its turn.
//
// Invariants: 1. the samples of one series are read and rendered together; between series routing goes on. 2. one rendering at a time: who
// asks meanwhile gets the same text, so that a crowd of scrapers costs one. 3. prom-client holds none of our values: it asks for them here.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type CatalogueEntry, entryOf, type MetricName, metricNames } from './catalogue.ts';
import type { Sample, Series } from './series.ts';

/** Text in the format of its content type. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly text: string;
}

/** The series of each metric, as they are when they are asked for. */
export type SeriesByMetric = Readonly<Record<MetricName, () => Iterable<Series>>>;

/** Work between two turns of the event loop. */
const SLICE_MS = 1;
/** Samples rendered at once: well below SLICE_MS. */
const PAGE_SAMPLES = 200;

/** How often it is looked whether the event loop is late: each look costs a wake-up, also of a router that has nothing to do. */
const LOOP_LAG_EVERY_MS = 50;

/** Default metrics for which Node lists every socket, in one piece: at 5,000 agents they were half of what a scrape cost. Connections are counted by ours. */
const OF_EVERY_SOCKET = [
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
];

type Form = Pick<Counter | Gauge | Histogram, 'get'>;

/** A metric whose values are given each time that it is rendered: prom-client keeps name, help and kind. */
class GivenMetric extends Gauge<string> {
  readonly #form: Form;
  page: Sample[] = [];

  constructor(name: string, entry: CatalogueEntry) {
    super({ name, help: entry.help, registers: [] });
    this.#form = formOf(name, entry);
  }

  override async get(): ReturnType<Gauge<string>['get']> {
    return { ...(await this.#form.get()), values: this.page };
  }
}

function formOf(name: string, { kind, help, labels }: CatalogueEntry): Form {
  const options = { name, help, labelNames: [...labels], registers: [] };
  if (kind === 'counter') return new Counter(options);
  return kind === 'gauge' ? new Gauge(options) : new Histogram(options);
}

export class Exposition {
  readonly #registry = new Registry();
  readonly #metrics: readonly (readonly [GivenMetric, MetricName])[];
  readonly #processNames: readonly string[];
  #rendering: Promise<RenderedMetrics> | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_LAG_EVERY_MS });
    for (const name of OF_EVERY_SOCKET) this.#registry.removeSingleMetric(name);
    this.#processNames = this.#registry.getMetricsAsArray().map(({ name }) => name);
    this.#metrics = metricNames.map((name) => {
      const metric = new GivenMetric(name, entryOf(name));
      this.#registry.registerMetric(metric);
      return [metric, name];
    });
  }

  /** All that the catalogue names, then the metrics of the process. `series` is asked once a rendering, at its start. */
  render(series: () => SeriesByMetric): Promise<RenderedMetrics> {
    this.#rendering ??= this.#render(series).finally(() => {
      this.#rendering = undefined;
    });
    return this.#rendering;
  }

  async #render(readSeries: () => SeriesByMetric): Promise<RenderedMetrics> {
    const series = readSeries();
    const slices = new Slices();
    const texts: string[] = [];
    for (const [metric, name] of this.#metrics) {
      let isFirst = true;
      for (const page of pagesOf(series[name]())) {
        metric.page = page;
        const text = await this.#registry.getSingleMetricAsString(name);
        texts.push(isFirst ? text : withoutHead(text));
        isFirst = false;
        await slices.pause();
      }
      metric.page = [];
    }
    for (const name of this.#processNames) {
      texts.push(await this.#registry.getSingleMetricAsString(name));
      await slices.pause();
    }
    return { contentType: this.#registry.contentType, text: `${texts.join('\n')}\n` };
  }
}

/** Gives the event loop its turn when a slice of work is done. */
class Slices {
  #sinceMs = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#sinceMs < SLICE_MS) return;
    await nextTurn();
    this.#sinceMs = performance.now();
  }
}

/** Whole series, about PAGE_SAMPLES samples at a time; at least one page, if an empty one. */
function* pagesOf(series: Iterable<Series>): Generator<Sample[]> {
  let page: Sample[] = [];
  let pageCount = 0;
  for (const one of series) {
    page.push(...one.samples());
    if (page.length < PAGE_SAMPLES) continue;
    yield page;
    page = [];
    pageCount++;
  }
  if (page.length > 0 || pageCount === 0) yield page;
}

/** Without the lines that say help and kind, which a page before has said. */
function withoutHead(text: string): string {
  const head = text.indexOf('\n', text.indexOf('\n') + 1);
  return text.slice(head + 1);
}
