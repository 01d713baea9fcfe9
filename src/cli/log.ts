/**
 * The log: JSON lines on stderr, readable lines when stderr is a terminal.
 *
 * 1. Writing never blocks the router: lines are handed to the system as it takes them, and a log that is full or stalled
 *    loses lines (log-stream.ts).
 * 2. Whoever ends the process flushes first, so that the last line says why.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { isColorSupported, prettyFactory } from 'pino-pretty';
import type { LogLevel } from '../config.ts';
import { descriptorSink, LogStream } from './log-stream.ts';

const STDERR = 2;

/** The process's log. */
export interface Log {
  readonly logger: Logger;
  /** Writes what is still in memory. */
  flush(): void;
}

export function openLog(level: LogLevel): Log {
  const format = process.stderr.isTTY ? readable() : asItIs;
  const stream = new LogStream(descriptorSink(STDERR), (lineCount) => format(noteOfDropped(lineCount)));
  const destination: DestinationStream = { write: (line) => stream.write(format(line)) };
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return { logger: pino(options, destination), flush: () => stream.flush() };
}

/** Makes a line of the log one that people read. */
function readable(): (line: string) => string {
  return prettyFactory({ colorize: isColorSupported, ignore: 'pid,hostname', singleLine: true });
}

function asItIs(line: string): string {
  return line;
}

function noteOfDropped(lineCount: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, count: lineCount, msg: 'lines of the log were dropped' })}\n`;
}
