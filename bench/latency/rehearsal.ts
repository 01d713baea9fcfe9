/**
 * Plays one life of each kind at the router and records what it sends and commits, so that the relays can do the same
 * without being a router.
 *
 * 1. What belongs to which step is told from the frames and events themselves; a frame or an event that belongs nowhere
 *    fails the rehearsal: then the relays would do less than the router.
 */
import type { CoreEvent } from '../../src/core/events.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { decodeEvents, encodeEvents } from '../../src/wire/event-codec.ts';
import type { Frame, TimedEvent } from '../../src/wire/messages.ts';
import { decodeFrame, type Subprotocol } from '../../src/wire/request.ts';
import { CONTACT_PREFIX, VARIANTS } from './centre.ts';
import type { Crew, Receiver } from './crew.ts';
import { STEPS, stepOf } from './life.ts';
import { runLoad } from './load-run.ts';
import type { Metronome } from './metronome.ts';
import { type Script, type ScriptFrame, type ScriptStep, scriptFrame } from './script.ts';

export interface RehearsalWish {
  readonly subprotocol: Subprotocol;
  readonly isSubscribed: boolean;
  /** Of the router. */
  readonly pid: number;
  readonly directory: string;
  /** A multiple of VARIANTS. */
  readonly firstLife: number;
}

interface Recorded {
  readonly to: Receiver;
  readonly frame: Buffer;
}

/** In which step a contact gets into a state. */
const STEP_BY_STATE: Readonly<Record<string, number>> = { OFFERED: 0, ASSIGNED: 1, WRAP_UP: 2, COMPLETED: 3 };
/** The event that ends a step. */
const STEP_BY_EVENT: Readonly<Partial<Record<CoreEvent['type'], number>>> = {
  contactSubmitted: 0,
  offerMade: 0,
  offerAccepted: 1,
  contactEnded: 2,
  contactClosed: 3,
};

/** The script, with frames and bytes of a life as they were at this router. */
export async function rehearse(crew: Crew, metronome: Metronome, wish: RehearsalWish): Promise<Script> {
  const isText = wish.subprotocol === 'json';
  const reader = openSqliteJournalReader(wish.directory);
  try {
    const kinds: ScriptStep[][] = [];
    for (let kind = 0; kind < VARIANTS; kind++) {
      const life = wish.firstLife + kind;
      const { lastSeq } = reader.range();
      const frames = await framesOfLife(crew, metronome, wish, life);
      const commits = [...reader.read(lastSeq)].flatMap((commit) => decodeEvents(commit.events));
      const events = eventsOfLife(commits, life);
      kinds.push(STEPS.map((_, step) => ({ frames: frames[step] ?? [], events: events[step] ?? [] })));
    }
    return { isText, kinds };
  } finally {
    reader.close();
  }
}

async function framesOfLife(
  crew: Crew,
  metronome: Metronome,
  { subprotocol, isSubscribed, pid }: RehearsalWish,
  life: number,
): Promise<ScriptFrame[][]> {
  const recorded: Recorded[] = [];
  const { log, stopped } = await runLoad(crew, metronome, {
    ratePerS: 1,
    schedule: Float64Array.of(0),
    firstLife: life,
    isSubscribed,
    pid,
    tap: (to, frame) => recorded.push({ to, frame }),
  });
  if (stopped !== undefined || log.faultCount > 0) {
    throw new Error(`the rehearsal failed: ${[stopped, ...log.faults].filter(Boolean).join('; ')}`);
  }
  const steps: ScriptFrame[][] = STEPS.map(() => []);
  const replies: ScriptFrame[][] = STEPS.map(() => []);
  for (const { to, frame } of recorded) {
    const isText = subprotocol === 'json';
    const decoded = decodeFrame(subprotocol, isText ? frame.toString() : frame);
    if (!('value' in decoded)) throw new Error('the rehearsal met a frame that cannot be read');
    const { step, requestId } = placeOf(decoded.value);
    const list = requestId === undefined ? steps : replies;
    list[step]?.push(scriptFrame(to, frame, isText, life, requestId));
  }
  // Pushes go before the reply, as the router has it.
  return steps.map((pushes, step) => [...pushes, ...(replies[step] ?? [])]);
}

function placeOf(frame: Frame): { readonly step: number; readonly requestId: number | undefined } {
  if ('reply' in frame) return { step: stepOf(frame.reply.id), requestId: frame.reply.id };
  const { push } = frame;
  if ('offer' in push) return { step: 0, requestId: undefined };
  const step = 'contact' in push ? STEP_BY_STATE[push.contact.state] : undefined;
  if (step === undefined) throw new Error(`the rehearsal met ${JSON.stringify(frame).slice(0, 200)}`);
  return { step, requestId: undefined };
}

/** The life's events as bytes, by step. */
function eventsOfLife(committed: readonly TimedEvent[], life: number): string[][] {
  const steps: string[][] = STEPS.map(() => []);
  for (const timed of committed) {
    const { event } = timed;
    const step = STEP_BY_EVENT[event.type];
    const isOfLife = 'contactId' in event && event.contactId === `${CONTACT_PREFIX}${life}`;
    if (step === undefined || !isOfLife) throw new Error(`the rehearsal met the event ${event.type}`);
    steps[step]?.push(Buffer.from(encodeEvents([timed])).toString('base64'));
  }
  return steps;
}
