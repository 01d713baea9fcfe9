/**
 * Times the choice alone: the very functions by which the core finds a best partner, asked over a stage's indexes while nothing else happens.
 *
 * 1. A probe leaves everything as it was: its contacts are closed ones that enter their line and leave it again, unseen by settle; its agents are
 *    copies that nobody can find.
 * 2. Each question is about another demand class or agent, drawn anew, and between two of them a whole life goes by: caches hold what they
 *    hold when a real command comes.
 */
import { performance } from 'node:perf_hooks';
import { type Agent, newAgent } from '../../src/core/agent.ts';
import type { Contact } from '../../src/core/contact.ts';
import type { Core } from '../../src/core/core.ts';
import type { DemandClass } from '../../src/core/demand.ts';
import { bestForAgent, bestForContact, bestForLine } from '../../src/core/matching.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Times } from '../core/command-times.ts';
import type { Recruit } from '../core/staff.ts';
import type { ArrivalStage } from './arrival-stage.ts';

/** A contact of one demand class, closed: it waits only while a probe asks. */
interface Sample {
  readonly contact: Contact;
  readonly demand: DemandClass;
}

/** The best agent for a contact, of demand classes drawn at random. */
export class ContactProbe {
  readonly #core: Core;
  readonly #random: Prng;
  readonly #samples: Sample[] = [];

  /** Takes one contact of each demand class from the stage. */
  constructor(core: Core, stage: ArrivalStage, seed: number) {
    this.#core = core;
    this.#random = new Prng(seed);
    stage.showEach((contactId) => {
      const contact = core.state.known.get(contactId)?.contact;
      if (contact?.demand !== undefined) this.#samples.push({ contact, demand: contact.demand });
    });
  }

  /** Asks once and takes down how long it took. */
  ask(now: number, times: Times): void {
    const { contact, demand } = this.#samples[this.#random.below(this.#samples.length)] as Sample;
    const { state } = this.#core;
    const moment = state.moment(now);
    contact.demand = demand;
    const line = state.demands.enter(contact, state.epoch);
    const startedMs = performance.now();
    bestForLine(line, moment);
    // Settle, too, looks for the best of a line, and beside it for that of a contact of which its line does not know all.
    if (contact.preferredAgents.length > 0) bestForContact(contact, moment, state.agents);
    times.note(performance.now() - startedMs);
    state.demands.leave(contact);
  }
}

/** The best waiting contact for an agent drawn at random, as if it had just become free. */
export class AgentProbe {
  readonly #core: Core;
  readonly #random: Prng;
  readonly #agents: readonly Agent[];

  constructor(core: Core, recruits: readonly Recruit[], seed: number) {
    this.#core = core;
    this.#random = new Prng(seed);
    this.#agents = recruits.map(({ id }) => freeCopy(core.state.agents.get(id)));
  }

  /** Asks once and takes down how long it took. */
  ask(now: number, times: Times): void {
    const agent = this.#agents[this.#random.below(this.#agents.length)] as Agent;
    const { state } = this.#core;
    const moment = state.moment(now);
    const startedMs = performance.now();
    bestForAgent(agent, state.demands, moment);
    times.note(performance.now() - startedMs);
  }
}

function freeCopy(agent: Agent | undefined): Agent {
  if (agent?.supply === undefined) throw new Error('a probe copies agents that are signed in');
  const copy = newAgent(agent.id, agent.ordinal);
  copy.skills = agent.skills;
  copy.skillRecord = agent.skillRecord;
  copy.presence = 'AVAILABLE';
  copy.sessionId = agent.sessionId;
  copy.readySince = agent.readySince;
  copy.readyOrdinal = agent.readyOrdinal;
  copy.supply = agent.supply;
  return copy;
}
