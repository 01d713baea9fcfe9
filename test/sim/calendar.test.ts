// The calendar: whatever is scheduled, moved or cancelled, what comes next is the earliest, and of one instant the first that was scheduled.
import t from 'tap';
import { Calendar } from '../../src/sim/calendar.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';

t.test('[SIM2] happenings of one instant go in the order in which they were scheduled', async (t) => {
  const calendar = new Calendar();
  for (const node of [5, 3, 900, 1]) calendar.schedule(node, 10);
  calendar.schedule(7, 9);
  calendar.schedule(3, 10);
  t.equal(calendar.nextAt, 9);
  t.strictSame(
    Array.from({ length: 5 }, () => calendar.pop()),
    [7, 5, 900, 1, 3],
    'what is scheduled again counts from then',
  );
  t.equal(calendar.nextAt, Number.POSITIVE_INFINITY);
  t.throws(() => calendar.pop(), 'there is nothing to come');
});

t.test('[SIM2] like a sorted list, under random use', async (t) => {
  const random = new RandomStream(1, 'calendar');
  const calendar = new Calendar();
  let list: { node: number; at: number; ordinal: number }[] = [];
  for (let ordinal = 0; ordinal < 20_000; ordinal++) {
    const node = Math.floor(random.uniform() * 300);
    const choice = random.uniform();
    if (choice < 0.5) {
      const at = Math.floor(random.uniform() * 50);
      list = list.filter((one) => one.node !== node);
      list.push({ node, at, ordinal });
      calendar.schedule(node, at);
    } else if (choice < 0.6) {
      list = list.filter((one) => one.node !== node);
      calendar.cancel(node);
    } else if (list.length > 0) {
      list.sort((a, b) => a.at - b.at || a.ordinal - b.ordinal);
      const first = list.shift();
      if (calendar.nextAt !== first?.at || calendar.pop() !== first.node) return t.fail(`wrong after ${ordinal}`);
    }
    if (calendar.size !== list.length) return t.fail(`${calendar.size} scheduled, not ${list.length}`);
  }
  t.pass('20 000 steps agree');
});
