// The door of `cordboard/client`: what is behind it, and that browsers can go through.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import * as entry from '../../src/client/entry.ts';
import { SourceText } from '../tidy/source-text.ts';

const ROOT = join(import.meta.dirname, '../..');

t.test('what it gives', async (t) => {
  t.same(Object.keys(entry).sort(), [
    'AgentClient',
    'ClientFailure',
    'ConnectionLost',
    'CordboardError',
    'GatewayClient',
    'SupervisorClient',
  ]);
});

t.test('the package leads to it', async (t) => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  t.same(exports['./client'], { types: './dist/client/entry.d.ts', default: './dist/client/entry.js' });
});

t.test('nothing behind it needs Node', async (t) => {
  const seen = new Set<string>();
  const needed = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    // Nor what a strict Content-Security-Policy forbids: code made from text.
    t.notMatch(new SourceText(path, text).code, /\b(?:process|Buffer|require|eval|new Function)\b/, path);
    for (const [, isType, specifier = ''] of text.matchAll(
      /^(?:import|export)\b(\s+type\b)?[^'"]*?\bfrom '([^']+)'/gm,
    )) {
      if (isType !== undefined) continue;
      if (specifier.startsWith('.')) follow(join(dirname(path), specifier));
      else needed.add(specifier);
    }
  };
  follow(join(ROOT, 'src/client/entry.ts'));
  t.ok(seen.size > 15, `${seen.size} modules`);
  t.same([...needed].sort(), ['protobufjs/minimal.js', 'rxjs']);
});
