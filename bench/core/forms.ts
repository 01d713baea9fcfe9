/**
 * The forms in which the core is measured, all with the same commands at the same instants.
 *
 * 1. `perform`: decide, apply, settle; the events are all that comes of it. This is what the suite's goal is about: pictures are what the
 *    engine draws for those who listen, and are no part of deciding.
 * 2. `step`: the same and the picture that the command is answered with, as the engine asks for it.
 * 3. `encoded`: `perform`, and its events as the journal's bytes: added one by one as group commit adds them, finished commit by commit.
 * 4. `stub`: no core at all, but events of the same number and shape, to see what the world around the core costs by itself.
 */
import { Core } from '../../src/core/core.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';
import { recruits } from './centre.ts';
import { benchPolicy } from './policy.ts';
import { putAgent, START_MS, setPolicy, signIn } from './staff.ts';
import { stubRouter } from './stub-router.ts';
import type { Consume } from './world.ts';

export const FORMS = ['perform', 'step', 'encoded', 'stub'] as const;
export type Form = (typeof FORMS)[number];

/** How many commands share a commit: about what gathers during one at the rates that a journal holds. */
const STEPS_PER_COMMIT = 50;

const WRAP_UP_MAX_MS = 30 * 60_000;
/** A contact that has come is long forgotten when its draft comes round again: at 99 % 4.9 come a second, 18,000 are remembered. */
export const DRAFT_COUNT = 24_000;

/** The form with everybody signed in; closed contacts are remembered for `forgetMs`. */
export function formOf(form: Form, seed: number, forgetMs: number): Consume {
  if (form === 'stub') return stubRouter();
  const core = new Core();
  setPolicy(core, benchPolicy({ wrapUpMs: WRAP_UP_MAX_MS, forgetMs }), START_MS);
  for (const recruit of recruits(seed)) {
    putAgent(core, recruit, START_MS);
    signIn(core, recruit.id, START_MS);
  }
  if (form === 'perform') return performing(core);
  return form === 'step' ? stepping(core) : encoding(core);
}

function performing(core: Core): Consume {
  return (command, now) => {
    const performed = core.perform(command, now);
    if (performed.refusal !== undefined) refused(command.type, performed.refusal.message);
    return performed;
  };
}

function stepping(core: Core): Consume {
  return (command, now) => {
    const stepped = core.step(command, now);
    if ('error' in stepped.outcome) refused(command.type, stepped.outcome.error.message);
    return stepped;
  };
}

function encoding(core: Core): Consume {
  const encoder = new EventEncoder();
  let stepCount = 0;
  return (command, now) => {
    const performed = core.perform(command, now);
    if (performed.refusal !== undefined) refused(command.type, performed.refusal.message);
    for (const event of performed.events) encoder.add(now, event);
    if (++stepCount % STEPS_PER_COMMIT === 0) encoder.finish();
    return performed;
  };
}

function refused(type: string, message: string): never {
  throw new Error(`${type} was refused: ${message}`);
}
