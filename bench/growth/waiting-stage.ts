/**
 * W waiting contacts of 1,000 demand classes, all agents at work; agents become free one by one, each finds its best contact.
 *
 * 1. Steady: in the place of a contact that was taken comes one of the same demand class and kind, at the end of its line.
 * 2. What is due at the new instant is done before the timed command, by a tick of its own. 3. Every command is timed by itself.
 */
import { performance } from 'node:perf_hooks';
import type { Actor, Command } from '../../src/core/commands.ts';
import type { RelaxStep } from '../../src/core/policy.ts';
import { Prng } from '../../src/lib/prng.ts';
import { numberOf } from '../core/centre.ts';
import { benchPolicy } from '../core/policy.ts';
import { GATEWAY, must, type Performer, putAgent, type Recruit, setPolicy, signIn } from '../core/staff.ts';
import { STAGE_FORGET_MS } from './arrival-stage.ts';
import { type Centre, type Demand, draftOf } from './centre.ts';
import { type MadeOffer, Offers } from './offers.ts';
import type { Stage, StageTimes } from './stage.ts';
import { StageClock } from './stage-clock.ts';
import { hasAffinity, preferredFor, UNSERVEABLE_SHARE, type Variant } from './variant.ts';

/** So long a contact waits: whatever the number of them, they came within this time. */
const WAIT_MS = 3_600_000;
const LONG_MS = 365 * 24 * 3_600_000;
/** Begins the ids of contacts that name preferred agents. */
const AFFINE = 'a';

/** One third of those in line have another demand class than they came with, and one third another place in it as well. */
const STEPS: readonly RelaxStep[] = [
  { afterMs: WAIT_MS / 3, requires: [{ all: [], without: ['trainee'] }] },
  { afterMs: (2 * WAIT_MS) / 3, headStartMs: 60_000 },
];

interface StagePolicyChoice {
  readonly clockRate?: number;
  readonly offerTimeoutMs?: number;
  readonly relax?: readonly RelaxStep[];
}

/** The policies of a stage. `isChanged`: other clock rates, so that every contact has another place in line. */
export function stagePolicy(choice: StagePolicyChoice = {}) {
  return benchPolicy({ wrapUpMs: 0, forgetMs: STAGE_FORGET_MS, assignedMaxMs: LONG_MS, ...choice });
}

export class WaitingStage implements Stage {
  readonly core: Performer;
  readonly recruits: readonly Recruit[];
  readonly offers = new Offers();
  readonly #centre: Centre;
  readonly #variant: Variant;
  readonly #able: readonly (readonly Recruit[])[];
  readonly #clock: StageClock;
  readonly #random: Prng;
  /** By agent: the contact that it works on; '' for one that found none. */
  readonly #contactIds: string[];
  #serial = 0;
  #waitingCount = 0;

  constructor(
    core: Performer,
    centre: Centre,
    size: { readonly agents: number; readonly waiting: number },
    variant: Variant,
    seed: number,
  ) {
    this.core = core;
    this.#centre = centre;
    this.#variant = variant;
    this.#random = new Prng(seed);
    this.#clock = new StageClock(WAIT_MS / size.waiting);
    this.recruits = centre.recruits(size.agents);
    this.#able = centre.ableByDemand(this.recruits);
    this.#contactIds = this.recruits.map(() => '');
    setPolicy(core, stagePolicy(variant === 'relaxing' ? { relax: STEPS } : {}), this.#clock.now);
    for (const recruit of this.recruits) {
      putAgent(core, recruit, this.#clock.now);
      signIn(core, recruit.id, this.#clock.now);
    }
    this.#fill(size.waiting);
  }

  get now(): number {
    return this.#clock.now;
  }

  advance(): number {
    return this.#clock.advance();
  }

  /** So many agents become free, one after the other. `probe` is called before each, at its instant. */
  run(count: number, times?: StageTimes, probe?: () => void): void {
    for (let index = 0; index < count; index++) {
      const agent = this.#random.below(this.recruits.length);
      // One that nobody waits for has nothing to complete.
      if (this.#contactIds[agent] !== '') this.#free(agent, times, probe);
    }
  }

  #fill(count: number): void {
    const { demands, unserveable } = this.#centre;
    while (this.#waitingCount < count) {
      this.#clock.advance();
      const isInVain = this.#variant === 'unserveable' && this.#random.chance(UNSERVEABLE_SHARE);
      const from = isInVain ? unserveable : demands;
      this.#arrive(from[this.#random.below(from.length)] as Demand, hasAffinity(this.#variant, this.#random));
    }
  }

  #free(agent: number, times: StageTimes | undefined, probe: (() => void) | undefined): void {
    const now = this.#clock.advance();
    must(this.core, { type: 'tick' }, now);
    probe?.();
    const actor: Actor = { role: 'agent', id: `agent-${agent}` };
    const complete: Command = { type: 'complete', actor, contactId: this.#contactIds[agent] ?? '', version: 0 };
    const startedMs = performance.now();
    const completed = this.core.perform(complete, now);
    const completeMs = performance.now() - startedMs;
    if (completed.refusal !== undefined) throw new Error(completed.refusal.message);
    this.#contactIds[agent] = '';
    const offer = this.offers.of(completed);
    if (offer === undefined) return;
    times?.command.note(completeMs);
    this.#waitingCount--;
    this.#accept(offer, now);
    const demand = this.#centre.demands[numberOf(offer.contactId)] as Demand;
    const submitMs = this.#arrive(demand, offer.contactId.startsWith(AFFINE));
    times?.beside.note(submitMs);
  }

  /** A contact joins its line, or goes to an agent that found none before; how long that took. */
  #arrive(demand: Demand, isAffine: boolean): number {
    const preferred = isAffine ? preferredFor(this.#variant, demand, this.recruits, this.#able, this.#random) : [];
    const id = `${isAffine ? AFFINE : 'c'}${this.#serial++}-${demand.index}`;
    const contact = draftOf(id, demand, preferred, this.#random);
    const submit: Command = { type: 'submit', actor: GATEWAY, contact };
    const now = this.#clock.now;
    const startedMs = performance.now();
    const submitted = this.core.perform(submit, now);
    const tookMs = performance.now() - startedMs;
    if (submitted.refusal !== undefined) throw new Error(submitted.refusal.message);
    const offer = this.offers.of(submitted);
    if (offer === undefined) this.#waitingCount++;
    else this.#accept(offer, now);
    return tookMs;
  }

  #accept({ agentId, contactId, offerId }: MadeOffer, now: number): void {
    must(this.core, { type: 'accept', actor: { role: 'agent', id: agentId }, offerId }, now);
    this.#contactIds[numberOf(agentId)] = contactId;
  }
}
