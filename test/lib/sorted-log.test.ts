// Paging through a log whose entries go stale, across compactions.
import t from 'tap';
import { SortedLog } from '../../src/lib/sorted-log.ts';

interface Entry {
  readonly id: number;
  order: number;
}

t.test('pages give the current items after an order, in order, each once', async (t) => {
  const log = new SortedLog<Entry>((item, order) => item.order === order);
  const items = Array.from({ length: 300 }, (_, id): Entry => ({ id, order: 0 }));
  let order = 0;
  for (let round = 0; round < 5; round++) {
    for (const item of items) {
      if ((item.id + round) % 3 === 0 && round > 0) continue;
      const isNew = item.order === 0;
      item.order = ++order;
      if (isNew) log.append(item, order);
      else log.renew(item, order);
      // Twice in a row takes no second entry.
      if (item.id % 7 === 0) {
        item.order = ++order;
        log.renew(item, order);
      }
    }
  }
  const expected = [...items].sort((a, b) => a.order - b.order);
  const seen: Entry[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: ReturnType<typeof log.pageAfter> = log.pageAfter(after, 7, 50, () => true);
    t.ok(page.items.length <= 7);
    seen.push(...page.items);
    after = page.next;
  }
  t.same(
    seen.map((item) => item.id),
    expected.map((item) => item.id),
  );
});

t.test('a page looks at so many entries and no more; what it looked at last is told', async (t) => {
  const log = new SortedLog<Entry>(() => true);
  for (let id = 1; id <= 10; id++) log.append({ id, order: id }, id);
  const page = log.pageAfter(2, 100, 4, (item) => item.id % 2 === 0);
  t.same(
    page.items.map((item) => item.id),
    [4, 6],
  );
  t.equal(page.next, 6);
  t.equal(page.last?.id, 6);
  t.equal(log.pageAfter(10, 1, 1, () => true).next, undefined);
});

t.test('orders only ascend', async (t) => {
  const log = new SortedLog<Entry>(() => true);
  log.append({ id: 1, order: 5 }, 5);
  t.throws(() => log.append({ id: 2, order: 5 }, 5));
  const last = { id: 3, order: 6 };
  log.append(last, 6);
  t.throws(() => log.renew(last, 6));
});
