// Classic bugs, planted in a copy of the source tree: what torture has to find. The product itself has no switches for this.
//
// 1. A bug is a few exact replacements; each text must be in its file exactly once, or nothing is planted and the test says so: whoever
//    rewords one of these lines rewords it here.
// 2. The copy lies in a temporary folder, with the project's packages and generated files in reach.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCE } from './product.ts';

interface Edit {
  /** Below src/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const BUGS: Readonly<Record<string, readonly Edit[]>> = {
  'double offer: a contact that is offered stays in line': [
    {
      file: 'core/apply-offer.ts',
      from: `  assert(contact.phase.state === 'QUEUED', 'only a waiting contact is offered');\n  const { since } = contact.queue.linePace;\n  leaveLine(state, contact);\n`,
      to: '  const { since } = contact.queue.linePace;\n',
    },
  ],
  'lost requeue: nobody looks at a contact that came back in line': [
    {
      file: 'core/apply-contact.ts',
      from: '  if (!isHeld) state.dirty.addLine(line);\n',
      to: '  if (!isHeld && contact.version < 3) state.dirty.addLine(line);\n',
    },
  ],
  'capacity leak on decline': [
    {
      file: 'core/apply-offer.ts',
      from: '  release(agent, contact);\n',
      to: `  if (answer === 'DECLINED') agent.held.splice(agent.held.indexOf(contact), 1);\n  else release(agent, contact);\n`,
    },
  ],
  'stale accept: an offer that ran out is accepted': [
    {
      file: 'core/decide-agent.ts',
      from: 'if (step.now >= offer.expiresAt)',
      to: 'if (step.now >= offer.expiresAt + 500)',
    },
  ],
  'off by one: deadlines fire a millisecond late': [
    { file: 'core/deadlines.ts', from: 'leastKey <= now', to: 'leastKey < now' },
  ],
  'forgotten cool-down: a declined contact is offered to the same agent again': [
    {
      file: 'core/apply-offer.ts',
      from: 'if (coolDownUntil > state.at) addCoolDown(',
      to: `if (answer !== 'DECLINED' && coolDownUntil > state.at) addCoolDown(`,
    },
  ],
  'wrong tie-break: of equal pairs the contact that arrived last': [
    {
      file: 'core/matching.ts',
      from: 'return a.contact.ordinal < b.contact.ordinal;',
      to: 'return a.contact.ordinal > b.contact.ordinal;',
    },
  ],
  'dropped event in a batch: a step’s fourth event and those after it are not journalled': [
    {
      file: 'engine/group-commit.ts',
      from: 'for (const event of step.events) this.#encoder.add(step.at, event);',
      to: 'for (const event of step.events.slice(0, 3)) this.#encoder.add(step.at, event);',
    },
  ],
  'early push: a commit is told before it is durable': [
    {
      file: 'engine/group-commit.ts',
      from: '    this.#append(first.firstSeq, count, last.at)\n',
      to: '    this.#append(first.firstSeq, count, last.at).catch((cause) => this.#fail(cause));\n    Promise.resolve()\n',
    },
  ],
  'clock going back: the router’s time is the wall clock': [
    {
      file: 'engine/clock.ts',
      from: 'this.#ms = Math.max(this.#ms + (aheadOfWall ? elapsedMs * SLEW : elapsedMs), wallMs);',
      to: 'this.#ms = wallMs;',
    },
  ],
};

/** A source tree of its own with the bug in it. */
export interface PlantedTree {
  readonly source: string;
  remove(): void;
}

/** Copies the tree and plants the bug; throws if one of its texts is not there exactly once. */
export function plant(edits: readonly Edit[], tree = SOURCE): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'cordboard-bug-'));
  const source = join(root, 'src');
  const remove = (): void => rmSync(root, { recursive: true });
  try {
    cpSync(tree, source, { recursive: true });
    cpSync(join(SOURCE, '../package.json'), join(root, 'package.json'));
    symlinkSync(join(SOURCE, '../node_modules'), join(root, 'node_modules'));
    for (const edit of edits) apply(source, edit);
  } catch (fault) {
    remove();
    throw fault;
  }
  return { source, remove };
}

function apply(source: string, { file, from, to }: Edit): void {
  const path = join(source, file);
  const text = readFileSync(path, 'utf8');
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`src/${file} has this ${times} times, not once: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
