// The closed lists of docs/SPEC.md and of the code are the same: reasons of refusals with their codes, reasons of revocations.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { refusalReasons, refuse, revocationReasons } from '../../src/core/refusal.ts';

const SPEC = readFileSync(join(import.meta.dirname, '../../docs/SPEC.md'), 'utf8');

/** Rows of the table under the heading cells, each as its cells. */
function rows(heading: string): string[][] {
  const start = SPEC.indexOf(heading);
  const lines = SPEC.slice(start).split('\n').slice(2);
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end === -1 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

t.test('[REF1] reasons and codes, in the same order', async (t) => {
  const listed = rows('| reason | code | given when |').map(([reason = '', code]) => [
    reason.replaceAll('`', ''),
    code,
  ]);
  t.strictSame(listed, Object.entries(refusalReasons));
});

t.test('[REF1] a refusal’s code follows from its reason', async (t) => {
  t.strictSame(refuse('QUEUE_FULL', 'full', 'p', 5), {
    code: 'RESOURCE_EXHAUSTED',
    reason: 'QUEUE_FULL',
    message: 'full',
    path: 'p',
    retryAfterMs: 5,
  });
  t.equal('retryAfterMs' in refuse('NO_QUEUE', 'none'), false);
});

t.test('[OFF11] reasons of revocations', async (t) => {
  const listed = rows('| revoked because | when |').map(([reason = '']) => reason.replaceAll('`', ''));
  t.strictSame(listed, [...revocationReasons]);
});
