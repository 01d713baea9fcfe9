// What the demo measures and says.
import t from 'tap';
import { Measures } from '../../src/cli/demo-measures.ts';
import type { LoadResult } from '../../src/cli/demo-messages.ts';
import { conclusion, hasPassed, introduction, progressHead, progressLine, summary } from '../../src/cli/demo-report.ts';
import { type DemoTerms, paceOf } from '../../src/cli/demo-scenario.ts';
import type { Verdict } from '../../src/cli/demo-verdict.ts';

const TERMS: DemoTerms = { runId: 'r1', seed: 5, agentCount: 50, ratePerS: 50, seconds: 20 };

function someMeasures(): Measures {
  const measures = new Measures();
  for (const [n, segment] of (['platinum', 'gold', 'default', 'default'] as const).entries()) {
    measures.submitting(`c${n}`, segment, 1_000);
    measures.seen(`c${n}`, 'QUEUED');
  }
  measures.offered('c0', true, 1_002);
  measures.offered('c1', false, 1_500);
  measures.offered('c1', false, 9_000);
  measures.seen('c0', 'OFFERED');
  measures.seen('c0', 'OFFERED');
  measures.answered('c0', 1_900);
  measures.seen('c0', 'ASSIGNED');
  measures.answered('c1', 2_500);
  measures.seen('c1', 'ASSIGNED');
  measures.seen('c1', 'COMPLETED');
  measures.seen('c2', 'ABANDONED');
  measures.seen('c2', 'ABANDONED');
  return measures;
}

const VERDICT: Verdict = {
  countByKind: { lost: 0, doubled: 0, overCapacity: 0, contradiction: 0 },
  examples: [],
  closedCountByState: { COMPLETED: 1_234, ABANDONED: 56, CANCELLED: 0, EXPIRED: 0 },
  acknowledgedCount: 1_290,
  passed: true,
};

t.test('a second: what happened in it and how things stand', async (t) => {
  const measures = someMeasures();
  t.match(measures.progress(0.8, false), {
    second: 1,
    submittedCount: 4,
    answeredCount: 2,
    abandonedCount: 1,
    waitingCount: 1,
    offeredCount: 0,
    talkingCount: 1,
    submitToOffer: { count: 1, p50Us: 2_000 },
  });
  t.match(measures.progress(0.2, true), {
    second: 2,
    submittedCount: 0,
    answeredCount: 0,
    submitToOffer: { count: 0 },
    draining: true,
  });
});

t.test('the whole: first offers only, service level from the submit, occupancy while contacts came', async (t) => {
  const measures = someMeasures();
  measures.progress(0.8, false);
  measures.progress(0.2, true);
  t.match(measures.summary(), {
    submittedCount: 4,
    answeredCount: 2,
    abandonedCount: 1,
    offerCount: 3,
    occupancy: 0.8,
    offeredAtOnce: { count: 1 },
    offeredAtAll: { count: 2 },
    bySegment: {
      platinum: { answeredCount: 1, answeredInTimeCount: 1, abandonedCount: 0 },
      gold: { answeredCount: 1, answeredInTimeCount: 0, abandonedCount: 0 },
      default: { answeredCount: 0, answeredInTimeCount: 0, abandonedCount: 1 },
    },
  });
});

t.test('lines stand under their heads', async (t) => {
  const head = progressHead();
  const measures = someMeasures();
  t.equal(progressLine(measures.progress(0.812, false)).length, head.length);
  t.equal(
    progressLine(measures.progress(0, true)),
    `${progressLine({ ...measures.progress(0, true), second: 2, draining: false })}  draining`,
  );
  t.match(head, /in\/s .*waiting .*offered .*talking .*answered\/s .*abandoned\/s .*submit→offer p50 .*p99$/);
});

t.test('the introduction says what is about to happen', async (t) => {
  const text = introduction(TERMS, paceOf(TERMS), 3, 'http://127.0.0.1:1', '/tmp/x');
  t.match(text, /50 agents and 3 gateways .* 50 contacts\/s for 20 s/);
  t.match(text, /occupancy about 85 %/);
});

function resultWith(verdict: Verdict): LoadResult {
  return { measures: someMeasures().summary(), verdict, submittingMs: 20_000, drainingMs: 1_234 };
}

t.test('the summary and the last line', async (t) => {
  const text = summary(resultWith(VERDICT));
  t.match(text, /Contacts in +4 +acknowledged 1,290/);
  t.match(text, /Abandoned +56 +4\.3 %/);
  t.match(text, /platinum +100 % +of 1/);
  t.match(text, /gold +0 % +of 1/);
  t.match(text, /an agent free +p50 +2\.00 ms/);
  t.match(text, /lost +0\n +doubled +0\n +over capacity +0\n +contradictions +0/);
  t.equal(conclusion(resultWith(VERDICT), false), 'PASSED: nothing lost, nothing doubled, nobody over capacity.');
});

t.test('faults are told', async (t) => {
  const verdict = {
    ...VERDICT,
    countByKind: { lost: 2, doubled: 1, overCapacity: 0, contradiction: 0 },
    examples: ['c1 was acknowledged but never seen closed'],
    passed: false,
  };
  t.match(summary(resultWith(verdict)), /! c1 was acknowledged/);
  t.equal(conclusion(resultWith(verdict), true), 'FAILED: 2 lost, 1 doubled, 0 over capacity, 0 contradictions.');
});

t.test('a run without contacts proves nothing, unless it was to be so', async (t) => {
  const result = resultWith({ ...VERDICT, acknowledgedCount: 0 });
  t.equal(hasPassed(result, false), false);
  t.equal(conclusion(result, false), 'FAILED: no contact was acknowledged.');
  t.equal(hasPassed(result, true), true);
  t.equal(conclusion(result, true), 'STOPPED: no contact was acknowledged.');
  t.equal(hasPassed(resultWith(VERDICT), false), true);
});
