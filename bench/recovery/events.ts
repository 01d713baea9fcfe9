/** Events as a router commits them, for parts that time the journal: those of whole lives, from a core in virtual time. */
import type { Command } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { CoreEvent } from '../../src/core/events.ts';
import { agentsOf } from '../latency/centre.ts';
import { FIRST_LIFE } from '../latency/life.ts';
import { Lives, signIns } from '../memory/lives.ts';
import { roomyPolicy, setPolicyOf } from '../memory/policies.ts';
import { START_AT } from './history.ts';

const AGENTS = 100;

/** At least so many events in a row. */
export function eventsOfLives(count: number, seed: number): CoreEvent[] {
  const core = new Core();
  const agents = agentsOf(AGENTS, seed);
  const found: CoreEvent[] = [];
  const execute = (command: Command, at: number): void => {
    const { events, firstSeq } = core.perform(command, at);
    for (const [index, event] of events.entries()) {
      if (event.type === 'offerMade') lives.offered(event.contactId, event.agentId, firstSeq + index);
      found.push(event);
    }
  };
  const lives = new Lives({ seed, startAt: START_AT, agents, firstLife: FIRST_LIFE, execute });
  execute(setPolicyOf(roomyPolicy('1h')), START_AT);
  for (const command of signIns(agents)) execute(command, START_AT);
  found.length = 0;
  while (found.length < count) lives.next();
  return found;
}
