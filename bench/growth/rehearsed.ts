/**
 * Stages that are warm and have a probe for the choice alone, and how they are timed: two beside each other, in turns, so that whatever the machine
 * does meanwhile it does to both.
 */
import type { Core } from '../../src/core/core.ts';
import type { Durations } from '../durations.ts';
import type { ArrivalStage } from './arrival-stage.ts';
import { AgentProbe, ContactProbe } from './probe.ts';
import { type Stage, type StageTimes, stageTimes } from './stage.ts';
import type { WaitingStage } from './waiting-stage.ts';

/** What came of the decisions of one stage. The choice is less the clock's cost, which would be a good part of it. */
export interface Decisions {
  readonly choice: Durations;
  readonly command: Durations;
  readonly beside: Durations;
}

/** A stage ready to be timed. */
export class Rehearsed {
  readonly stage: Stage;
  readonly #ask: (now: number, times: StageTimes) => void;

  constructor(stage: Stage, ask: (now: number, times: StageTimes) => void) {
    this.stage = stage;
    this.#ask = ask;
  }

  static ofArrivals(core: Core, stage: ArrivalStage, warm: number, seed: number): Rehearsed {
    stage.run(warm);
    const probe = new ContactProbe(core, stage, seed);
    return new Rehearsed(stage, (now, times) => probe.ask(now, times.choice));
  }

  static ofFreedAgents(core: Core, stage: WaitingStage, warm: number, seed: number): Rehearsed {
    stage.run(warm);
    const probe = new AgentProbe(core, stage.recruits, seed);
    return new Rehearsed(stage, (now, times) => probe.ask(now, times.choice));
  }

  run(count: number, times: StageTimes): void {
    const { stage } = this;
    stage.run(count, times, () => this.#ask(stage.now, times));
  }
}

const TURNS = 10;

/** So many decisions of each stage, in turns. */
export function timeInTurns(stages: readonly Rehearsed[], count: number, clockUs: number): Decisions[] {
  const runs = stages.map((stage) => ({ stage, times: stageTimes(count) }));
  const perTurn = Math.floor(count / TURNS);
  for (let turn = 0; turn < TURNS; turn++) for (const { stage, times } of runs) stage.run(perTurn, times);
  return runs.map(({ times }) => ({
    choice: times.choice.durations(clockUs),
    command: times.command.durations(),
    beside: times.beside.durations(),
  }));
}
