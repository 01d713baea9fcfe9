/**
 * The grammar of a queue's `relax`: what is done for contacts that wait too long, step by step.
 *
 * 1. Steps stand in the order of time, each does something, and the one that leads to another queue is the last.
 */
import { ALTERNATIVES_MAX, type Alternative } from '../core/requirement.ts';
import { durationText } from './duration.ts';
import { checked, duration, flag, list, number, type Objection, object, optional, type Spec, text } from './spec.ts';

const STEPS_MAX = 16;

export interface RelaxConditionDraft {
  readonly agentsAvailable: number | undefined;
  readonly estimatedWaitAbove: number | undefined;
}

/** A step as it is written; durations in milliseconds. */
export interface RelaxStepDraft {
  readonly after: number;
  readonly if: RelaxConditionDraft | undefined;
  readonly requires: readonly Alternative[] | undefined;
  readonly headStart: number | undefined;
  readonly offerCallback: boolean;
  readonly overflowTo: string | undefined;
}

/** The list of steps; `alternative` is how requirements are written. */
export function relaxSpec(alternative: Spec<Alternative>): Spec<readonly RelaxStepDraft[]> {
  const condition = object('Only while this holds: tested when the step is due, and every 10 s from then on.', {
    agentsAvailable: optional(
      number({ about: 'The queue has no more available agents than this.', least: 0, most: 1_000_000, whole: true }),
    ),
    estimatedWaitAbove: optional(
      duration({
        about: 'One who joined the queue now would wait longer than this; never so while there is no estimate.',
        least: '0s',
        most: '365d',
      }),
    ),
  });
  const step = object('One or more of `requires`, `headStart` and `offerCallback`, or `overflowTo` alone.', {
    after: duration({ about: 'When, counted from entering this queue.', least: '1ms', most: '365d' }),
    if: optional(condition),
    requires: optional(
      list({
        about: 'Takes the place of the queue’s own `requires`; how well agents suit still goes by the first.',
        of: alternative,
        most: ALTERNATIVES_MAX,
      }),
    ),
    headStart: optional(
      duration({ about: 'Further waiting granted, while in this queue.', least: '1ms', most: '24h' }),
    ),
    offerCallback: flag({
      about: 'Whether its gateway is told to offer the customer a callback, in a queue with `callback`.',
      fallback: false,
    }),
    overflowTo: optional(text({ about: 'Moves on to this queue, keeping its age; in the last step only.', most: 128 })),
  });
  const steps = list({
    about: 'What is done for contacts that wait too long, in the order of time.',
    of: step,
    fallback: [],
    most: STEPS_MAX,
  });
  return checked(steps, objections);
}

function* objections(steps: readonly RelaxStepDraft[]): Iterable<Objection> {
  let before = 0;
  for (const [index, step] of steps.entries()) {
    const { after, if: condition, requires, headStart, offerCallback, overflowTo } = step;
    if (condition !== undefined && Object.values(condition).every((value) => value === undefined)) {
      yield [[index, 'if'], 'expected agentsAvailable or estimatedWaitAbove, found neither'];
    }
    if (after <= before) {
      const found = `found ${durationText(after)}`;
      yield [[index, 'after'], `expected more than in the step before, ${durationText(before)}, ${found}`];
    }
    before = after;
    const relaxes = requires !== undefined || headStart !== undefined || offerCallback;
    if (!relaxes && overflowTo === undefined) {
      yield [[index], 'expected requires, headStart, offerCallback or overflowTo, found none of them'];
    }
    if (overflowTo === undefined) continue;
    if (relaxes) yield [[index], 'expected overflowTo alone: in the other queue nothing of this one counts'];
    if (index < steps.length - 1) yield [[index, 'overflowTo'], 'expected in the last step only'];
  }
}
