// A replay as text for a terminal and as JSON: what was recorded beside what was replayed, queue by queue, then who is treated otherwise.
//
// Invariants: 1. the recorded figures come first, so that nobody reads a what-if without its check. 2. nothing is counted here.

import { type Table, textTable } from '../lib/text-table.ts';
import type { RecordedFigures } from './recorded-figures.ts';
import type { Recording } from './recording.ts';
import type { Replay, Treatment, TreatmentChange } from './replay.ts';
import type { Report, TrafficReport } from './report.ts';
import { countText, figureText } from './report-text.ts';

/** The replay as `--json` prints it. */
export function replayJson(recording: Recording, replay: Replay, top: number): string {
  const { changes, ...rest } = replay;
  const [from, to] = [recording.fromAt, recording.toAt].map((at) => new Date(at).toISOString());
  return `${JSON.stringify({ from, to, ...rest, changedCount: changes.length, changes: changes.slice(0, top) }, null, 2)}\n`;
}

/** The replay for people. */
export function replayText(recording: Recording, replay: Replay, top: number): string {
  const { recorded, replayed, other, changes, warnings } = replay;
  const [from, to] = [recording.fromAt, recording.toAt].map((at) => new Date(at).toISOString());
  const runs: (readonly [string, RecordedFigures | Report])[] = [
    ['recorded', recorded],
    ['replayed', replayed],
  ];
  if (other !== undefined) runs.push(['other', other]);
  const lines = [
    `${from} to ${to}: ${countText(recorded.total.arrivals)} contacts, seed ${replayed.seed}, hash ${(other ?? replayed).hash}`,
    '',
    ...textTable(figuresTable(runs)),
    '',
    'recorded: what happened. replayed: the same policy and agents in the simulator; how far it is from what was recorded is how far it can be trusted.',
    ...(other === undefined ? [] : ['other: what is tried, with the same customers.']),
    ...warnings.concat(other?.warnings ?? replayed.warnings).map((warning) => `Warning: ${warning}`),
    '',
    ...changesText(changes, top, other !== undefined),
  ];
  return `${lines.join('\n')}\n`;
}

function figuresTable(runs: readonly (readonly [string, RecordedFigures | Report])[]): Table {
  const names = [...new Set(runs.flatMap(([, { traffic }]) => Object.keys(traffic)))];
  const rows = names.flatMap((name) => runs.map(([run, { traffic }]) => figuresRow(name, run, traffic[name])));
  if (names.length !== 1) rows.push(...runs.map(([run, { total }]) => figuresRow('total', run, total)));
  return {
    head: [
      'queue',
      'run',
      'contacts',
      'answered',
      'abandoned',
      'expired',
      'in time',
      'wait',
      'answer',
      'p95',
      'in line',
    ],
    rows,
  };
}

function figuresRow(name: string, run: string, figures: TrafficReport | undefined): readonly string[] {
  if (figures === undefined) return [name, run, '0'];
  const { ci95, waitSeconds, serviceLevel } = figures;
  return [
    name,
    run,
    countText(figures.arrivals),
    countText(figures.answered),
    countText(figures.abandoned),
    countText(figures.expired),
    figureText(serviceLevel.ofArrivals, 'share', ci95.serviceLevel.ofArrivals),
    figureText(figures.waitSecondsMean, 'seconds', ci95.waitSecondsMean),
    figureText(figures.speedOfAnswerSeconds, 'seconds', ci95.speedOfAnswerSeconds),
    figureText(waitSeconds.p95, 'seconds'),
    figureText(figures.queueLengthMean, 'contacts', ci95.queueLengthMean),
  ];
}

function changesText(changes: readonly TreatmentChange[], top: number, hasOther: boolean): readonly string[] {
  const pair = hasOther ? 'replayed to other' : 'recorded to replayed';
  if (changes.length === 0) return [`From ${pair} no contact is treated otherwise.`];
  const shown = changes.slice(0, top);
  const count = changes.length === 1 ? '1 contact is' : `${countText(changes.length)} contacts are`;
  const head = `From ${pair} ${count} treated otherwise${shown.length > 0 ? '; most of all:' : '.'}`;
  return shown.length > 0 ? [head, ...textTable(changesTable(shown))] : [head];
}

function changesTable(changes: readonly TreatmentChange[]): Table {
  const rows = changes.map(({ contactId, queue, submittedAt, recorded, replayed, other }) => {
    const [before, after] = other === undefined ? [recorded, replayed] : [replayed, other];
    const more = after.waitSeconds - before.waitSeconds;
    return [
      contactId,
      queue,
      submittedAt,
      treatmentText(before),
      treatmentText(after),
      figureText(more, 'seconds', null, true),
    ];
  });
  return { head: ['contact', 'queue', 'submitted', 'before', 'after', 'wait'], rows };
}

function treatmentText({ outcome, waitSeconds, agent }: Treatment): string {
  return `${outcome}${agent === '' ? '' : ` by ${agent}`} after ${figureText(waitSeconds, 'seconds')}`;
}
