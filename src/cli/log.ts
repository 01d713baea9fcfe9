/**
 * The log: JSON lines on stderr, readable lines when stderr is a terminal.
 *
 * 1. Writing never blocks the router: lines are handed to the system as it takes them.
 * 2. Whoever ends the process flushes first, so that the last line says why.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { build as pretty } from 'pino-pretty';
import type { LogLevel } from '../config.ts';

const STDERR = 2;

/** The process's log. */
export interface Log {
  readonly logger: Logger;
  /** Writes what is still in memory. */
  flush(): void;
}

export function openLog(level: LogLevel): Log {
  if (process.stderr.isTTY) {
    const stream: DestinationStream = pretty({
      destination: STDERR,
      sync: true,
      ignore: 'pid,hostname',
      singleLine: true,
    });
    return { logger: pino({ level }, stream), flush: () => undefined };
  }
  const destination = pino.destination({ dest: STDERR, sync: false });
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return { logger: pino(options, destination), flush: () => flushQuietly(destination) };
}

/** A stderr that nobody reads any more, or that is full, must not keep the process from ending. */
function flushQuietly(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
