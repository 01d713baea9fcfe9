/**
 * GET and PUT /v1/policy: the text that is in force, and a new one that takes effect at once or is refused whole.
 *
 * 1. GET answers the text as it was given (application/yaml, of which JSON is a part), or, to a client that asks for
 *    application/json, `{"policy": …}` with every default filled in.
 * 2. A policy with faults is refused with all that fit: path and message of the refusal are the first one's, the message
 *    goes on with the others.
 * 3. One that takes effect is logged with who put it and what it changed.
 */
import { isUtf8 } from 'node:buffer';
import type { Fault } from '../config/fault.ts';
import type { PolicyResult } from '../config/policy-file.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { HttpCall } from './http-call.ts';
import type { Handler } from './http-handlers.ts';

/** Reads a policy's text; never rejects for bad text. */
export type ParsePolicy = (text: string) => Promise<PolicyResult>;

const FAULTS_TOLD_MAX = 20;

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
    call.execute({ type: 'setPolicy', actor, policy: result.policy, source, fileHash: '' }, ({ changes = [] }) => {
      call.edge.logger.info({ by: actor.id, hash: result.hash, changes }, 'policy in force');
      return 200;
    });
  }
}

function refusalOf(faults: readonly Fault[]): Refusal {
  const told = faults.slice(0, FAULTS_TOLD_MAX).map(({ line, path, message }, index) => {
    const where = index === 0 || path === '' ? '' : `${path}: `;
    return `line ${line}: ${where}${message}`;
  });
  const more = faults.length > FAULTS_TOLD_MAX ? [`and ${faults.length - FAULTS_TOLD_MAX} more`] : [];
  return refuse('INVALID_POLICY', [...told, ...more].join('; '), faults[0]?.path ?? '');
}

/** Whether JSON is named, and before any YAML. */
function prefersJson(accept: string): boolean {
  const types = accept.split(',').map((type) => (type.split(';', 1)[0] ?? '').trim().toLowerCase());
  const named = types.find((type) => type === 'application/json' || /yaml$/.test(type));
  return named === 'application/json';
}
