// The catalogue against what the protocol promised, against itself, and against the document.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { entryOf, type LabelName, labelMeanings, metricNames } from '../../src/metrics/catalogue.ts';
import { metricsTables } from './metrics-table.ts';

/** What the outside was promised: names, and the labels that dashboards use. More labels may be added, none taken away. */
const PROMISED: Readonly<Record<string, readonly LabelName[]>> = {
  contacts_submitted_total: ['queue', 'channel', 'segment'],
  contacts_closed_total: ['state', 'queue'],
  contacts_waiting: ['queue'],
  oldest_wait_seconds: ['queue'],
  queue_gate_shut: ['queue'],
  contacts_scheduled: ['queue'],
  queue_open: ['queue'],
  estimated_wait_seconds: ['queue'],
  offers_total: ['outcome'],
  relaxations_total: ['queue'],
  callbacks_total: ['queue'],
  attempts_failed_total: ['queue'],
  overflows_total: ['queue'],
  declines_total: ['reason'],
  pulls_total: ['queue'],
  assigns_total: ['queue'],
  self_service_total: ['queue', 'outcome'],
  speed_of_answer_seconds: ['queue'],
  handle_time_seconds: ['queue'],
  service_level_answers_total: ['within', 'queue'],
  agents: ['presence'],
  agent_load_ratio: [],
  connections: ['role'],
  submit_to_offer_seconds: [],
  decision_seconds: [],
  journal_commit_seconds: [],
  journal_events_total: [],
  rejections_total: ['reason'],
  slow_consumers_total: [],
  clock_gap_seconds: [],
  transfers_total: ['queue', 'to'],
  requeues_total: ['queue', 'cause'],
  past_explanations_total: [],
  past_explanation_seconds_total: [],
  customers: [],
};

t.test('[MET1] the catalogue has what was promised and nothing else', async (t) => {
  t.same(
    metricNames,
    Object.keys(PROMISED).map((name) => `cordboard_${name}`),
  );
  for (const name of metricNames) {
    const { labels } = entryOf(name);
    for (const label of PROMISED[name.slice('cordboard_'.length)] ?? [])
      t.ok(labels.includes(label), `${name}{${label}}`);
  }
});

t.test('names say their kind and unit, labels are few and known', async (t) => {
  for (const name of metricNames) {
    const { kind, help, labels, buckets } = entryOf(name);
    t.match(name, /^cordboard_[a-z]+(_[a-z]+)*$/);
    t.equal(name.endsWith('_total'), kind === 'counter', `${name}: counters, and only they, end in _total`);
    t.equal(buckets !== undefined, kind === 'histogram', `${name}: buckets`);
    if (kind === 'histogram') t.match(name, /_seconds$/);
    t.ok(labels.length <= 4 && new Set(labels).size === labels.length, `${name}: labels`);
    for (const label of labels) t.ok(Object.hasOwn(labelMeanings, label), `${name}: ${label} is explained`);
    t.match(help, /^[A-Z].*\.$/, `${name}: help is a sentence`);
    const ascends = (buckets ?? []).every((bound, index, all) => index === 0 || bound > (all[index - 1] ?? bound));
    t.ok(ascends, `${name}: buckets ascend`);
  }
});

t.test('[MET1] docs/OPERATIONS.md shows the catalogue as it is', async (t) => {
  const path = join(import.meta.dirname, '../../docs/OPERATIONS.md');
  if (!existsSync(path)) return t.fail('there is no docs/OPERATIONS.md');
  const section = `\n${readFileSync(path, 'utf8')}`.split('\n## ').find((text) => text.startsWith('Metrics\n')) ?? '';
  t.ok(
    section.includes(metricsTables()),
    'under "## Metrics" stand the tables that `node test/metrics/metrics-table.ts` prints',
  );
});
