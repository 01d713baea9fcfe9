/**
 * What an agent's change of availability costs, for agents that serve so many demand classes: it takes an offer, is free again, becomes busy,
 * becomes available.
 *
 * 1. Agents that serve 1, 20 and 200 classes are three crews in one core; every agent has skills of its own, 5 of them. 2. Beside their classes
 *    there are 500 others, all in use once and kept. 3. Nobody waits: what is timed is upkeep, not choice.
 */
import { performance } from 'node:perf_hooks';
import type { Actor, Command } from '../../src/core/commands.ts';
import type { Performed } from '../../src/core/core.ts';
import type { Presence } from '../../src/core/views.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Times } from '../core/command-times.ts';
import { benchPolicy } from '../core/policy.ts';
import { GATEWAY, must, type Performer, putAgent, setPolicy, signIn } from '../core/staff.ts';
import { STAGE_FORGET_MS } from './arrival-stage.ts';
import { type Demand, draftOf, need } from './centre.ts';
import { type MadeOffer, Offers } from './offers.ts';
import { StageClock } from './stage-clock.ts';

const STEP_MS = 250;
const LEVELS = 10;
const SPARE_SKILLS = 500;

export const CHANGES = ['takes an offer', 'is free again', 'becomes busy', 'becomes available'] as const;
export type Change = (typeof CHANGES)[number];
export type ChangeTimes = Readonly<Record<Change, Times>>;

export class UpkeepStage {
  readonly offers = new Offers();
  readonly #core: Performer;
  readonly #crewSize: number;
  readonly #clock = new StageClock(STEP_MS);
  readonly #random: Prng;
  #serial = 0;

  constructor(
    core: Performer,
    size: { readonly crew: number; readonly otherDemands: number },
    served: readonly number[],
    seed: number,
  ) {
    this.#core = core;
    this.#crewSize = size.crew;
    this.#random = new Prng(seed);
    setPolicy(core, benchPolicy({ wrapUpMs: 0, forgetMs: STAGE_FORGET_MS }), this.#clock.now);
    for (let index = 0; index < size.otherDemands; index++) this.#visit(otherDemand(index));
    for (const count of served) this.#hire(count);
  }

  /** So many changes of each kind, of agents that serve so many classes, drawn at random. */
  run(served: number, count: number): ChangeTimes {
    const times = Object.fromEntries(CHANGES.map((change) => [change, new Times(count)])) as Record<Change, Times>;
    for (let index = 0; index < count; index++) {
      this.#serve(served, times);
      this.#pause(served, times);
    }
    return times;
  }

  /** Agents of their own skills, who may serve exactly the classes of their crew. */
  #hire(served: number): void {
    for (let index = 0; index < this.#crewSize; index++) {
      const id = agentId(served, index);
      const skills: Record<string, number> = { [`crew-${served}`]: 1 + (index % LEVELS) };
      while (Object.keys(skills).length < 5) {
        skills[`spare-${this.#random.below(SPARE_SKILLS)}`] = 1 + this.#random.below(LEVELS);
      }
      putAgent(this.#core, { id, skills }, this.#clock.advance());
      signIn(this.#core, id, this.#clock.now);
    }
    for (let index = 0; index < served; index++) this.#visit(crewDemand(served, index));
  }

  #serve(served: number, times: ChangeTimes): void {
    const { contactId, offer, tookMs } = this.#submit(crewDemand(served, this.#random.below(served)));
    if (offer === undefined) throw new Error(`nobody serves the ${served} classes`);
    times['takes an offer'].note(tookMs);
    const actor: Actor = { role: 'agent', id: offer.agentId };
    must(this.#core, { type: 'accept', actor, offerId: offer.offerId }, this.#clock.now);
    times['is free again'].note(this.#time({ type: 'complete', actor, contactId, version: 0 }).tookMs);
  }

  #pause(served: number, times: ChangeTimes): void {
    const id = agentId(served, this.#random.below(this.#crewSize));
    const actor: Actor = { role: 'agent', id };
    const change = (presence: Presence): number =>
      this.#time({ type: 'setPresence', actor, agentId: id, presence, reason: '', channels: [] }).tookMs;
    times['becomes busy'].note(change('BUSY'));
    times['becomes available'].note(change('AVAILABLE'));
  }

  /** A contact comes and goes, whether anybody is offered it or not. */
  #visit(demand: Demand): void {
    const { contactId } = this.#submit(demand);
    const cause = 'ABANDONED';
    must(this.#core, { type: 'cancel', actor: GATEWAY, contactId, cause, version: 0 }, this.#clock.now);
  }

  #submit(demand: Demand): { contactId: string; offer: MadeOffer | undefined; tookMs: number } {
    const contactId = `c-${this.#serial++}`;
    must(this.#core, { type: 'tick' }, this.#clock.advance());
    const contact = draftOf(contactId, demand, [], this.#random);
    const { performed, tookMs } = this.#time({ type: 'submit', actor: GATEWAY, contact });
    return { contactId, offer: this.offers.of(performed), tookMs };
  }

  #time(command: Command): { performed: Performed; tookMs: number } {
    const startedMs = performance.now();
    const performed = this.#core.perform(command, this.#clock.now);
    const tookMs = performance.now() - startedMs;
    if (performed.refusal !== undefined) throw new Error(performed.refusal.message);
    return { performed, tookMs };
  }
}

function agentId(served: number, index: number): string {
  return `crew-${served}-${index}`;
}

/** Served by the crew alone: the other alternative is met by nobody. */
function crewDemand(served: number, index: number): Demand {
  return { index, requires: [need(`crew-${served}`, 1), need(`nobody-${served}-${index}`, 1)], prefers: [] };
}

function otherDemand(index: number): Demand {
  return { index, requires: [need(`other-${index}`, 1)], prefers: [] };
}
