// The end of a tick: once each, those in a hurry first.
import t from 'tap';
import { FlushQueue } from '../../src/edge/flush-queue.ts';

t.test('each is flushed once, those in a hurry before the others, in the order in which they came', async (t) => {
  const deferred: (() => void)[] = [];
  const queue = new FlushQueue((run) => deferred.push(run));
  const flushed: string[] = [];
  const flushable = (name: string, isUrgent: boolean) => ({ isUrgent, flush: () => flushed.push(name) });
  const [gateway, ana, ben] = [flushable('gateway', false), flushable('ana', true), flushable('ben', true)];
  for (const one of [gateway, ana, gateway, ben, ana]) queue.add(one);
  t.equal(deferred.length, 1);
  t.same(flushed, []);
  deferred[0]?.();
  t.same(flushed, ['ana', 'ben', 'gateway']);
  queue.add(gateway);
  t.equal(deferred.length, 2, 'the next tick');
});
