/**
 * The scenario that a command is given: read, checked, and held against what the world knows of it (who may serve what).
 *
 * 1. A scenario with any fault is refused whole, each fault a line with file, line and path.
 * 2. Whatever is allowed and hardly meant is a warning that stays with the scenario, and so gets into its report.
 */
import { readScenario } from '../config/scenario-file.ts';
import { checkLoad } from '../sim/offered-load.ts';
import { type Scenario, WORLD_GATEWAY_ID } from '../sim/scenario.ts';
import { faultLine } from './fault-line.ts';

/** The scenario cannot run; each line tells one fault. */
export class ScenarioRefused extends Error {
  override readonly name = 'ScenarioRefused';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** A scenario that may run, and from where. */
export interface GivenScenario {
  readonly file: string;
  readonly scenario: Scenario;
  readonly warnings: readonly string[];
}

/** Reads and checks a scenario file (`-`: standard input). Throws ScenarioRefused. */
export async function readGivenScenario(file: string): Promise<GivenScenario> {
  const result = await readScenario(file);
  if ('failure' in result) throw new ScenarioRefused([result.failure]);
  if ('faults' in result) throw new ScenarioRefused(result.faults.map((fault) => faultLine(fault.file, fault)));
  const { scenario, faultAt } = result;
  const { faults, warnings } = checkLoad(scenario, WORLD_GATEWAY_ID);
  if (faults.length > 0) {
    throw new ScenarioRefused(faults.map(({ path, message }) => faultLine(file, faultAt(path, message))));
  }
  return {
    file,
    scenario,
    warnings: [...result.warnings.map(({ path, message }) => `${path}: ${message}`), ...warnings],
  };
}
