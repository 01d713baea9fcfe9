// Reads Prometheus text (format 0.0.4) as strictly as its description allows: what this takes, Prometheus takes. Throws at the first fault.
//
// 1. HELP and TYPE once each, before a metric's samples, and all samples of a metric together. 2. no series twice; labels escaped as the format
// says. 3. a histogram has ascending buckets up to +Inf, which never fall, and a sum and a count that agree with them.

export type Kind = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

export interface ReadSample {
  /** With `_bucket`, `_sum`, `_count` as it stands. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly kind: Kind;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const KINDS: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

interface Draft {
  readonly name: string;
  readonly help: string;
  kind: Kind | undefined;
  readonly samples: ReadSample[];
}

/** Families by name. */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const drafts = new Map<string, Draft>();
  let current: Draft | undefined;
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    try {
      if (line.startsWith('# HELP ')) current = openFamily(line.slice(7), drafts);
      else if (line.startsWith('# TYPE ')) setKind(line.slice(7), current);
      else if (line.startsWith('#') || line.trim() === '') continue;
      else addSample(line, current);
    } catch (cause) {
      throw new Error(`line ${index + 1}: ${cause instanceof Error ? cause.message : cause}: ${line}`, { cause });
    }
  }
  return new Map([...drafts.values()].map((draft) => [draft.name, familyOf(draft)]));
}

function openFamily(rest: string, drafts: Map<string, Draft>): Draft {
  const [name = '', ...words] = rest.split(' ');
  if (!NAME.test(name)) throw new Error('no metric name');
  if (drafts.has(name)) throw new Error('HELP twice, or a metric in two places');
  const draft = { name, help: words.join(' '), kind: undefined, samples: [] };
  drafts.set(name, draft);
  return draft;
}

function setKind(rest: string, current: Draft | undefined): void {
  const [name, kind = ''] = rest.split(' ');
  if (current === undefined || current.name !== name) throw new Error('TYPE of another metric than HELP');
  if (current.kind !== undefined || current.samples.length > 0) throw new Error('TYPE twice or late');
  if (!KINDS.includes(kind)) throw new Error(`no such type: ${kind}`);
  current.kind = kind as Kind;
}

function addSample(line: string, current: Draft | undefined): void {
  const match = SAMPLE.exec(line);
  if (match === null) throw new Error('no sample');
  const [, name = '', labels = '', value = ''] = match;
  if (current?.kind === undefined) throw new Error('a sample before its TYPE');
  if (!namesOf(current).includes(name)) throw new Error(`a sample of another metric than ${current.name}`);
  current.samples.push({ name, labels: readLabels(labels), value: readNumber(value) });
}

function namesOf({ name, kind }: Draft): readonly string[] {
  return kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    LABEL.lastIndex = at;
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`no label at ${at}`);
    const [whole, name = '', value = '', end] = match;
    at += whole.length;
    if (end === ',' && at === text.length) throw new Error('a comma after the last label');
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} twice`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function readNumber(text: string): number {
  if (NUMBER.test(text)) return Number(text);
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw new Error(`no number: ${text}`);
}

function familyOf({ name, help, kind, samples }: Draft): Family {
  if (kind === undefined) throw new Error(`${name} has no TYPE`);
  const seen = new Set<string>();
  for (const sample of samples) {
    const key = seriesKey(sample);
    if (seen.has(key)) throw new Error(`a series twice: ${key}`);
    seen.add(key);
  }
  if (kind === 'histogram') checkHistogram(name, samples);
  if (kind === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name}: a counter below 0`);
  return { name, help, kind, samples };
}

/** The same text for the same name and labels, whatever their order. */
export function seriesKey({ name, labels }: Pick<ReadSample, 'name' | 'labels'>): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => seriesKey({ name, labels }));
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    const sums = group.filter((sample) => sample.name === `${name}_sum`);
    const bounds = buckets.map(({ labels }) => readNumber(labels.le ?? ''));
    const isAscending = bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? Infinity));
    const isRising = buckets.every(
      ({ value }, index) => index === 0 || value >= (buckets[index - 1]?.value ?? Infinity),
    );
    if (!isAscending || bounds.at(-1) !== Infinity) throw new Error(`${key}: its buckets do not ascend to +Inf`);
    if (!isRising || buckets.at(-1)?.value !== count) throw new Error(`${key}: its buckets do not add up to its count`);
    if (sums.length !== 1) throw new Error(`${key}: no sum`);
  }
}
