/** The oracle of the tests in the core's place: it looks at every pair at every decision, and must choose as the core does. */
import type { Command } from '../../src/core/commands.ts';
import type { Performed } from '../../src/core/core.ts';
import { refuse } from '../../src/core/refusal.ts';
import { Oracle } from '../../test/core/oracle/oracle.ts';
import type { Performer } from '../core/staff.ts';

export class BruteForce implements Performer {
  readonly #oracle = new Oracle();

  perform(command: Command, now: number): Performed {
    const firstSeq = this.#oracle.state.seq + 1;
    const { verdict, events } = this.#oracle.step(command, now);
    const refusal =
      verdict.kind === 'refused' ? refuse(verdict.reason, `the oracle refuses ${command.type}`) : undefined;
    return { refusal, events, firstSeq };
  }
}
