// What an interval asks for: how much of each traffic arrives in it, which groups may serve it, and a first guess of how many agents they need.
//
// 1. An interval is taken as if its mean rates had always been: what is left over from the one before is not known to it. 2. The guess gives each
// traffic to the most specialised groups that may serve it and takes Erlang A for each group by itself; the search makes it right.

import { assert } from '../lib/assert.ts';
import { fewestAgents } from './erlang.ts';
import { meanMs, placementOf, slotsOf } from './offered-load.ts';
import { type Scenario, type Traffic, WORLD_GATEWAY_ID } from './scenario.ts';
import type { Counts, StaffTarget, TrialTraffic } from './staff-trial.ts';

/** A traffic with the queue that it goes to and how many of its contacts an agent of each group may have at once. */
export interface StaffTraffic {
  readonly traffic: Traffic;
  readonly queue: string;
  /** By index of the group; 0: it may not serve them. */
  readonly slots: readonly number[];
  /** How long a contact takes of an agent with `handleFactor` 1, from offer to the end of wrap-up. */
  readonly meanHandleMs: number;
  /** Mean patience; Infinity: they never leave. */
  readonly meanPatienceMs: number;
}

/** Traffics with who may serve them; or, where nobody may, which. */
export function staffTraffics(
  scenario: Scenario,
): { readonly traffics: readonly StaffTraffic[] } | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const traffics = scenario.traffic.flatMap((traffic): StaffTraffic[] => {
    const placement = placementOf(scenario.policy, traffic.contact, WORLD_GATEWAY_ID);
    if (typeof placement === 'string') {
      faults.push(`traffic ${traffic.name}: ${placement}`);
      return [];
    }
    const slots = scenario.agents.map((group) => slotsOf(group, traffic.contact.channel, placement));
    if (slots.every((count) => count === 0)) faults.push(`traffic ${traffic.name}: no group of agents may serve it`);
    return [
      {
        traffic,
        queue: placement.queue.name,
        slots,
        meanHandleMs:
          meanMs(traffic.handle) + meanMs(traffic.wrapUp, placement.channel.wrapUpMs) + meanMs(scenario.answer.after),
        meanPatienceMs: traffic.patience === undefined ? Number.POSITIVE_INFINITY : meanMs(traffic.patience),
      },
    ];
  });
  return faults.length > 0 ? { faults } : { traffics };
}

/** Contacts a millisecond of a traffic between two instants, on average; its profile repeats. */
export function meanRateBetween({ profile, periodMs }: Traffic, fromMs: number, toMs: number): number {
  assert(fromMs < toMs, 'an interval has a length');
  let contacts = 0;
  for (let start = Math.floor(fromMs / periodMs) * periodMs; start < toMs; start += periodMs) {
    for (const [index, step] of profile.entries()) {
      const [stepFrom, stepTo] = [start + step.fromMs, start + (profile[index + 1]?.fromMs ?? periodMs)];
      contacts += step.perMs * Math.max(0, Math.min(toMs, stepTo) - Math.max(fromMs, stepFrom));
    }
  }
  return contacts / (toMs - fromMs);
}

/** The traffics of an interval that bring anything. */
export function demandOf(traffics: readonly StaffTraffic[], fromMs: number, toMs: number): readonly IntervalTraffic[] {
  return traffics.flatMap((traffic) => {
    const perMs = meanRateBetween(traffic.traffic, fromMs, toMs);
    return perMs > 0 ? [{ ...traffic, perMs }] : [];
  });
}

export interface IntervalTraffic extends StaffTraffic, TrialTraffic {}

/** Erlangs that the traffics bring to agents with `handleFactor` 1. */
export function loadOf(traffics: readonly IntervalTraffic[]): number {
  return traffics.reduce((sum, { perMs, meanHandleMs }) => sum + perMs * meanHandleMs, 0);
}

/** For how many of the traffics each group may work: the fewer, the more specialised it is. */
export function breadths(traffics: readonly StaffTraffic[], groupCount: number): readonly number[] {
  return Array.from({ length: groupCount }, (_, group) =>
    traffics.reduce((sum, { slots }) => sum + ((slots[group] ?? 0) > 0 ? 1 : 0), 0),
  );
}

/** The most specialised groups that may serve the traffic. */
export function specialists({ slots }: StaffTraffic, breadth: readonly number[]): readonly number[] {
  const able = [...slots.keys()].filter((group) => (slots[group] ?? 0) > 0);
  const narrowest = Math.min(...able.map((group) => breadth[group] ?? 0));
  return able.filter((group) => breadth[group] === narrowest);
}

/** The first guess: Erlang A for each group, with its share of the traffics. */
export function firstGuess(scenario: Scenario, traffics: readonly IntervalTraffic[], target: StaffTarget): Counts {
  const breadth = breadths(traffics, scenario.agents.length);
  return scenario.agents.map((group, index) => {
    let [perMs, workMs, leaving, slotsSum] = [0, 0, 0, 0];
    for (const traffic of traffics) {
      const able = specialists(traffic, breadth);
      if (!able.includes(index)) continue;
      const share = traffic.perMs / able.length;
      perMs += share;
      workMs += share * traffic.meanHandleMs * group.handleFactor;
      leaving += share / traffic.meanPatienceMs;
      slotsSum += share * (traffic.slots[index] ?? 1);
    }
    if (perMs === 0) return 0;
    const pooled = { arrivalRate: perMs, meanHandle: workMs / perMs, meanPatience: perMs / leaving };
    const servers = fewestAgents(pooled, target.level, target.withinMs) ?? Math.ceil(workMs) + 1;
    return Math.max(1, Math.ceil(servers / (slotsSum / perMs)));
  });
}
