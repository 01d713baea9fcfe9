// Records a golden journal: a seeded history, made by the oracle's generators and checked against the oracle while it is made, as the bytes that
// the router itself would journal, with the snapshot and the hash of the state that they lead to.
//
//     node test/golden/record.ts NAME SEED
//
// 1. It never writes over a file: a recorded history is kept for ever, a new one gets a new name.
// 2. It goes on until every type of event has happened and the journal has a thousand events at least.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { encodeEvents } from '../../src/wire/event-codec.ts';
import { encodeRecords } from '../../src/wire/state-codec.ts';
import { crowdArb, historyArb, restlessArb } from '../core/oracle/moves.ts';
import { outboundArb } from '../core/oracle/outbound-moves.ts';
import { ADMIN, Run } from '../core/oracle/run-history.ts';
import { EVENT_TYPES, type Golden } from './golden.ts';

const EVENTS_MIN = 1000;
const START = 1_760_000_000_000;

const [name, seedText] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9][a-z0-9.-]*$/.test(name) || !/^\d+$/.test(seedText ?? '')) {
  throw new Error('usage: node test/golden/record.ts NAME SEED');
}
const seed = Number(seedText);
const files = ['json', 'events', 'snapshot'].map((extension) => join(import.meta.dirname, `${name}.${extension}`));
const taken = files.find((path) => existsSync(path));
if (taken !== undefined) throw new Error(`${taken} is recorded already: it is kept for ever, take another name`);

const run = new Run();
for (let round = 0; round < 1000 && !isRich(); round++) {
  const arbitrary = [historyArb, crowdArb, restlessArb, outboundArb][round % 4] ?? historyArb;
  for (const history of fc.sample(arbitrary, { seed: seed + round, numRuns: 1 })) {
    const { policy } = history;
    const now = Math.max(START, run.core.at);
    run.step({ type: 'setPolicy', actor: ADMIN, policy, source: `round ${round}`, fileHash: '' }, now);
    for (const move of history.moves) run.move(move);
  }
}
if (!isRich()) throw new Error('this seed leads nowhere: take another');
run.finish(false);

const golden: Golden = { seed, eventCount: run.journal.length, types: EVENT_TYPES, hash: run.core.stateHash() };
const [jsonPath = '', eventsPath = '', snapshotPath = ''] = files;
writeFileSync(jsonPath, `${JSON.stringify(golden, undefined, 2)}\n`);
writeFileSync(eventsPath, encodeEvents(run.journal));
writeFileSync(snapshotPath, Buffer.concat([...encodeRecords(run.core.records())]));
process.stdout.write(`${name}: ${golden.eventCount} events, hash ${golden.hash}\n`);

function isRich(): boolean {
  const seen = new Set(run.journal.map(({ event }) => event.type));
  return run.journal.length >= EVENTS_MIN && EVENT_TYPES.every((type) => seen.has(type));
}
