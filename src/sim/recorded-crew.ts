// Recorded agents as groups of a scenario, one agent each, whose shifts are the times in which it was seen AVAILABLE.
//
// 1. Skills, capacity, limits and channels belong to a group, so an agent for whom they changed becomes several, `ana`, `ana~2` …, never on duty at
// once. 2. Channels that it did not take are limits of 0.

import type { NamesOfAgent } from './recorded-source.ts';
import type { AgentFacts, AgentSpell } from './recording.ts';
import { factsKey } from './recording-agents.ts';
import type { AgentGroup, Shift } from './scenario.ts';

export interface RecordedCrew {
  readonly agents: readonly AgentGroup[];
  readonly namesOf: NamesOfAgent;
}

/** The agents of the spells, instants counted from `startAt`. `channels`: those that the policy knows. */
export function recordedCrew(
  spells: readonly AgentSpell[],
  startAt: number,
  channels: readonly string[],
): RecordedCrew {
  const taken = new Set(spells.map((spell) => spell.agentId));
  const namesById = new Map<string, string[]>();
  const agents: AgentGroup[] = [];
  for (const [agentId, own] of Map.groupBy(spells, (spell) => spell.agentId)) {
    const names: string[] = [];
    for (const alike of Map.groupBy(own, (spell) => factsKey(spell.facts)).values()) {
      const [first] = alike;
      if (first === undefined) continue;
      const id = names.length === 0 ? agentId : freeName(agentId, names.length + 1, taken);
      names.push(id);
      agents.push(
        groupOf(
          id,
          first.facts,
          alike.map((spell) => shiftOf(spell, startAt)),
          channels,
        ),
      );
    }
    namesById.set(agentId, names);
  }
  return { agents, namesOf: (agentId) => namesById.get(agentId) ?? [agentId] };
}

function groupOf(id: string, facts: AgentFacts, shifts: readonly Shift[], channels: readonly string[]): AgentGroup {
  const { skills, capacity, limits, channels: takes } = facts;
  const limitOf = (channel: string): readonly (readonly [string, number])[] => {
    if (takes.length > 0 && !takes.includes(channel)) return [[channel, 0]];
    return Object.hasOwn(limits, channel) ? [[channel, limits[channel] ?? 0]] : [];
  };
  return {
    id,
    agentIds: [id],
    skills,
    capacity,
    limits: Object.fromEntries(channels.flatMap(limitOf)),
    handleFactor: 1,
    shifts,
  };
}

/** A shift that is there once. */
function shiftOf({ fromAt, toAt }: AgentSpell, startAt: number): Shift {
  return { fromMs: fromAt - startAt, toMs: toAt - startAt, periodMs: Number.POSITIVE_INFINITY };
}

function freeName(agentId: string, number: number, taken: Set<string>): string {
  let name = `${agentId}~${number}`;
  while (taken.has(name)) name += '~';
  taken.add(name);
  return name;
}
