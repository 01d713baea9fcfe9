// The options of each command as Markdown, as they stand in docs/OPERATIONS.md under "Options". Run by itself it prints them.

import { flagOf, variableOf } from '../../src/config/option.ts';
import { commandOptions } from '../../src/config.ts';

/** The table of one command. */
export function optionTable(command: keyof typeof commandOptions): string {
  const rows = Object.entries(commandOptions[command]).map(([key, option]) => {
    const { argument, about, expected, fallback, required, environmentOnly } = option;
    const flag = environmentOnly ? '–' : `\`${`${flagOf(key)} ${argument}`.trimEnd()}\``;
    const standard = required ? 'required' : fallback ? `\`${fallback}\`` : '–';
    return `| ${flag} | \`${variableOf(key)}\` | ${standard} | ${about}${expected === 'a text' ? '' : ` Expected: ${expected}.`} |`;
  });
  return ['| option | variable | default | what |', '|---|---|---|---|', ...rows].join('\n');
}

if (import.meta.main) {
  for (const command of ['serve', 'demo', 'token', 'simulate'] as const) {
    process.stdout.write(`### ${command}\n\n${optionTable(command)}\n\n`);
  }
}
