/**
 * Scenario files: the path of a YAML file in, resolved scenario out, or every fault with its file, line and path. What the
 * scenario names (a policy file, files of observed durations) is looked for beside it and read too.
 *
 * 1. All or nothing: a scenario with a fault does not exist.
 * 2. The policy is read by the policy's own grammar; only its `forget` has a shorter default. Its agents have no part:
 *    who answers is said by the scenario.
 * 3. Whether the agents can serve what arrives is asked by who runs the scenario, who tells it through `faultAt`.
 */
import { dirname, isAbsolute, join } from 'node:path';
import type { ResolvedPolicy } from '../core/policy.ts';
import type { AgentGroup, ContactTemplate, Distribution, Scenario, Shift, Traffic } from '../sim/scenario.ts';
import { DURATIONS_BYTES_MAX, parseDurations } from './durations-file.ts';
import { type Fault, inTextOrder, type PathSteps } from './fault.ts';
import { checkPolicy } from './policy-checks.ts';
import { POLICY_BYTES_MAX, parsePolicyBy, resolvePolicy } from './policy-file.ts';
import { type PolicyText, readPolicyText } from './policy-text.ts';
import { agentIdsOf, checkNames, checkTimes, type TrafficTimes, warnOfTimes } from './scenario-checks.ts';
import {
  type DistributionDraft,
  type GroupDraft,
  type ScenarioDraft,
  scenarioSchema,
  simulatedPolicySchema,
  type TrafficDraft,
} from './scenario-schema.ts';
import { type Objection, Reading } from './spec.ts';
import { readYaml, YamlSource } from './yaml-source.ts';

/** A fault, in the scenario's file or in one that it names. */
export interface FileFault extends Fault {
  readonly file: string;
}

/** A scenario that may run. */
export interface ParsedScenario {
  readonly scenario: Scenario;
  /** What is allowed and hardly meant. */
  readonly warnings: readonly FileFault[];
  /** A fault at a place of the scenario's file that is found later. */
  faultAt(path: PathSteps, message: string): FileFault;
}

export type ScenarioResult =
  | ParsedScenario
  | { readonly faults: readonly FileFault[] }
  /** There is no text to find faults in. */
  | { readonly failure: string };

/** Reads a text of at most so many bytes. */
export type TextReader = (path: string, bytesMax: number) => Promise<PolicyText>;

/** Reads the scenario of a file (`-`: standard input). Never throws for bad input. */
export async function readScenario(file: string, readText: TextReader = readPolicyText): Promise<ScenarioResult> {
  const read = await readText(file, POLICY_BYTES_MAX);
  if ('failure' in read) return read;
  const source = readYaml(read.text);
  if (!(source instanceof YamlSource)) return { faults: inTextOrder(source).map((fault) => ({ file, ...fault })) };
  const reading = new Reading(source);
  const draft = scenarioSchema.read(source.root, [], reading);
  if (source.tooManyAliases) return { faults: [{ file, ...source.fault(0, [], 'expected fewer uses of aliases') }] };
  return new ScenarioReader(file, source, reading, readText).finish(draft);
}

/** What comes after the grammar: the files that are named, then what has to go together. */
class ScenarioReader {
  readonly #file: string;
  readonly #source: YamlSource;
  readonly #reading: Reading;
  readonly #readText: TextReader;
  /** Faults in files that the scenario names, in the order of reading. */
  readonly #faultsElsewhere: FileFault[] = [];
  readonly #durationsByPath = new Map<string, Promise<readonly number[] | undefined>>();

  constructor(file: string, source: YamlSource, reading: Reading, readText: TextReader) {
    this.#file = file;
    this.#source = source;
    this.#reading = reading;
    this.#readText = readText;
  }

  async finish(draft: ScenarioDraft): Promise<ScenarioResult> {
    const policy = await this.#policy(draft);
    const times = await Promise.all(draft.traffic.map((traffic, index) => this.#times(traffic, ['traffic', index])));
    const after = await this.#distribution(draft.answer.after, ['answer', 'after']);
    this.#object(checkNames(draft, policy));
    if (policy !== undefined) this.#object(checkTimes(draft, times, policy));
    const faults = this.#faults();
    if (faults.length > 0 || policy === undefined || after === undefined) return { faults };
    const warnings = [...warnOfTimes(draft, times, after, policy)];
    const faultAt = (path: PathSteps, message: string): FileFault => ({
      file: this.#file,
      ...this.#source.faultAt(path, message),
    });
    return {
      scenario: {
        policy: { ...policy, agents: {} },
        traffic: draft.traffic.flatMap((traffic, index) => resolveTraffic(traffic, times[index])),
        agents: draft.agents.map(resolveGroup),
        answer: { after, declineRatio: draft.answer.decline, missRatio: draft.answer.miss },
        lines: draft.lines ?? Number.POSITIVE_INFINITY,
        warmUpMs: draft.run.warmUp,
        measureMs: draft.run.measure,
      },
      warnings: warnings.map(([path, message]) => faultAt(path, message)),
      faultAt,
    };
  }

  /** Undefined: it has faults, which were told. */
  async #policy({ policy, policyFile }: ScenarioDraft): Promise<ResolvedPolicy | undefined> {
    if (policy !== undefined && policyFile !== undefined) {
      this.#reading.faultAt(['policyFile'], 'expected policy or policyFile, found both');
      return undefined;
    }
    if (policy !== undefined) {
      const before = this.#reading.faults.some(({ path }) => path === 'policy' || /^policy[.[]/.test(path));
      const faults = checkPolicy(policy, this.#source, ['policy']);
      this.#reading.faults.push(...faults);
      return before || faults.length > 0 ? undefined : resolvePolicy(policy);
    }
    if (policyFile === undefined) {
      // What is no object at all has been told so.
      const isObject = this.#reading.faults.every(({ path }) => path !== '');
      if (isObject) this.#reading.faultAt(['policy'], 'missing; expected a policy, or a policyFile');
      return undefined;
    }
    return this.#policyOfFile(policyFile);
  }

  async #policyOfFile(name: string): Promise<ResolvedPolicy | undefined> {
    const path = this.#beside(name);
    const read = await this.#readText(path, POLICY_BYTES_MAX);
    if ('failure' in read) {
      this.#reading.faultAt(['policyFile'], read.failure);
      return undefined;
    }
    const result = parsePolicyBy(simulatedPolicySchema, read.text);
    if (!('faults' in result)) return result.policy;
    this.#faultsElsewhere.push(...result.faults.map((fault) => ({ file: path, ...fault })));
    return undefined;
  }

  async #times(traffic: TrafficDraft, path: PathSteps): Promise<ResolvedTimes> {
    const { handle, wrapUp, patience } = traffic;
    return {
      handle: await this.#distribution(handle, [...path, 'handle']),
      wrapUp: await this.#distribution(wrapUp, [...path, 'wrapUp']),
      patience: patience && (await this.#distribution(patience, [...path, 'patience'])),
    };
  }

  /** Undefined: its file has faults, which were told. */
  async #distribution(draft: DistributionDraft, path: PathSteps): Promise<Distribution | undefined> {
    // A name that is none was told already.
    if (draft.kind !== 'file') return draft;
    if (draft.file === '') return undefined;
    const file = this.#beside(draft.file);
    const known = this.#durationsByPath.get(file);
    const values = known ?? this.#durations(file, [...path, 'empirical']);
    this.#durationsByPath.set(file, values);
    const valuesMs = await values;
    return valuesMs && { kind: 'empirical', valuesMs };
  }

  async #durations(file: string, path: PathSteps): Promise<readonly number[] | undefined> {
    const read = await this.#readText(file, DURATIONS_BYTES_MAX);
    if ('failure' in read) {
      this.#reading.faultAt(path, read.failure);
      return undefined;
    }
    const result = parseDurations(read.text);
    if ('valuesMs' in result) return result.valuesMs;
    this.#faultsElsewhere.push(...result.faults.map((fault) => ({ file, ...fault })));
    return undefined;
  }

  #beside(name: string): string {
    return isAbsolute(name) || this.#file === '-' ? name : join(dirname(this.#file), name);
  }

  #object(objections: Iterable<Objection>): void {
    for (const [path, message] of objections) this.#reading.faultAt(path, message);
  }

  /** Those of the scenario first. */
  #faults(): FileFault[] {
    const { faults, unlistedCount } = this.#reading;
    const all = [...inTextOrder(faults).map((fault) => ({ file: this.#file, ...fault })), ...this.#faultsElsewhere];
    if (unlistedCount === 0) return all;
    return [...all, { file: this.#file, line: 1, column: 1, path: '', message: `and ${unlistedCount} more faults` }];
  }
}

/** `patience`: undefined if there is none, or if its file could not be read. */
interface ResolvedTimes extends TrafficTimes {
  readonly patience: Distribution | undefined;
}

function resolveTraffic(draft: TrafficDraft, times: ResolvedTimes | undefined): Traffic[] {
  const { handle, wrapUp, patience } = times ?? {};
  if (handle === undefined || wrapUp === undefined) return [];
  const { name, rate = 0, profile, period } = draft;
  const steps = profile?.map((step) => ({ fromMs: step.at, perMs: step.rate })) ?? [{ fromMs: 0, perMs: rate }];
  return [{ name, profile: steps, periodMs: period, contact: resolveContact(draft.contact), handle, wrapUp, patience }];
}

function resolveContact({ headStart, ...contact }: TrafficDraft['contact']): ContactTemplate {
  return { ...contact, headStartMs: headStart };
}

/** From the shape of the file to that of the world. */
export function resolveGroup(draft: GroupDraft): AgentGroup {
  const { id, skills, capacity, limits, handleFactor, shift, period } = draft;
  const always: Shift = { fromMs: 0, toMs: period, periodMs: period };
  return {
    id,
    agentIds: agentIdsOf(draft),
    skills: Object.fromEntries(skills),
    capacity,
    limits: Object.fromEntries(limits),
    handleFactor,
    shifts: shift?.map(({ from, to }) => ({ fromMs: from, toMs: to, periodMs: period })) ?? [always],
  };
}
