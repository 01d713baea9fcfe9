/**
 * Who gets which push: committed steps in, pushes to the connections they are for.
 *
 * 1. A push costs a look-up and nothing more when nobody is there for it; no connection is ever searched for.
 * 2. Several connections of one gateway share one frame. Of one agent two may be here at once for a moment, while the
 *    newer one replaces the older: both are told, and each knows what it missed or already has.
 * 3. `durableSeq` moves when a batch's pushes have been handed to their connections.
 * 4. Frames of steps that are under way are encoded while the journal is at work, for those who are there; what was not
 *    prepared is encoded when it is handed out.
 */
import type { CommittedBatch, CommittedStep, Push } from '../engine/port.ts';
import { type ClientPush, type PushFrame, pushFrameOf } from './push-frame.ts';

/** A connection as routes see it. */
export interface PushTarget {
  readonly sessionId: string;
  /** The frame will be pushed if its step becomes durable: may encode it, must not send it. */
  prepare(frame: PushFrame): void;
  push(push: ClientPush, frame: PushFrame): void;
  /** A contact of the gateway's changed with this event; its picture has to be read. */
  changed(seq: number): void;
  /** A newer session of the same agent took over. */
  replaced(): void;
  /** The agent left the directory. */
  removed(): void;
}

interface Prepared {
  readonly push: Push;
  readonly frame: PushFrame;
}

/** Whose pushes: a role and an id. */
type Audience = 'agent' | 'gateway';

export class PushRoutes {
  readonly #targetsByAgent = new Map<string, Set<PushTarget>>();
  readonly #targetsByGateway = new Map<string, Set<PushTarget>>();
  readonly #targetBySession = new Map<string, PushTarget>();
  /** Of the steps under way, in the order in which they will be routed; of those only that somebody is there for. */
  #prepared: Prepared[] = [];
  #durableSeq: number;

  /** `durableSeq`: the newest seq whose pushes went out before these routes existed. */
  constructor(durableSeq: number) {
    this.#durableSeq = durableSeq;
  }

  /** The newest seq whose pushes were handed out: what answers of the edge itself have seen. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  addSession(target: PushTarget): void {
    this.#targetBySession.set(target.sessionId, target);
  }

  removeSession(target: PushTarget): void {
    this.#targetBySession.delete(target.sessionId);
  }

  add(audience: Audience, id: string, target: PushTarget): void {
    const targetsById = this.#targetsOf(audience);
    const targets = targetsById.get(id);
    if (targets === undefined) targetsById.set(id, new Set([target]));
    else targets.add(target);
  }

  remove(audience: Audience, id: string, target: PushTarget): void {
    const targetsById = this.#targetsOf(audience);
    const targets = targetsById.get(id);
    if (targets?.delete(target) && targets.size === 0) targetsById.delete(id);
  }

  /** Encodes what {@link route} will hand out when the steps are durable. */
  prepare(steps: readonly CommittedStep[]): void {
    for (const step of steps) {
      for (const push of step.pushes) {
        const frame = this.#prepare(push);
        if (frame !== undefined) this.#prepared.push({ push, frame });
      }
    }
  }

  /** Hands out a batch's pushes, in their order. */
  route(batch: CommittedBatch): void {
    const prepared = this.#prepared;
    this.#prepared = [];
    let next = 0;
    for (const step of batch.steps) {
      for (const push of step.pushes) {
        if (prepared[next]?.push === push) this.#routePush(push, prepared[next++]?.frame);
        else this.#routePush(push, undefined);
      }
    }
    this.#durableSeq = Math.max(this.#durableSeq, batch.lastSeq);
  }

  #prepare(push: Push): PushFrame | undefined {
    if (push.to === 'session' || push.kind === 'changed') return undefined;
    const targets = this.#targetsOf(push.to).get(push.id);
    if (targets === undefined) return undefined;
    const frame = pushFrameOf(push);
    for (const target of targets) target.prepare(frame);
    return frame;
  }

  #routePush(push: Push, prepared: PushFrame | undefined): void {
    if (push.to === 'session') {
      const target = this.#targetBySession.get(push.id);
      if (push.kind === 'replaced') target?.replaced();
      else target?.removed();
      return;
    }
    const targets = this.#targetsOf(push.to).get(push.id);
    if (targets === undefined) return;
    if (push.kind === 'changed') {
      for (const target of targets) target.changed(push.seq);
      return;
    }
    const frame = prepared ?? pushFrameOf(push);
    for (const target of targets) target.push(push, frame);
  }

  #targetsOf(audience: Audience): Map<string, Set<PushTarget>> {
    return audience === 'agent' ? this.#targetsByAgent : this.#targetsByGateway;
  }
}
