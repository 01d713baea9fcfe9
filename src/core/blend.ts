// How channels lie beside one another with one agent: which yield to which, which are exclusive (SPEC, BLD). A policy that says nothing of
// it has no blends, and then load and count are all that room depends on.
//
// Invariants: 1. who holds more has never more room, nor less load: settle stands on that. 2. what yields to what is as the policy in force
// says, whenever the contacts were offered; what a contact costs is as it was when it was offered.

import type { Agent } from './agent.ts';
import type { Contact } from './contact.ts';
import type { Channel } from './names.ts';

/** What other channels mean for the room of one. */
export interface Blend {
  /** By channel index: what is held of that channel does not count here. */
  readonly yieldsHere: readonly boolean[];
}

/** Says of each channel how it lies beside the others; whether there is anything to say at all. */
export function blendChannels(channels: readonly Channel[]): boolean {
  const hasExclusive = channels.some(({ policy }) => policy.exclusive === true);
  let blends = false;
  for (const channel of channels) {
    const yieldsHere: boolean[] = [];
    for (const other of channels) {
      if (other.policy.yieldsTo?.includes(channel.name) === true) yieldsHere[other.index] = true;
    }
    const isBlended = hasExclusive || yieldsHere.length > 0;
    channel.blend = isBlended ? { yieldsHere } : undefined;
    blends ||= isBlended;
  }
  return blends;
}

/** What the agent carries as a contact of the channel sees it: without what yields to it. Units of capacity. */
export function loadFor(agent: Agent, channel: Channel): number {
  const { blend } = channel;
  if (blend === undefined) return agent.load;
  let load = 0;
  for (const { channel: held, cost } of agent.held) if (blend.yieldsHere[held.index] !== true) load += cost;
  return load;
}

/** Room by capacity and exclusiveness, where the channel has a blend. */
export function hasBlendedRoom(agent: Agent, channel: Channel, { yieldsHere }: Blend): boolean {
  const { cost, exclusive } = channel.policy;
  let load = cost;
  for (const { channel: held, cost: heldCost } of agent.held) {
    if (yieldsHere[held.index] === true) continue;
    if (exclusive === true || held.policy.exclusive === true) return false;
    load += heldCost;
  }
  return load <= agent.capacity;
}

/** What the agent carries as any contact sees it at least: that of channels that yield to none. */
export function leastLoad(agent: Agent): number {
  let load = 0;
  for (const { channel, cost } of agent.held) if ((channel.policy.yieldsTo?.length ?? 0) === 0) load += cost;
  return load;
}

/** Whether a contact that the agent holds may stay beside the others, by capacity and exclusiveness. */
export function fitsBeside(agent: Agent, contact: Contact): boolean {
  const { channel } = contact;
  let load = contact.cost;
  for (const other of agent.held) {
    if (other === contact || lieTogether(channel, other.channel)) continue;
    if (channel.policy.exclusive === true || other.channel.policy.exclusive === true) return false;
    load += other.cost;
  }
  return load <= agent.capacity;
}

/** Whether one of the two yields to the other. */
function lieTogether(one: Channel, other: Channel): boolean {
  return one.blend?.yieldsHere[other.index] === true || other.blend?.yieldsHere[one.index] === true;
}
