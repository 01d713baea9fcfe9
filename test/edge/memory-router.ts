// The real engine on a memory journal, with a small policy: what the edge serves in end-to-end tests.
import type { Test } from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { Command } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import { EngineClock, systemTime } from '../../src/engine/clock.ts';
import { ClosedPictures } from '../../src/engine/closed-pictures.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Reply } from '../../src/engine/port.ts';
import { type CommitGate, MemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';

const POLICY = `
channels:
  voice: { cost: 100, limit: 1, wrapUp: 60s }
  chat: { cost: 1, limit: 1000, wrapUp: 60s }
queues:
  billing: { when: { intent: "billing*" } }
  other: {}
agents:
  ana: { name: Ana, skills: { billing: 7 } }
  ben: { name: Ben, skills: { sales: 5 } }
`;

/** Runs until the test ends; a policy is in force. */
export async function startEngine(t: Test, gate?: CommitGate): Promise<Engine> {
  const engine = new Engine({
    core: new Core(),
    clock: new EngineClock(systemTime, 0),
    journal: await openMemoryJournal(new MemoryDisk(), gate),
    encoder: new EventEncoder(),
    pictures: new ClosedPictures(undefined),
    maxPending: 50_000,
    onFailure: (cause) => {
      throw cause;
    },
    monotonicMs: systemTime.monotonicMs,
  });
  const parsed = parsePolicy(POLICY);
  if ('faults' in parsed) throw new Error(parsed.faults[0]?.message);
  const actor = { role: 'admin', id: 'root' } as const;
  const reply = await ask(engine, { type: 'setPolicy', actor, policy: parsed.policy, source: POLICY, fileHash: '' });
  if ('error' in reply) throw new Error(reply.error.message);
  engine.start();
  t.teardown(() => engine.stop());
  return engine;
}

export function ask(engine: Engine, command: Command): Promise<Reply> {
  return new Promise((resolve) => engine.execute(command, resolve));
}
