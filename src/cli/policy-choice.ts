/**
 * Which policy a router starts with: the file that it is given, if that changed since it was last applied; else the one
 * in force; else, on an empty journal, the built-in sample.
 *
 * 1. The file is read and checked before anything is opened: a bad one changes nothing.
 * 2. A policy that came by API stays in force over restarts until the file changes.
 */
import { type ParsedPolicy, parsePolicy } from '../config/policy-file.ts';
import { readPolicyText } from '../config/policy-text.ts';
import { SAMPLE_POLICY } from '../config/sample-policy.ts';
import type { Engine } from '../engine/engine.ts';
import type { Reply } from '../engine/port.ts';
import type { Site } from '../engine/site.ts';
import { faultLine } from './fault-line.ts';

/** The policy cannot take effect; each line tells one fault. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** A policy that was read, and from where. */
export interface GivenPolicy extends ParsedPolicy {
  readonly file: string;
}

/** Reads and checks the policy file. Throws PolicyRefused. */
export async function readGivenPolicy(file: string): Promise<GivenPolicy> {
  const read = await readPolicyText(file);
  if ('failure' in read) throw new PolicyRefused([read.failure]);
  const result = parsePolicy(read.text);
  if ('faults' in result) throw new PolicyRefused(result.faults.map((fault) => faultLine(file, fault)));
  return { ...result, file };
}

/** What became of the choice, for the log. */
export type PolicyApplied = 'file' | 'fileUnchanged' | 'inForce' | 'sample';

/** Brings the policy into force that the site should start with. Throws PolicyRefused if what is there forbids it. */
export async function applyPolicy(site: Site, given: GivenPolicy | undefined): Promise<PolicyApplied> {
  if (given === undefined) {
    if (site.hasPolicy) return 'inForce';
    const sample = parsePolicy(SAMPLE_POLICY);
    if ('faults' in sample) throw new PolicyRefused(sample.faults.map((fault) => faultLine('sample policy', fault)));
    await setPolicy(site.engine, sample, '', 'sample policy');
    return 'sample';
  }
  if (site.hasPolicy && site.policyFileHash === given.hash) return 'fileUnchanged';
  await setPolicy(site.engine, given, given.hash, given.file);
  return 'file';
}

async function setPolicy(engine: Engine, parsed: ParsedPolicy, fileHash: string, from: string): Promise<void> {
  const { policy, source } = parsed;
  const actor = { role: 'admin', id: 'start' } as const;
  const reply = await new Promise<Reply>((resolve) => {
    engine.execute({ type: 'setPolicy', actor, policy, source, fileHash }, resolve);
  });
  if ('ok' in reply) return;
  const { path, message } = reply.error;
  throw new PolicyRefused([
    `${from}: ${path === '' ? '' : `${path}: `}${message}; without --policy the router goes on with the policy in force`,
  ]);
}
