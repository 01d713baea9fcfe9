// The hash of a run: every event counts, whatever is in it that the router decided, and their order.
import t from 'tap';
import type { CoreEvent } from '../../src/core/events.ts';
import { EventHash } from '../../src/sim/event-hash.ts';
import { anyOf, template } from './plain-scenario.ts';

const closed: CoreEvent = {
  type: 'contactClosed',
  contactId: 'c',
  state: 'COMPLETED',
  cause: 'AGENT',
  endedNow: true,
};
const accepted: CoreEvent = { type: 'offerAccepted', contactId: 'c', agentId: 'a', assignedUntil: 9_000_000_000_000 };
const offered: CoreEvent = {
  type: 'offerMade',
  contactId: 'c',
  agentId: 'a',
  expiresAt: 20,
  deadline: 30,
  cost: 100,
  urgencyUs: 5_000_000_000_000,
  fitUs: 7,
  readinessUs: -1,
  autoAccepted: false,
  runnersUp: [],
  idleUs: 0,
};
const submitted: Extract<CoreEvent, { type: 'contactSubmitted' }> = {
  type: 'contactSubmitted',
  contactId: 'c',
  gatewayId: 'world',
  hash: '',
  ...template(),
  customerId: '',
  journeyId: '',
  attributes: '',
  segment: 'default',
  requirement: anyOf('x'),
  clockRate: 1000,
  headStartUs: 0,
  waitUntil: 600_000,
};
const pair = { contactId: 'c', agentId: 'a' };
const present = { presence: 'BUSY', reason: '', channels: [], cause: 'MISSED_OFFER' } as const;
const entry = { name: '', capacity: 100, limits: {}, ofPolicy: false, mayPull: false } as const;
const others: CoreEvent[] = [
  submitted,
  { ...submitted, queue: 'other' },
  { ...submitted, segment: 'gold' },
  { ...submitted, requirement: anyOf('y') },
  { ...submitted, requirement: anyOf('x', 'y') },
  { ...submitted, requirement: [{ all: [{ skill: 'x', level: 2 }] }] },
  { ...submitted, clockRate: 2000 },
  { ...submitted, headStartUs: 1 },
  { ...submitted, waitUntil: 600_001 },
  { type: 'offerDeclined', ...pair, reason: '', coolDownUntil: 5 },
  { type: 'offerDeclined', ...pair, reason: '', coolDownUntil: 6 },
  { type: 'offerMissed', ...pair, coolDownUntil: 5 },
  { type: 'offerRevoked', ...pair, reason: 'AGENT_BUSY' },
  { type: 'offerRevoked', ...pair, reason: 'CONTACT_CANCELLED' },
  { type: 'coolDownEnded', ...pair },
  { type: 'contactEnded', ...pair, cause: 'AGENT', wrapUpUntil: 5 },
  { type: 'contactEnded', ...pair, cause: 'TOO_LONG', wrapUpUntil: 5 },
  { type: 'contactEnded', ...pair, cause: 'AGENT', wrapUpUntil: 6 },
  { type: 'contactRequeued', ...pair, cause: 'TOO_LONG', agedFrom: 1, waitUntil: 5, coolDownUntil: 0 },
  { type: 'contactRequeued', ...pair, cause: 'TOO_LONG', agedFrom: 2, waitUntil: 5, coolDownUntil: 0 },
  { type: 'contactRequeued', ...pair, cause: 'TOO_LONG', agedFrom: 1, waitUntil: 6, coolDownUntil: 0 },
  { type: 'tombstonesForgotten', closedThrough: 1 },
  { type: 'tombstonesForgotten', closedThrough: 2 },
  { type: 'presenceSet', agentId: 'a', ...present },
  { type: 'presenceSet', agentId: 'a', ...present, cause: 'AGENT' },
  { type: 'presenceSet', agentId: 'a', ...present, presence: 'DRAINING' },
  { type: 'presenceSet', agentId: 'a', ...present, channels: ['voice'] },
  { type: 'agentPut', agentId: 'a', ...entry, skills: {} },
  { type: 'agentPut', agentId: 'a', ...entry, skills: { x: 1 } },
  { type: 'contactAssigned', ...pair, cause: 'PULL', by: 'a', cost: 1, assignedUntil: 5 },
  { type: 'contactAssigned', ...pair, cause: 'ASSIGN', by: 'a', cost: 1, assignedUntil: 5 },
  { type: 'sessionOpened', role: 'AGENT', subjectId: 'a', sessionId: 'a' },
];
const add = (hash: EventHash, event: CoreEvent, customer: number, agent: number): void => {
  switch (event.type) {
    case 'contactSubmitted':
      return hash.submitted(event, customer);
    case 'offerMade':
      return hash.offered(event, customer, agent);
    case 'offerAccepted':
      return hash.accepted(event, customer, agent);
    case 'contactClosed':
      return hash.closed(event, customer, agent);
    default:
      return hash.other(event, customer, agent);
  }
};
const hashOf = (...steps: [event: CoreEvent, at: number, customer: number, agent: number][]): string => {
  const hash = new EventHash();
  for (const [event, at, customer, agent] of steps) {
    hash.moveTo(at);
    add(hash, event, customer, agent);
  }
  return hash.digest();
};

t.test('[SIM2] the hash is of every event: type, instant, contact, agent, facts, order', async (t) => {
  const hashes = [
    hashOf(),
    hashOf([closed, 1, 1, 1]),
    hashOf([closed, 2, 1, 1]),
    hashOf([closed, 1, 2, 1]),
    hashOf([closed, 1, 1, 2]),
    hashOf([closed, 1, 1, 1], [closed, 1, 1, 1]),
    hashOf([{ ...closed, state: 'ABANDONED' }, 1, 1, 1]),
    hashOf([{ ...closed, cause: 'GATEWAY' }, 1, 1, 1]),
    hashOf([accepted, 1, 1, 1]),
    hashOf([{ ...accepted, assignedUntil: accepted.assignedUntil + 1 }, 1, 1, 1]),
    hashOf([{ ...accepted, assignedUntil: accepted.assignedUntil + 2 ** 32 }, 1, 1, 1]),
    hashOf([offered, 1, 1, 1]),
    hashOf([{ ...offered, deadline: 31 }, 1, 1, 1]),
    hashOf([{ ...offered, urgencyUs: offered.urgencyUs + 1 }, 1, 1, 1]),
    hashOf([{ ...offered, fitUs: 8 }, 1, 1, 1]),
    hashOf([{ ...offered, readinessUs: 0 }, 1, 1, 1]),
    hashOf([closed, 1, 1, 1], [accepted, 1, 1, 1]),
    hashOf([accepted, 1, 1, 1], [closed, 1, 1, 1]),
    ...others.map((event) => hashOf([event, 1, 1, 1])),
  ];
  t.equal(new Set(hashes).size, hashes.length);
  t.ok(hashes.every((hash) => /^[0-9a-f]{32}$/.test(hash)));
  t.equal(hashOf([offered, 1, 1, 1], [closed, 5, 1, 1]), hashOf([offered, 1, 1, 1], [closed, 5, 1, 1]));
});
