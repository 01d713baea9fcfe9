// The core against the brute-force oracle: random policies, agents, contacts and times; every event, answer, view and record equal, every
// offer by the rule. What the histories hold is in oracle/moves.ts, what is compared in oracle/run-history.ts.
//
// Full run: CORDBOARD_FULL=1 npx tap test/core/oracle.test.ts
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { crowdArb, type History, historyArb, restlessArb } from './oracle/moves.ts';
import { outboundArb } from './oracle/outbound-moves.ts';
import { runHistory } from './oracle/run-history.ts';
import { isFullRun, runs } from './oracle/runs.ts';

const FILE = 'test/core/oracle.test.ts';

t.setTimeout(isFullRun ? 1_800_000 : 120_000);

/** Runs so many histories against the oracle and counts what they made. */
function compare(t: Test, histories: fc.Arbitrary<History>, quick: number, full: number): void {
  let events = 0;
  let offers = 0;
  fc.assert(
    fc.property(histories, fc.nat(100), (history, shadowFrom) => {
      const { journal } = runHistory(history, { shadowFrom, everyBoundary: false });
      events += journal.length;
      for (const { event } of journal) if (event.type === 'offerMade') offers += 1;
    }),
    runs(t, FILE, quick, full),
  );
  t.comment(`${events} events, ${offers} offers`);
  t.ok(offers > 0, 'offers were made');
}

t.test('[RANK1, ROOM6, TIME1] every decision is the oracle’s', async (t) => compare(t, historyArb, 300, 10_000));

t.test('[RANK1, ROOM6, LINE1] many in line, many agents freed at once', async (t) => compare(t, crowdArb, 100, 3000));

t.test('[POL3, AGT2, ROOM6] policies, agents and gateways come and go', async (t) =>
  compare(t, restlessArb, 100, 3000),
);

t.test('[CBK1, ATT2, DNC1] customers are called, at their hours', async (t) => compare(t, outboundArb, 150, 3000));

t.test('[TIME8, TIME9] state after replay equals state before, at every event boundary', async (t) => {
  fc.assert(
    fc.property(historyArb, (history) => {
      runHistory(history, { shadowFrom: 0, everyBoundary: true });
    }),
    runs(t, FILE, 25, 500),
  );
  t.pass('hashes agree');
});
