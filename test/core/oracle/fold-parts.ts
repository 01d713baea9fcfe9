// What folds of several events share: a contact is touched, classified, cooled down.
import type { Classification, Relaxation, Stage } from '../../../src/core/events.ts';
import { contactOf, type OracleContact, type OracleState } from './model.ts';

/** What the steps made of it; undefined: nothing. */
export function relax(contact: OracleContact, relaxation: Relaxation | undefined): void {
  if (relaxation === undefined) delete contact.relaxation;
  else contact.relaxation = relaxation;
}

/** Undefined: open to all. */
export function enterStage(contact: OracleContact, stage: Stage | undefined): OracleContact {
  if (stage === undefined) delete contact.stage;
  else contact.stage = stage;
  return contact;
}

export function endCoolDown(contact: OracleContact, agentId: string): void {
  contact.coolDowns = contact.coolDowns.filter((one) => one.agentId !== agentId);
}

export function classificationIn(event: Classification): Classification {
  const { queue, segment, requirement, clockRate, headStartUs, waitUntil } = event;
  return { queue, segment, requirement, clockRate, headStartUs, waitUntil };
}

/** The contact, counted as changed by the newest event. */
export function touch(state: OracleState, id: string): OracleContact {
  const contact = contactOf(state, id);
  contact.version += 1;
  contact.changeSeq = state.seq;
  return contact;
}

/** A cool-down that is over at once is none. */
export function coolDown(state: OracleState, contactId: string, agentId: string, until: number): void {
  const contact = contactOf(state, contactId);
  if (until > state.at) contact.coolDowns = [...contact.coolDowns, { agentId, until }];
}

/** The pair cools down until then, whatever it did before. */
export function coolDownAnew(state: OracleState, contactId: string, agentId: string, until: number): void {
  if (until <= state.at) return;
  endCoolDown(contactOf(state, contactId), agentId);
  coolDown(state, contactId, agentId, until);
}
