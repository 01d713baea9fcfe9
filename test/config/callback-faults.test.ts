// Callbacks in policy files: what is refused, each with every place and word of its faults.
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';

const queue = (text: string): string => `channels: { voice: {} }\nqueues:\n  all: { ${text} }`;

const BAD: readonly (readonly [what: string, text: string, faults: readonly string[]])[] = [
  [
    'relax: a callback is offered where none is made',
    queue('relax: [{ after: 20s, offerCallback: true }]'),
    ['3:47 queues.all.relax[0].offerCallback: expected only in a queue with `callback`: this one makes none'],
  ],
  [
    'callback: out of bounds',
    queue('callback: { within: 0s, attempts: 0, spacing: 1ms, every: 1s }'),
    [
      '3:30 queues.all.callback.within: expected a duration from 1s to 365d, found the text "0s"',
      '3:44 queues.all.callback.attempts: expected a whole number from 1 to 100, found the number 0',
      '3:56 queues.all.callback.spacing: expected a duration from 1s to 30d, found the text "1ms"',
      '3:61 queues.all.callback.every: unknown key "every"; expected one of within, attempts, spacing',
    ],
  ],
];

for (const [what, text, faults] of BAD) {
  t.test(`[CLI7, RLX11] refused: ${what}`, async (t) => {
    const result = parsePolicy(text);
    const told = 'faults' in result ? result.faults : [];
    t.strictSame(
      told.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`),
      faults,
    );
  });
}
