/**
 * GET and PUT /v1/policy: the text that is in force, and a new one that takes effect at once or is refused whole.
 *
 * 1. GET answers the text as it was given (application/yaml, of which JSON is a part), or, to a client that asks for
 *    application/json, `{"policy": …}` with every default filled in.
 * 2. A policy with faults is refused with all that fit: path and message of the refusal are the first one's, the message
 *    goes on with the others.
 * 3. One that takes effect is logged with who put it and what it changed; what it hardly means is logged and answered.
 */
import { isUtf8 } from 'node:buffer';
import type { Fault } from '../config/fault.ts';
import type { PolicyResult } from '../config/policy-file.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { HttpCall } from './http-call.ts';
import type { Handler } from './http-handlers.ts';

/** Reads a policy's text; never rejects for bad text. */
export type ParsePolicy = (text: string) => Promise<PolicyResult>;

const TOLD_MAX = 20;

export function policyHandlers(parsePolicy: ParsePolicy): { readonly getPolicy: Handler; readonly putPolicy: Handler } {
  return {
    getPolicy: (call) =>
      call.ask({ type: 'policy' }, ({ policy }, seq) => {
        if (policy === undefined) call.refuse(refuse('STARTING', 'there is no policy yet', '', 1_000));
        else if (!prefersJson(call.accept)) call.text('application/yaml; charset=utf-8', policy.source, seq);
        else call.text('application/json; charset=utf-8', JSON.stringify({ policy: policy.resolved }), seq);
      }),

    putPolicy: (call) => {
      if (!isUtf8(call.bytes)) return call.refuse(refuse('INVALID_POLICY', 'expected UTF-8 text'));
      const text = Buffer.from(call.bytes).toString();
      parsePolicy(text).then(
        (result) => put(call, text, result),
        (error: unknown) => {
          call.edge.logger.error({ err: error }, 'reading a policy failed');
          call.refuse(refuse('INTERNAL_FAULT', 'the policy could not be read'));
        },
      );
    },
  };
}

function put(call: HttpCall, source: string, result: PolicyResult): void {
  if ('faults' in result) call.refuse(refusalOf(result.faults));
  else {
    const { actor } = call;
    const { logger } = call.edge;
    call.change({ type: 'setPolicy', actor, policy: result.policy, source, fileHash: '' }, (ok, seq) => {
      for (const { line, path, message } of result.warnings) {
        logger.warn({ by: actor.id, line, path }, `policy: ${message}`);
      }
      logger.info({ by: actor.id, hash: result.hash, changes: ok.changes ?? [] }, 'policy in force');
      const warnings = told(result.warnings, lineOf);
      call.ok(warnings.length === 0 ? ok : { ...ok, warnings }, seq);
    });
  }
}

function refusalOf(faults: readonly Fault[]): Refusal {
  // The path of the first is the refusal's own.
  const lines = told(faults, (fault, index) => lineOf(index === 0 ? { ...fault, path: '' } : fault));
  return refuse('INVALID_POLICY', lines.join('; '), faults[0]?.path ?? '');
}

function lineOf({ line, path, message }: Fault): string {
  return path === '' ? `line ${line}: ${message}` : `line ${line}: ${path}: ${message}`;
}

/** As many as fit, and how many more there are. */
function told(faults: readonly Fault[], tell: (fault: Fault, index: number) => string): string[] {
  const lines = faults.slice(0, TOLD_MAX).map(tell);
  return faults.length > TOLD_MAX ? [...lines, `and ${faults.length - TOLD_MAX} more`] : lines;
}

/** Whether JSON is named, and before any YAML. */
function prefersJson(accept: string): boolean {
  const types = accept.split(',').map((type) => (type.split(';', 1)[0] ?? '').trim().toLowerCase());
  const named = types.find((type) => type === 'application/json' || /yaml$/.test(type));
  return named === 'application/json';
}
