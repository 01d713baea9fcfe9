/**
 * What can only be said of `relax` steps with the whole policy at hand: queues that there are not, and what is hardly meant.
 *
 * 1. Faults and warnings are told at the value that has to change.
 */
import { nearest } from './nearest.ts';
import type { Note } from './policy-checks.ts';
import type { PolicyDraft } from './policy-schema.ts';

/** Faults: an overflow to a queue that the policy does not have. */
export function* unknownOverflows({ queues }: PolicyDraft): Iterable<Note> {
  const names = [...queues.keys()];
  for (const [name, { relax }] of queues) {
    for (const [index, { overflowTo }] of relax.entries()) {
      if (overflowTo === undefined || queues.has(overflowTo)) continue;
      const meant = nearest(overflowTo, names);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      const path = ['queues', name, 'relax', index, 'overflowTo'];
      yield [path, `expected a queue of this policy, found ${JSON.stringify(overflowTo)}${hint}`];
    }
  }
}

/** Faults: a callback is offered where none is made. */
export function* vainCallbacks({ queues }: PolicyDraft): Iterable<Note> {
  for (const [name, { relax, callback }] of queues) {
    if (callback !== undefined) continue;
    for (const [index, { offerCallback }] of relax.entries()) {
      if (!offerCallback) continue;
      const path = ['queues', name, 'relax', index, 'offerCallback'];
      yield [path, 'expected only in a queue with `callback`: this one makes none'];
    }
  }
}

/** Warnings: contacts that would go round and round. Told once a circle, at its first queue. */
export function* overflowCircles({ queues }: PolicyDraft): Iterable<Note> {
  const told = new Set<string>();
  for (const first of queues.keys()) {
    const way: string[] = [];
    let at: string | undefined = first;
    while (at !== undefined && !way.includes(at)) {
      way.push(at);
      at = queues.get(at)?.relax.at(-1)?.overflowTo;
    }
    if (at !== first || told.has(first)) continue;
    for (const name of way) told.add(name);
    const last = (queues.get(first)?.relax.length ?? 0) - 1;
    const path = ['queues', first, 'relax', last, 'overflowTo'];
    yield [path, `contacts may go round and round: ${[...way, first].join(' → ')}`];
  }
}

/** Warnings: steps that no contact lives to see. */
export function* stepsTooLate({ queues }: PolicyDraft): Iterable<Note> {
  for (const [name, { relax, limits }] of queues) {
    const index = relax.findIndex(({ after }) => after >= limits.wait);
    if (index === -1) continue;
    const path = ['queues', name, 'relax', index, 'after'];
    yield [path, 'the step never applies: by then the contact has expired (limits.wait)'];
  }
}
