// Random histories through the journal's and the snapshot's encoding: nothing that the core says is lost on the way.
import fc from 'fast-check';
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import { decodeEvents, encodeEvents } from '../../src/wire/event-codec.ts';
import { decodeRecords, encodeRecords } from '../../src/wire/state-codec.ts';
import { restlessArb } from './oracle/moves.ts';
import { runHistory } from './oracle/run-history.ts';
import { runs } from './oracle/runs.ts';

const FILE = 'test/core/journalled.test.ts';

t.test('[WIRE8, RST4] events and records come back as they were', async (t) => {
  fc.assert(
    fc.property(restlessArb, fc.nat(100), (history, percent) => {
      const { core, journal } = runHistory(history, { shadowFrom: 1000, everyBoundary: false });
      const events = decodeEvents(encodeEvents(journal));
      const cut = Math.floor((events.length * percent) / 100);
      const before = new Core();
      for (const { event, at } of events.slice(0, cut)) before.apply(event, at);
      const recovered = Core.fromRecords(decodeRecords(encodeRecords(before.records())));
      for (const { event, at } of events.slice(cut)) recovered.apply(event, at);
      if (recovered.stateHash() !== core.stateHash()) throw new Error(`recovered at event ${cut}: another hash`);
    }),
    runs(t, FILE, 60, 1000),
  );
  t.pass('hashes agree');
});
