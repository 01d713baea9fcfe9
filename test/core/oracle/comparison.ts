// The core beside the oracle: everything that can be seen of the one must be what the other says.
//
// 1. The core is any core, whoever drives it; the oracle has made the same steps.
// 2. The first difference is told to `fail`, with what was expected.

import type { Actor, Outcome, Tombstone } from '../../../src/core/commands.ts';
import type { Core, StepResult } from '../../../src/core/core.ts';
import type { ContactView } from '../../../src/core/views.ts';
import { takeableIds } from './decide-handing.ts';
import type { Oracle, OracleStep } from './oracle.ts';
import {
  agentPicture,
  canonicalText,
  changedIds,
  getPicture,
  isSame,
  listIds,
  normalized,
  queuePictures,
  recordPictures,
  withoutDefaults,
} from './picture.ts';

const ADMIN: Actor = { role: 'admin', id: 'root' };

export class Comparison {
  readonly #core: Core;
  readonly #oracle: Oracle;
  readonly #fail: (what: string) => never;

  constructor(core: Core, oracle: Oracle, fail: (what: string) => never) {
    this.#core = core;
    this.#oracle = oracle;
    this.#fail = fail;
  }

  /** What a step made and answered, made at the instant after event `seqBefore`. */
  step(expected: OracleStep, actual: StepResult, seqBefore: number, now: number): void {
    this.same('events', expected.events.map(normalized), actual.events.map(normalized));
    this.same('step', { firstSeq: seqBefore + 1, at: now }, { firstSeq: actual.firstSeq, at: actual.at });
    this.same('seq', this.#oracle.state.seq, this.#core.seq);
    this.#answer(expected, actual.outcome);
  }

  /** `isTick`: deadlines were fired and nothing else was asked. */
  deadlines(isTick: boolean, now: number): void {
    const next = this.#core.nextDeadline();
    if (next > this.#oracle.nextDeadline) {
      this.#fail(`nextDeadline ${next}, expected ${this.#oracle.nextDeadline}`);
    }
    if (isTick && next <= now) this.#fail(`nextDeadline ${next} right after a tick at ${now}`);
  }

  /** Every contact, agent and queue as of now. */
  views(now: number): void {
    const { state } = this.#oracle;
    const known = [...state.contacts.map(({ id }) => id), ...state.tombstones.map(({ contactId }) => contactId)];
    for (const contactId of known) {
      const outcome = this.#core.query({ type: 'get', actor: ADMIN, contactId }, now);
      const view = 'ok' in outcome ? outcome.ok.contact : outcome.error;
      this.same(`get ${contactId}`, getPicture(state, contactId, now), view);
    }
    for (const agent of state.agents) {
      const outcome = this.#core.query({ type: 'agent', agentId: agent.id }, now);
      const view = 'ok' in outcome ? outcome.ok.agent : outcome.error;
      this.same(`agent ${agent.id}`, agentPicture(state, agent), view);
    }
    const outcome = this.#core.query({ type: 'queues' }, now);
    this.same('queues', queuePictures(state, now), 'ok' in outcome ? outcome.ok.queues : outcome.error);
  }

  /** Every fact of the state. */
  records(): void {
    const actual = [...this.#core.records()].map((record) => withoutDefaults(normalized(record)));
    this.same('records', recordPictures(this.#oracle.state), actual);
  }

  /** Pages of `list` and `changes`, small ones, put together. */
  lists(now: number): void {
    const { state } = this.#oracle;
    this.#agentPages(now);
    for (const { id } of state.agents) this.#takeable(id, now);
    for (const gatewayId of ['', ...state.gateways.map(({ id }) => id)]) {
      const listed: string[] = [];
      for (let afterId: string | undefined = ''; afterId !== undefined; ) {
        const outcome = this.#core.query(
          { type: 'list', actor: ADMIN, open: false, afterId, limit: 3, gatewayId, state: '' },
          now,
        );
        if ('error' in outcome) this.#fail(`list after ${afterId}: ${outcome.error.reason}`);
        listed.push(...(outcome.ok.contacts ?? []).map(idOf));
        afterId = outcome.ok.next;
      }
      this.same(`list of ${gatewayId}`, listIds(state, gatewayId), listed);
      if (gatewayId !== '') this.#changes(gatewayId, now);
    }
  }

  /** What an agent may take, by small pages. */
  #takeable(agentId: string, now: number): void {
    const expected = takeableIds(this.#oracle.state, agentId, now);
    const actor: Actor = { role: 'agent', id: agentId };
    const listed: string[] = [];
    for (let afterId: string | undefined = ''; afterId !== undefined; ) {
      const query = { type: 'list', actor, open: false, afterId, limit: 2, gatewayId: '', state: '' } as const;
      const outcome = this.#core.query(query, now);
      if ('error' in outcome) {
        this.same(`list of ${agentId}`, expected === undefined ? 'PULL_NOT_ALLOWED' : 'ok', outcome.error.reason);
        return;
      }
      listed.push(...(outcome.ok.contacts ?? []).map(idOf));
      afterId = outcome.ok.next;
    }
    this.same(`list of ${agentId}`, expected, listed);
  }

  #agentPages(now: number): void {
    const listed: string[] = [];
    for (let afterId: string | undefined = ''; afterId !== undefined; ) {
      const outcome = this.#core.query({ type: 'agents', afterId, limit: 2 }, now);
      if ('error' in outcome) this.#fail(`agents after ${afterId}: ${outcome.error.reason}`);
      listed.push(...(outcome.ok.agents ?? []).map(({ id }) => id));
      afterId = outcome.ok.next;
    }
    const inOrder = this.#oracle.state.agents.toSorted((one, other) => one.ordinal - other.ordinal);
    this.same(
      'agents',
      inOrder.map(({ id }) => id),
      listed,
    );
  }

  #changes(gatewayId: string, now: number): void {
    const { state } = this.#oracle;
    const forgotten = state.gateways.find(({ id }) => id === gatewayId)?.forgottenSeq ?? 0;
    const changed: string[] = [];
    for (let sinceSeq: number | undefined = forgotten; sinceSeq !== undefined; ) {
      const outcome = this.#core.query({ type: 'changes', gatewayId, sinceSeq, limit: 3 }, now);
      if ('error' in outcome) this.#fail(`changes since ${sinceSeq}: ${outcome.error.reason}`);
      changed.push(...(outcome.ok.contacts ?? []).map(idOf));
      sinceSeq = outcome.ok.next === undefined ? undefined : Number(outcome.ok.next);
    }
    this.same(`changes of ${gatewayId}`, changedIds(state, gatewayId, forgotten), changed);
    const further = this.#core.query({ type: 'changes', gatewayId, sinceSeq: forgotten - 1, limit: 3 }, now);
    if (forgotten > 0 && !('error' in further)) this.#fail('changes reach back behind what is forgotten');
  }

  same(what: string, expected: unknown, actual: unknown): void {
    if (!isSame(expected, actual)) this.#fail(`${what} differ:\n${difference(expected, actual)}`);
  }
  #answer({ verdict, answer }: OracleStep, outcome: Outcome): void {
    if (verdict.kind === 'refused') {
      const given = 'error' in outcome ? outcome.error.reason : outcome;
      this.same('refusal', verdict.reason, given);
      return;
    }
    if ('error' in outcome) this.#fail(`refused: ${canonicalText(outcome.error)}`);
    for (const [name, expected] of Object.entries(answer)) {
      this.same(`answer.${name}`, expected, outcome.ok[name as keyof typeof outcome.ok]);
    }
  }
}

function idOf(contact: ContactView | Tombstone): string {
  return 'contactId' in contact ? contact.contactId : contact.id;
}

/** The first items of two lists that differ, or the whole. */
function difference(expected: unknown, actual: unknown): string {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    for (let index = 0; index < length; index++) {
      const [one, other] = [canonicalText(expected[index]), canonicalText(actual[index])];
      if (one !== other)
        return `item ${index} of ${expected.length} and ${actual.length}\nexpected ${one}\nactual   ${other}`;
    }
  }
  return `expected ${canonicalText(expected)}\nactual   ${canonicalText(actual)}`;
}
