// Which web pages may talk to the router.
import t from 'tap';
import { OriginList } from '../../src/edge/origins.ts';

t.test('[EDGE9] origins', async (t) => {
  const desk = ['https://desk.example.com'];
  const cases: [list: string[], origin: string | undefined, host: string | undefined, allowed: boolean, why: string][] =
    [
      [[], undefined, 'router:8750', true, 'no web page'],
      [[], 'http://router:8750', 'router:8750', true, 'the router itself'],
      [[], 'http://ROUTER:8750', 'router:8750', true, 'in any case'],
      [[], 'https://router', 'router:443', true, 'with the port of the scheme'],
      [[], 'http://router', 'router:80', true, 'with the port of the scheme'],
      [[], 'http://router:8751', 'router:8750', false, 'another port'],
      [[], 'http://router:8750', undefined, false, 'no host to compare with'],
      [[], 'http://evil.example.com', 'router:8750', false, 'another page'],
      [[], 'null', 'null', false, 'a sandboxed page'],
      [[], 'file://', '', false, 'a file'],
      [[], 'not an origin', 'router:8750', false, 'nonsense'],
      [[], 'chrome-extension://router:8750', 'router:8750', false, 'no web scheme'],
      [desk, 'https://desk.example.com', 'router:8750', true, 'listed'],
      [desk, 'https://desk.example.com:443', 'router:8750', true, 'listed, port written out'],
      [desk, 'http://desk.example.com', 'router:8750', false, 'another scheme'],
      [desk, 'https://desk.example.com.evil.com', 'router:8750', false, 'listed as a prefix only'],
      [desk, 'https://evil.com/https://desk.example.com', 'router:8750', false, 'listed as a path only'],
      [['https://desk.example.com:8443'], 'https://desk.example.com:8443', undefined, true, 'listed with port'],
      [['https://desk.example.com/'], 'https://desk.example.com', undefined, true, 'listed with a slash'],
      [['*'], 'http://evil.example.com', 'router:8750', true, 'any'],
      [['*'], 'null', 'router:8750', true, 'any, whatever it is'],
    ];
  for (const [list, origin, host, allowed, why] of cases) {
    t.equal(new OriginList(list).allows(origin, host), allowed, `${why}: ${origin} at ${host}`);
  }
});

t.test('a list with something else than origins is refused by name', async (t) => {
  for (const entry of [
    'desk.example.com',
    'https://desk.example.com/path',
    'ftp://desk',
    '',
    'https://u@desk.example.com',
  ])
    t.throws(() => new OriginList([entry]), { name: 'EdgeFailure', code: 'BAD_OPTIONS' }, entry);
});
