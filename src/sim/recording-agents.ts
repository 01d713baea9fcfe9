// Who was there: from the events of agents to the times in which each was AVAILABLE, connected, and the same.
//
// 1. Of what happened before the window only the last is kept, by fact. 2. A fact that no event tells is unknown until a snapshot tells it.
// 3. An agent without known skills has no spells; one whose presence is unknown counts as absent until it is told.

import type { CoreEvent } from '../core/events.ts';
import type { AgentRecord } from '../core/state-records.ts';
import type { Presence } from '../core/views.ts';
import type { AgentFacts, AgentSpell } from './recording.ts';

/** What matters of an agent. */
interface Standing {
  readonly directory: Pick<AgentFacts, 'skills' | 'capacity' | 'limits'>;
  readonly presence: Presence;
  readonly channels: readonly string[];
  readonly connected: boolean;
}

const FACTS = ['directory', 'presence', 'channels', 'connected'] as const;

interface Change {
  readonly seq: number;
  readonly at: number;
  readonly set: Partial<Standing>;
  /** The agent left the directory. */
  readonly removed: boolean;
}

interface Track {
  /** As events before the window left it. */
  known: Partial<Standing>;
  readonly changes: Change[];
}

export class AgentTracks {
  readonly #startAt: number;
  readonly #endAt: number;
  readonly #trackById = new Map<string, Track>();

  constructor(startAt: number, endAt: number) {
    this.#startAt = startAt;
    this.#endAt = endAt;
  }

  /** Folds an event; what is not about agents changes nothing. */
  take(seq: number, at: number, event: CoreEvent): void {
    switch (event.type) {
      case 'agentPut': {
        const { skills, capacity, limits } = event;
        return this.#change(event.agentId, {
          seq,
          at,
          set: { directory: { skills, capacity, limits } },
          removed: false,
        });
      }
      case 'agentRemoved':
        return this.#change(event.agentId, { seq, at, set: {}, removed: true });
      case 'presenceSet': {
        const { presence, channels } = event;
        return this.#change(event.agentId, { seq, at, set: { presence, channels }, removed: false });
      }
      case 'sessionOpened':
      case 'sessionLost':
        if (event.role !== 'AGENT') return;
        return this.#change(event.subjectId, {
          seq,
          at,
          set: { connected: event.type === 'sessionOpened' },
          removed: false,
        });
      default:
        return;
    }
  }

  /** What no event up to `seq` told of the agent was always as it is at `seq`. */
  complete(seq: number, record: AgentRecord): void {
    const { skills, capacity, limits, presence, channels, sessionId } = record;
    const then: Standing = { directory: { skills, capacity, limits }, presence, channels, connected: sessionId !== '' };
    const track = this.#track(record.id);
    for (const fact of FACTS) {
      if (fact in track.known) continue;
      if (track.changes.some((change) => change.seq <= seq && (change.removed || fact in change.set))) continue;
      track.known = { ...track.known, [fact]: then[fact] };
    }
  }

  /** All spells within the window, by agent; and how many agents were there of whom too little is known. */
  finish(): { readonly spells: readonly AgentSpell[]; readonly unknownCount: number } {
    const spells: AgentSpell[] = [];
    let unknownCount = 0;
    for (const [agentId, track] of this.#trackById) {
      const found = this.#spellsOf(agentId, track);
      spells.push(...found.spells);
      if (found.isUnknown) unknownCount++;
    }
    return { spells, unknownCount };
  }

  #spellsOf(agentId: string, track: Track): { spells: AgentSpell[]; isUnknown: boolean } {
    const spells: AgentSpell[] = [];
    let isUnknown = false;
    let standing = track.known;
    let fromAt = this.#startAt;
    const end = (toAt: number): void => {
      if (standing.presence !== 'AVAILABLE' || standing.connected !== true || toAt <= fromAt) return;
      if (standing.directory === undefined) isUnknown = true;
      else spells.push({ agentId, facts: { ...standing.directory, channels: standing.channels ?? [] }, fromAt, toAt });
    };
    for (const { at, set, removed } of track.changes) {
      if (at >= this.#endAt) break;
      end(at);
      standing = removed ? {} : { ...standing, ...set };
      fromAt = at;
    }
    end(Number.POSITIVE_INFINITY);
    return { spells: joined(spells), isUnknown };
  }

  #change(agentId: string, change: Change): void {
    const track = this.#track(agentId);
    if (change.at > this.#startAt) track.changes.push(change);
    else if (change.removed) track.known = { presence: 'OFFLINE', connected: false };
    else track.known = { ...track.known, ...change.set };
  }

  #track(agentId: string): Track {
    let track = this.#trackById.get(agentId);
    if (track === undefined) {
      track = { known: {}, changes: [] };
      this.#trackById.set(agentId, track);
    }
    return track;
  }
}

/** Spells that follow each other without a gap or a difference are one: an agent put again with the same skills, a session replaced. */
function joined(spells: readonly AgentSpell[]): AgentSpell[] {
  const result: AgentSpell[] = [];
  for (const spell of spells) {
    const last = result.at(-1);
    if (last !== undefined && last.toAt === spell.fromAt && factsKey(last.facts) === factsKey(spell.facts)) {
      result[result.length - 1] = { ...last, toAt: spell.toAt };
    } else result.push(spell);
  }
  return result;
}

/** Equal for equal facts, in whatever order they were given. */
export function factsKey({ skills, capacity, limits, channels }: AgentFacts): string {
  const sorted = (levels: Readonly<Record<string, number>>): unknown => Object.entries(levels).sort();
  return JSON.stringify([sorted(skills), capacity, sorted(limits), [...channels].sort()]);
}
