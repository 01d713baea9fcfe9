// Queries of HTTP routes, read by the rules of their messages.
import t from 'tap';
import { decodeQuery } from '../../src/wire/query.ts';

t.test('parameters become fields', async (t) => {
  const query = new URLSearchParams('state=QUEUED&gateway=gw-1&open=true&after=c9&limit=5');
  t.same(decodeQuery('ContactsQuery', query), {
    value: { state: 'QUEUED', gateway: 'gw-1', open: true, after: 'c9', limit: 5 },
  });
  t.same(decodeQuery('ContactsQuery', []), { value: { state: '', gateway: '', open: false, after: '', limit: 100 } });
  t.same(decodeQuery('CancelQuery', []), { value: { cause: 'CANCELLED', version: 0 } });
  t.same(decodeQuery('AgentsQuery', [['limit', '0']]), { value: { after: '', limit: 100 } });
});

t.test('what is wrong is refused by the parameter’s name', async (t) => {
  const limit = 'expected a whole number from 0 to 1000, found ';
  const cases: [query: string, path: string, message: string | RegExp][] = [
    ['limit=1001', 'limit', `${limit}the number 1001`],
    ['limit=-1', 'limit', `${limit}the number -1`],
    ['limit=1.5', 'limit', `${limit}the number 1.5`],
    ['limit=1e2', 'limit', `${limit}the text "1e2"`],
    ['limit=', 'limit', `${limit}empty text`],
    ['limit=5&limit=6', 'limit', 'expected the parameter once, found it twice'],
    ['open=1', 'open', 'expected true or false, found the text "1"'],
    ['open=', 'open', 'expected true or false, found empty text'],
    ['state=queued', 'state', /^expected one of QUEUED, .*, found the text "queued"$/],
    ['state=STATE_UNSPECIFIED', 'state', /^expected one of QUEUED, /],
    ['after=a%20b', 'after', /^expected text that matches .*, found the text "a b"$/],
    ['page=2', 'page', 'ContactsQuery has no such field'],
    ['__proto__=2', '__proto__', 'ContactsQuery has no such field'],
  ];
  for (const [query, path, message] of cases) {
    t.match(decodeQuery('ContactsQuery', new URLSearchParams(query)), { refusal: { path, message } }, query);
  }
});
