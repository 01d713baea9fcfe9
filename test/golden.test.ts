// Golden journals: recorded histories whose state hash must never change. How they are recorded: golden/README.md.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Core } from '../src/core/core.ts';
import { decodeEvents, encodeEvents } from '../src/wire/event-codec.ts';
import { decodeRecords, encodeRecords } from '../src/wire/state-codec.ts';
import { FIRST_TYPES, type Golden } from './golden/golden.ts';

const FOLDER = join(import.meta.dirname, 'golden');
const NAMES = globSync('*.json', { cwd: FOLDER }).map((file) => file.replace(/\.json$/, ''));

t.ok(NAMES.length > 0, 'there is a recording');

for (const name of NAMES) {
  const path = join(FOLDER, name);
  const golden: Golden = JSON.parse(readFileSync(`${path}.json`, 'utf8'));

  t.test(`[TIME8, WIRE8] ${name}: the journal still means the same`, async (t) => {
    const events = decodeEvents(readFileSync(`${path}.events`));
    t.equal(events.length, golden.eventCount);
    const core = new Core();
    for (const { event, at } of events) core.apply(event, at);
    t.equal(core.stateHash(), golden.hash, 'replayed');
    t.strictSame(decodeEvents(encodeEvents(events)), events, 'encoded and decoded again');
    const seen = new Set(events.map(({ event }) => event.type));
    t.strictSame(
      (golden.types ?? FIRST_TYPES).filter((type) => !seen.has(type)),
      [],
      'every type of event that there was is in it',
    );
  });

  t.test(`[TIME9, WIRE8] ${name}: the snapshot still means the same`, async (t) => {
    const core = Core.fromRecords(decodeRecords([readFileSync(`${path}.snapshot`)]));
    t.equal(core.stateHash(), golden.hash, 'restored');
    const again = Core.fromRecords(decodeRecords(encodeRecords(core.records())));
    t.equal(again.stateHash(), golden.hash, 'written and restored again');
  });
}
