// The catalogue as Markdown, as it stands in docs/OPERATIONS.md under "Metrics". Run by itself it prints the two tables to be put there.
import { type CatalogueEntry, entryOf, labelMeanings, metricNames } from '../../src/metrics/catalogue.ts';

const SOURCES: Readonly<Record<CatalogueEntry['source'], string>> = {
  events: 'events as they become durable',
  state: 'the state at the scrape',
  edge: 'the edge',
};

/** Both tables: metrics, then labels. */
export function metricsTables(): string {
  const metrics = metricNames.map((name) => {
    const { kind, help, labels, buckets, source } = entryOf(name);
    const names = labels.length === 0 ? '–' : labels.map((label) => `\`${label}\``).join(' ');
    const bounds = buckets === undefined ? '' : ` Buckets: ${buckets.join(', ')}.`;
    return `| \`${name}\` | ${kind} | ${names} | ${help}${bounds} | ${SOURCES[source]} |`;
  });
  const labels = Object.entries(labelMeanings).map(([label, meaning]) => `| \`${label}\` | ${meaning} |`);
  return [
    '| metric | kind | labels | what | counted from |',
    '|---|---|---|---|---|',
    ...metrics,
    '',
    '| label | says |',
    '|---|---|',
    ...labels,
  ].join('\n');
}

if (import.meta.main) process.stdout.write(`${metricsTables()}\n`);
