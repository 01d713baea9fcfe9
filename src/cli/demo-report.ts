// The demo in words: the lines that it prints. Pure: numbers in, text out.
//
// 1. Columns are as wide as their heads, so that lines stand under each other on any terminal.

import type { Latency, Progress } from './demo-measures.ts';
import type { LoadResult } from './demo-messages.ts';
import { type DemoTerms, type Pace, SEGMENTS, SERVICE_LEVEL_MS } from './demo-scenario.ts';
import type { Verdict } from './demo-verdict.ts';

const COUNT = new Intl.NumberFormat('en-US');

interface Column {
  readonly head: string;
  readonly of: (progress: Progress) => string;
}

const COLUMNS: readonly Column[] = [
  { head: '  time', of: ({ second }) => `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}` },
  { head: '   in/s', of: ({ submittedCount }) => COUNT.format(submittedCount) },
  { head: '  waiting', of: ({ waitingCount }) => COUNT.format(waitingCount) },
  { head: '  offered', of: ({ offeredCount }) => COUNT.format(offeredCount) },
  { head: '  talking', of: ({ talkingCount }) => COUNT.format(talkingCount) },
  { head: '   busy', of: ({ occupancy }) => share(occupancy) },
  { head: '  answered/s', of: ({ answeredCount }) => COUNT.format(answeredCount) },
  { head: '  abandoned/s', of: ({ abandonedCount }) => COUNT.format(abandonedCount) },
  { head: '  submit→offer p50', of: ({ submitToOffer }) => latencyText(submitToOffer, 'p50Us') },
  { head: '       p99', of: ({ submitToOffer }) => latencyText(submitToOffer, 'p99Us') },
];

/** What is about to happen. */
export function introduction(
  terms: DemoTerms,
  pace: Pace,
  gatewayCount: number,
  url: string,
  dataText: string,
): string {
  const { runId, agentCount, ratePerS, seconds } = terms;
  const heldMs = pace.answerMs + pace.talkMs + pace.wrapUpMs;
  return [
    `Run ${runId}: ${COUNT.format(agentCount)} agents and ${gatewayCount} gateways on real sockets, ` +
      `${COUNT.format(ratePerS)} contacts/s for ${seconds} s.`,
    `An agent is busy with a voice contact for ${duration(heldMs * 1000)} on average, with a chat for twice as long: ` +
      `occupancy about ${share(pace.occupancy)}.`,
    `Router ${url}, data ${dataText}.`,
  ].join('\n');
}

/** The heads of the columns. */
export function progressHead(): string {
  return COLUMNS.map(({ head }) => head).join('');
}

/** One second. */
export function progressLine(progress: Progress): string {
  const line = COLUMNS.map(({ head, of }) => of(progress).padStart(head.length)).join('');
  return progress.draining ? `${line}  draining` : line;
}

/** Everything at the end but the last line. */
export function summary({ measures, verdict, submittingMs, drainingMs }: LoadResult): string {
  const { closedCountByState } = verdict;
  const counts: [string, number, string][] = [
    ['Contacts in', measures.submittedCount, `acknowledged ${COUNT.format(verdict.acknowledgedCount)}`],
    ['Answered', measures.answeredCount, `completed ${COUNT.format(closedCountByState.COMPLETED)}`],
    ['Abandoned', closedCountByState.ABANDONED, share(closedCountByState.ABANDONED / (verdict.acknowledgedCount || 1))],
    ['Offers', measures.offerCount, `declined ${measures.declinedCount}, missed ${measures.missedCount}`],
  ];
  const refused = Object.entries(measures.refusedCountByReason).map(([reason, count]) => `${reason} ${count}`);
  return [
    `Submitted for ${duration(submittingMs * 1000)}, drained in ${duration(drainingMs * 1000)}; ` +
      `the agents were ${share(measures.occupancy)} busy.`,
    '',
    ...counts.map(([name, count, more]) => `${name.padEnd(16)}${COUNT.format(count).padStart(9)}   ${more}`),
    '',
    `Service level: answered within ${duration(SERVICE_LEVEL_MS * 1000)} / (answered + abandoned)`,
    ...SEGMENTS.map((segment) => {
      const { answeredCount, answeredInTimeCount, abandonedCount } = measures.bySegment[segment];
      const all = answeredCount + abandonedCount;
      const level = all === 0 ? '–' : share(answeredInTimeCount / all);
      return `  ${segment.padEnd(14)}${level.padStart(9)}   of ${COUNT.format(all)}`;
    }),
    '',
    'Submit → offer at the agent’s socket',
    latencyLine('an agent free', measures.offeredAtOnce),
    latencyLine('all contacts', measures.offeredAtAll),
    ...(refused.length === 0 ? [] : ['', `Refused, as happens when two act at once: ${refused.join(', ')}.`]),
    ...(measures.unansweredCount === 0 ? [] : ['', `Requests without an answer: ${measures.unansweredCount}.`]),
    '',
    verdictText(verdict),
  ].join('\n');
}

/** Whether all is well: no fault, and something to be judged, unless the demo was stopped before. */
export function hasPassed({ verdict }: LoadResult, wasStopped: boolean): boolean {
  return verdict.passed && (verdict.acknowledgedCount > 0 || wasStopped);
}

/** The last line. */
export function conclusion(result: LoadResult, wasStopped: boolean): string {
  const { verdict } = result;
  if (verdict.passed && verdict.acknowledgedCount === 0) {
    return `${wasStopped ? 'STOPPED' : 'FAILED'}: no contact was acknowledged.`;
  }
  if (verdict.passed) return 'PASSED: nothing lost, nothing doubled, nobody over capacity.';
  const { lost, doubled, overCapacity, contradiction } = verdict.countByKind;
  return `FAILED: ${lost} lost, ${doubled} doubled, ${overCapacity} over capacity, ${contradiction} contradictions.`;
}

function verdictText({ countByKind, examples }: Verdict): string {
  const { lost, doubled, overCapacity, contradiction } = countByKind;
  const lines: [string, number][] = [
    ['lost', lost],
    ['doubled', doubled],
    ['over capacity', overCapacity],
    ['contradictions', contradiction],
  ];
  return [
    'Verdict, from what gateways and agents were told:',
    ...lines.map(([name, count]) => `  ${name.padEnd(14)}${COUNT.format(count).padStart(9)}`),
    ...examples.map((example) => `  ! ${example}`),
  ].join('\n');
}

function latencyLine(name: string, latency: Latency): string {
  const { count } = latency;
  const parts = (['p50Us', 'p99Us', 'maxUs'] as const).map(
    (key) => `${key.slice(0, 3)} ${latencyText(latency, key).padStart(8)}`,
  );
  return `  ${name.padEnd(14)}${parts.join('   ')}   (${COUNT.format(count)})`;
}

function latencyText(latency: Latency, key: 'p50Us' | 'p99Us' | 'maxUs'): string {
  return latency.count === 0 ? '–' : duration(latency[key]);
}

/** Three digits or so: 0.85 ms, 12.3 ms, 450 ms, 1.25 s. */
function duration(us: number): string {
  const ms = us / 1000;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${ms.toFixed(0)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

function share(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 && part > 0 ? 1 : 0)} %`;
}
