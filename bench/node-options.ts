/** The options of Node that the router runs with: those of `npm start`. Servers beside it get the same. */
import { readFileSync } from 'node:fs';

const START = /^exec node ((?:--\S+ )*)dist\/main\.js serve$/;

export function optionsOfStart(): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const found = START.exec(scripts.start);
  if (found === null) throw new Error(`package.json: start is not "exec node OPTIONS dist/main.js serve"`);
  return (found[1] ?? '')
    .trim()
    .split(' ')
    .filter((option) => option !== '');
}
