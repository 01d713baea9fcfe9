// What signals mean, one after the other.
import t from 'tap';
import { StopWishes } from '../../src/cli/stop-signals.ts';

t.test('[EDGE7] the first signal stops in order, the same one at once after it is the same wish', async (t) => {
  const wishes = new StopWishes();
  t.equal(wishes.take('SIGINT', 5_000), 'stop');
  t.equal(wishes.take('SIGINT', 5_009), 'same', 'a Ctrl-C that npm passes on');
  t.equal(wishes.take('SIGINT', 5_999), 'same');
  t.equal(wishes.take('SIGINT', 6_000), 'atOnce', 'a second Ctrl-C');
});

t.test('[EDGE7] another signal is never the same wish', async (t) => {
  const wishes = new StopWishes();
  t.equal(wishes.take('SIGTERM', 0), 'stop');
  t.equal(wishes.take('SIGINT', 0), 'atOnce');
});
