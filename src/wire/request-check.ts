// What is checked of a request's message as a whole, once its fields are read, whatever they came in: required fields, one arm of a
// oneof, the `clear` of a patch, its size.
//
// Invariants: 1. both decoders call the same check, so JSON and binary frames are refused alike. 2. it changes the object only where the
// message is a patch: `clear` becomes empty lists, free objects that change nothing go.

import { CLEAR_FIELD, isPatch, type PlainObject } from './absent.ts';
import { fieldPhrase } from './field-rules.ts';
import { encodedLength } from './proto-encoder.ts';
import { describe, type Report } from './report.ts';
import type { Field, Message } from './schema.ts';

/** Whether the request gave the field. */
type IsGiven = (field: Field, target: PlainObject) => boolean;

/** Notes a fault in the report unless the message is right. */
export type RequestCheck = (isGiven: IsGiven, target: PlainObject, report: Report) => void;

/** What the meanings of absent fields can add to the largest message: two bytes for each of 16 × 16 levels, and some more. */
const MEANINGS_BYTES_MAX = 1024;

/** The check of a message; undefined when there is nothing to check. */
export function requestCheck(message: Message): RequestCheck | undefined {
  const checks: RequestCheck[] = [];
  const required = message.fields.filter((field) => field.options.required && !field.options.outputOnly);
  if (required.length > 0) checks.push((isGiven, target, report) => checkRequired(required, isGiven, target, report));
  for (const names of message.oneofs.values()) {
    const arms = message.fields.filter((field) => names.includes(field.name));
    checks.push((isGiven, target, report) => checkArms(arms, isGiven, target, report));
  }
  if (isPatch(message)) checks.push((_isGiven, target, report) => finishPatch(message, target, report));
  const { maxBytes } = message;
  if (maxBytes !== undefined) checks.push(sizeCheck(message, maxBytes));
  if (checks.length === 0) return undefined;
  return (isGiven, target, report) => {
    for (let i = 0; i < checks.length && !report.failed; i++) checks[i]?.(isGiven, target, report);
  };
}

function checkRequired(required: readonly Field[], isGiven: IsGiven, target: PlainObject, report: Report): void {
  for (const field of required) {
    if (isGiven(field, target)) continue;
    report.expected(fieldPhrase(field), 'nothing');
    report.within(field.name);
    return;
  }
}

function checkArms(arms: readonly Field[], isGiven: IsGiven, target: PlainObject, report: Report): void {
  const [first, second] = arms.filter((arm) => isGiven(arm, target));
  if (first === undefined || second === undefined) return;
  report.expected(`one of ${arms.map((arm) => arm.name).join(', ')}`, `both ${first.name} and ${second.name}`);
  report.within(second.name);
}

/** Carries out `clear` and takes out free objects without entries. A list that is both given and cleared is a fault. */
function finishPatch(message: Message, target: PlainObject, report: Report): void {
  for (const field of message.fields) {
    if (field.kind === 'json' && target[field.name] === '') delete target[field.name];
  }
  const cleared = target[CLEAR_FIELD];
  delete target[CLEAR_FIELD];
  if (!Array.isArray(cleared)) return;
  for (const [index, name] of (cleared as readonly string[]).entries()) {
    const given = target[name];
    if (Array.isArray(given) && given.length > 0) {
      report.expected('the name of a list that is not given as well', describe(name));
      report.withinItem(index);
      report.within(CLEAR_FIELD);
      return;
    }
    target[name] = [];
  }
}

/**
 * The size is that of the binary encoding, so that the limit is the same for JSON. It is measured only if what came in could exceed it:
 * free objects grow when their numbers are written out, absent numbers become what absent means; nothing else grows.
 */
function sizeCheck(message: Message, bytesMax: number): RequestCheck {
  const freeBytesMax = message.fields.reduce((sum, field) => sum + (field.options.jsonObject?.maxBytes ?? 0), 0);
  const unmeasuredMax = bytesMax - freeBytesMax - MEANINGS_BYTES_MAX;
  return (_isGiven, target, report) => {
    if (report.inputBytesMax <= unmeasuredMax) return;
    const length = encodedLength(message, target);
    if (length > bytesMax) report.expected(`at most ${bytesMax} bytes in binary`, `${length}`);
  };
}
