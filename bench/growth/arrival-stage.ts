/**
 * A idle agents, each with its own skills; contacts arrive one by one, each finds the best agent, who is done with it at once.
 *
 * 1. Steady: before every arrival all agents are idle, and ready since different instants. 2. What is due at the new instant is done before the timed
 * command, by a tick of its own. 3. Every command is timed by itself.
 */
import { performance } from 'node:perf_hooks';
import type { Actor, Command } from '../../src/core/commands.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Times } from '../core/command-times.ts';
import { benchPolicy } from '../core/policy.ts';
import { GATEWAY, must, type Performer, putAgent, type Recruit, setPolicy, signIn } from '../core/staff.ts';
import { type Centre, type Demand, draftOf } from './centre.ts';
import { Offers } from './offers.ts';
import { type Stage, type StageTimes, stageTimes } from './stage.ts';
import { StageClock } from './stage-clock.ts';
import { hasAffinity, preferredFor, UNSERVEABLE_SHARE, type Variant } from './variant.ts';

/** Agents became ready within this time; it is more than what idling is counted for. */
const READY_SPREAD_MS = 15 * 60_000;
/** Closed contacts are remembered so long: short, since the stage has nothing to do with them. */
export const STAGE_FORGET_MS = 60_000;
/** Most contacts that wait in vain behind the arrivals of the variant `unserveable`. */
const WAITING_IN_VAIN_MAX = 100_000;

export class ArrivalStage implements Stage {
  readonly core: Performer;
  readonly recruits: readonly Recruit[];
  readonly offers = new Offers();
  readonly #centre: Centre;
  readonly #variant: Variant;
  readonly #able: readonly (readonly Recruit[])[];
  readonly #clock: StageClock;
  readonly #random: Prng;
  #serial = 0;

  constructor(core: Performer, centre: Centre, agentCount: number, variant: Variant, seed: number) {
    this.core = core;
    this.#centre = centre;
    this.#variant = variant;
    this.#random = new Prng(seed);
    this.#clock = new StageClock(READY_SPREAD_MS / agentCount);
    this.recruits = centre.recruits(agentCount);
    this.#able = centre.ableByDemand(this.recruits);
    setPolicy(core, benchPolicy({ wrapUpMs: 0, forgetMs: STAGE_FORGET_MS }), this.#clock.now);
    for (const recruit of this.recruits) {
      const now = this.#clock.advance();
      putAgent(core, recruit, now);
      signIn(core, recruit.id, now);
    }
    if (variant === 'unserveable') this.#fillInVain(Math.min(agentCount, WAITING_IN_VAIN_MAX) * UNSERVEABLE_SHARE);
    // Every demand class comes into use before anything is timed.
    for (const demand of centre.demands) this.#live(demand, undefined);
  }

  get now(): number {
    return this.#clock.now;
  }

  /** So many contacts come and go. `probe` is called before each, at its instant. */
  run(count: number, times?: StageTimes, probe?: () => void): void {
    for (let index = 0; index < count; index++) {
      const demand = this.#centre.demands[this.#random.below(this.#centre.demands.length)] as Demand;
      this.#live(demand, times, probe);
    }
  }

  /** One contact of each demand class comes and goes; `look` is called while it is with its agent. */
  showEach(look: (contactId: string) => void): void {
    for (const demand of this.#centre.demands) this.#live(demand, undefined, undefined, look);
  }

  /** The time of a contact's submission whose demand class was never there before, microseconds each. */
  firstUses(count: number): Times {
    const times = new Times(count);
    for (let index = 0; index < count; index++) {
      const { requires } = this.#centre.demands[this.#random.below(this.#centre.demands.length)] as Demand;
      const skill = `skill-${this.#random.below(10)}`;
      const prefers = [{ skill, secondsPerLevel: 3 + this.#serial / 1e6 }];
      this.#live({ index: 0, requires, prefers }, { ...stageTimes(1), command: times });
    }
    return times;
  }

  #fillInVain(count: number): void {
    const { unserveable } = this.#centre;
    for (let index = 0; index < count; index++) {
      const demand = unserveable[index % unserveable.length] as Demand;
      const contact = draftOf(`vain-${this.#serial++}`, demand, [], this.#random);
      must(this.core, { type: 'submit', actor: GATEWAY, contact }, this.#clock.now);
    }
  }

  #live(demand: Demand, times: StageTimes | undefined, probe?: () => void, look?: (contactId: string) => void): void {
    const now = this.#clock.advance();
    must(this.core, { type: 'tick' }, now);
    probe?.();
    const preferred = hasAffinity(this.#variant, this.#random)
      ? preferredFor(this.#variant, demand, this.recruits, this.#able, this.#random)
      : [];
    const contact = draftOf(`c-${this.#serial++}`, demand, preferred, this.#random);
    const submit: Command = { type: 'submit', actor: GATEWAY, contact };
    const startedMs = performance.now();
    const submitted = this.core.perform(submit, now);
    const submitMs = performance.now() - startedMs;
    const offer = this.offers.of(submitted);
    // In a small centre a demand class may have nobody at all.
    if (offer === undefined) return this.#leave(contact.id, now);
    look?.(contact.id);
    const actor: Actor = { role: 'agent', id: offer.agentId };
    must(this.core, { type: 'accept', actor, offerId: offer.offerId }, now);
    const complete: Command = { type: 'complete', actor, contactId: contact.id, version: 0 };
    const endedMs = performance.now();
    const completed = this.core.perform(complete, now);
    const completeMs = performance.now() - endedMs;
    if (completed.refusal !== undefined) throw new Error(completed.refusal.message);
    times?.command.note(submitMs);
    times?.beside.note(completeMs);
  }

  #leave(contactId: string, now: number): void {
    must(this.core, { type: 'cancel', actor: GATEWAY, contactId, cause: 'ABANDONED', version: 0 }, now);
  }
}
