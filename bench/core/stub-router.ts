/**
 * What stands in the core's place to see what the world around it costs by itself: contacts go to the agent that is free longest, first come,
 * first served, whatever they require.
 *
 * 1. It answers with as many events as the core, of the types that the core gives, and with the fields that the world reads.
 * 2. It checks nothing and keeps nothing else, so that world and stub together cost little more than the world.
 */
import type { CoreEvent, OfferMade } from '../../src/core/events.ts';
import { Fifo } from '../../src/lib/fifo.ts';
import { AGENT_COUNT } from './centre.ts';
import type { Consume } from './world.ts';

const ACCEPTED: CoreEvent = { type: 'offerAccepted', contactId: '', agentId: '', assignedUntil: 0 };
const ENDED: CoreEvent = { type: 'contactEnded', contactId: '', agentId: '', cause: 'AGENT', wrapUpUntil: 0 };
const CLOSED: CoreEvent = { type: 'contactClosed', contactId: '', state: 'COMPLETED', cause: 'AGENT', endedNow: false };
/** In the place of a submission, whose fields the world does not look at. */
const SUBMITTED: CoreEvent = { type: 'tombstonesForgotten', closedThrough: 0 };

export function stubRouter(): Consume {
  const free = new Fifo<string>();
  for (let index = 0; index < AGENT_COUNT; index++) free.push(`agent-${index}`);
  const waiting = new Fifo<string>();
  let seq = 0;
  const settled = (first: CoreEvent): CoreEvent[] => {
    const contactId = free.size === 0 ? undefined : waiting.shift();
    const agentId = contactId === undefined ? undefined : free.shift();
    return contactId === undefined || agentId === undefined ? [first] : [first, offer(contactId, agentId)];
  };
  const answer = (events: readonly CoreEvent[]): ReturnType<Consume> => {
    const firstSeq = seq + 1;
    seq += events.length;
    return { events, firstSeq };
  };
  return (command) => {
    switch (command.type) {
      case 'submit':
        waiting.push(command.contact.id);
        return answer(settled(SUBMITTED));
      case 'accept':
        return answer([ACCEPTED]);
      case 'end':
        return answer([ENDED]);
      case 'complete':
        free.push(command.actor.id);
        return answer(settled(CLOSED));
      default:
        throw new Error(`no whole life has ${command.type}`);
    }
  };
}

function offer(contactId: string, agentId: string): OfferMade {
  return {
    type: 'offerMade',
    contactId,
    agentId,
    expiresAt: 0,
    deadline: 0,
    cost: 100,
    urgencyUs: 0,
    fitUs: 0,
    readinessUs: 0,
    autoAccepted: false,
    runnersUp: [],
    idleUs: 0,
  };
}
