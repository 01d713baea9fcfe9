// The outbox: order, joining, levels, bounds. A sink is filled and emptied by hand.
import t from 'tap';
import { type Level, Outbox, type OutboxBounds } from '../../src/edge/outbox.ts';
import { FakeSocket } from './fakes.ts';

interface Box {
  readonly outbox: Outbox;
  readonly sink: FakeSocket;
  readonly told: string[];
}

function box(bounds: Partial<OutboxBounds> = {}): Box {
  const sink = new FakeSocket();
  sink.capacityBytes = 10;
  const told: string[] = [];
  const outbox = new Outbox(
    'json',
    sink,
    { bytesMax: 1_000, levelsMax: 4, ...bounds },
    {
      onFlushWanted: () => told.push('flush'),
      onOverflow: () => told.push('overflow'),
      onLevelsLost: (fromSeq) => told.push(`lost from ${fromSeq}`),
    },
  );
  return { outbox, sink, told };
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

function textsOf(writes: readonly (readonly Uint8Array[])[]): string[][] {
  return writes.map((frames) => frames.map((frame) => Buffer.from(frame).toString()));
}

function level(seq: number, text = `L${seq}`): Level {
  return { seq, encode: () => bytesOf(text) };
}

t.test('frames of one tick leave in one write, in their order', async (t) => {
  const { outbox, sink, told } = box();
  outbox.put(bytesOf('a'));
  outbox.put(bytesOf('b'));
  outbox.putLevel('k', level(1));
  t.same(sink.writes, [], 'nothing before the end of the tick');
  t.same(told, ['flush'], 'asked once');
  outbox.flush();
  t.same(textsOf(sink.writes), [['a', 'b', 'L1']]);
  outbox.flush();
  t.equal(sink.writes.length, 1, 'nothing twice');
  outbox.put(bytesOf('c'));
  t.same(told, ['flush', 'flush']);
});

t.test('a long burst is written before the end of the tick', async (t) => {
  const { outbox, sink } = box({ bytesMax: 1_000_000 });
  const frame = 'x'.repeat(40_000);
  outbox.put(bytesOf(frame));
  t.equal(sink.writes.length, 0);
  outbox.put(bytesOf(frame));
  t.equal(sink.writes.length, 1);
  t.equal(sink.writes[0]?.length, 2);
});

t.test('while the sink is full levels wait, newest of each key, and leave in order when it has emptied', async (t) => {
  const { outbox, sink } = box();
  sink.isReading = false;
  outbox.put(bytesOf('0123456789'));
  outbox.flush();
  t.ok(sink.isFull);
  outbox.putLevel('a', level(1));
  outbox.putLevel('b', level(2));
  outbox.putLevel('a', level(3));
  outbox.put(bytesOf('reply'));
  outbox.putLevel('b', level(4));
  t.equal(outbox.heldLevelCount, 2);
  outbox.flush();
  t.equal(sink.writes.length, 1, 'still full: nothing more');
  sink.bufferedBytes = 0;
  outbox.flush();
  t.same(textsOf(sink.writes.slice(1)).flat(), ['L3', 'reply', 'L4'], 'the frame put in between keeps its place');
  t.equal(outbox.heldLevelCount, 0);
});

t.test('what is held leaves only as far as the sink takes it', async (t) => {
  const { outbox, sink } = box({ levelsMax: 100 });
  sink.isReading = false;
  sink.bufferedBytes = 10;
  for (let seq = 1; seq <= 9; seq++) outbox.putLevel(`k${seq}`, level(seq, 'x'.repeat(70_000)));
  sink.bufferedBytes = 0;
  outbox.flush();
  t.equal(sink.writes.flat().length, 1, 'one frame is more than it takes');
  t.equal(outbox.heldLevelCount, 8);
});

t.test('levels alone never overflow: past their number all are given up', async (t) => {
  const { outbox, sink, told } = box();
  sink.isReading = false;
  sink.bufferedBytes = 10;
  for (let seq = 1; seq <= 5; seq++) outbox.putLevel(`k${seq}`, level(seq, 'x'.repeat(5_000)));
  t.same(told, ['lost from 1']);
  t.equal(outbox.heldLevelCount, 0);
});

t.test('the next frame after the bound overflows; nothing is taken any more', async (t) => {
  const { outbox, sink, told } = box({ bytesMax: 100 });
  sink.isReading = false;
  outbox.put(bytesOf('x'.repeat(101)));
  outbox.flush();
  t.same(told, ['flush'], 'one frame fits, however long');
  outbox.put(bytesOf('y'));
  t.same(told, ['flush', 'overflow']);
  outbox.put(bytesOf('z'));
  outbox.putLevel('k', level(1));
  outbox.flush();
  outbox.close();
  t.same(told, ['flush', 'overflow'], 'told once');
  t.equal(sink.writes.length, 1);
});

t.test('held frames count, and releasing them never overflows', async (t) => {
  const { outbox, sink, told } = box({ bytesMax: 100 });
  sink.isReading = false;
  sink.bufferedBytes = 10;
  outbox.putLevel('k', level(1, 'x'.repeat(200)));
  for (let i = 0; i < 9; i++) outbox.put(bytesOf('0123456789'));
  t.equal(outbox.waitingBytes, 100);
  sink.bufferedBytes = 0;
  outbox.flush();
  t.notOk(told.includes('overflow'), 'a level of 200 bytes went out between them');
  outbox.put(bytesOf('0123456789'));
  t.ok(told.includes('overflow'), 'what is put new is counted against all of it');
});

t.test('close writes what was put; held levels go', async (t) => {
  const { outbox, sink } = box();
  outbox.put(bytesOf('a'));
  outbox.close();
  outbox.put(bytesOf('b'));
  t.same(textsOf(sink.writes), [['a']]);
  t.equal(outbox.heldLevelCount, 0);
});
