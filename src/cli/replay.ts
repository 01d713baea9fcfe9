/**
 * `cordboard replay`: reads what a journal recorded, routes it again as it was and as it could be, and prints the figures side by side.
 *
 * 1. Nothing is written to the data directory; a router may be running on it.
 * 2. What cannot be replayed is one line a reason on stderr: exit code 1; a policy or agents file with a fault: exit code 2.
 */
import { existsSync } from 'node:fs';
import { parseAgents } from '../config/agents-file.ts';
import { instantAt } from '../config/instant.ts';
import { parsePolicy } from '../config/policy-file.ts';
import { readPolicyText } from '../config/policy-text.ts';
import type { ReplayConfig } from '../config.ts';
import type { ResolvedPolicy } from '../core/policy.ts';
import { dataPaths } from '../journal/data-directory.ts';
import type { Snapshot } from '../journal/journal.ts';
import { JournalFailure } from '../journal/journal-failure.ts';
import { SnapshotFolder } from '../journal/snapshot-folder.ts';
import { openSqliteJournalReader } from '../journal/sqlite-journal-reader.ts';
import type { Recording } from '../sim/recording.ts';
import { type JournalSpan, readRecording, spanOf } from '../sim/recording-reader.ts';
import { type ReplayRequest, replay } from '../sim/replay.ts';
import { replayJson, replayText } from '../sim/replay-table.ts';
import type { AgentGroup } from '../sim/scenario.ts';
import { WireFailure } from '../wire/wire-failure.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { faultLine } from './fault-line.ts';
import { ProgressLine } from './progress-line.ts';

/** Why there is no replay: lines for stderr. */
class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
  readonly lines: readonly string[];
  readonly exitCode: number;

  constructor(lines: readonly string[], exitCode: number) {
    super(lines.join('\n'));
    this.lines = lines;
    this.exitCode = exitCode;
  }
}

/** Answers the exit code. */
export async function runReplay(config: ReplayConfig): Promise<number> {
  try {
    const request = await requestOf(config);
    const recording = readJournal(config);
    const result = withProgress('replaying', (onProgress) =>
      replay(recording, { ...request, onProgress, clock: () => performance.now() }),
    );
    if ('faults' in result) {
      const file =
        result.of === 'other' ? config.policyFile : `the policy at ${new Date(recording.fromAt).toISOString()}`;
      throw new ReplayRefused(
        result.faults.map((fault) => `${file}: ${fault}`),
        EXIT_FAILED,
      );
    }
    const { json, top } = config;
    process.stdout.write(json ? replayJson(recording, result.replay, top) : replayText(recording, result.replay, top));
    return EXIT_OK;
  } catch (cause) {
    if (cause instanceof ReplayRefused) return complain(cause.lines, cause.exitCode);
    if (cause instanceof JournalFailure || cause instanceof WireFailure) return complain([cause.message], EXIT_FAILED);
    throw cause;
  }
}

/** What is tried, read and checked before the journal is. */
async function requestOf({ policyFile, agentsFile, seed }: ReplayConfig): Promise<ReplayRequest> {
  const policy = policyFile === undefined ? undefined : await readPolicy(policyFile);
  const agents = agentsFile === undefined ? undefined : await readAgents(agentsFile);
  return { seed, ...(policy === undefined ? {} : { policy }), ...(agents === undefined ? {} : { agents }) };
}

async function readPolicy(file: string): Promise<ResolvedPolicy> {
  const result = parsePolicy(await textOf(file));
  if ('policy' in result) return result.policy;
  throw new ReplayRefused(
    result.faults.map((fault) => faultLine(file, fault)),
    EXIT_USAGE,
  );
}

async function readAgents(file: string): Promise<readonly AgentGroup[]> {
  const result = parseAgents(await textOf(file));
  if ('agents' in result) return result.agents;
  throw new ReplayRefused(
    result.faults.map((fault) => faultLine(file, fault)),
    EXIT_USAGE,
  );
}

async function textOf(file: string): Promise<string> {
  const read = await readPolicyText(file);
  if ('failure' in read) throw new ReplayRefused([read.failure], EXIT_USAGE);
  return read.text;
}

/** What was recorded between the two instants. Throws ReplayRefused, JournalFailure, WireFailure. */
function readJournal({ dataDirectory, from, to }: ReplayConfig): Recording {
  const paths = dataPaths(dataDirectory);
  if (!existsSync(paths.journal)) {
    throw new ReplayRefused([`${dataDirectory}: expected a data directory, found no ${paths.journal}`], EXIT_FAILED);
  }
  const reader = openSqliteJournalReader(dataDirectory);
  try {
    const span = spanOf(reader);
    if (span === undefined) throw new ReplayRefused([`${paths.journal} is empty`], EXIT_FAILED);
    const [fromAt, toAt] = [instantAt(from, span.lastAt), instantAt(to, span.lastAt)];
    const snapshot = snapshotOf(paths.snapshots, span);
    const result = withProgress('reading the journal', (onProgress) =>
      readRecording(reader, span, { fromAt, toAt, snapshot, onProgress }),
    );
    if ('failure' in result) throw new ReplayRefused([result.failure], EXIT_FAILED);
    return result.recording;
  } finally {
    reader.close();
  }
}

/** The newest snapshot that the journal reaches; a running router may have saved one since it was opened. */
function snapshotOf(folder: string, { firstSeq, lastSeq }: JournalSpan): Snapshot | undefined {
  if (firstSeq === 1 || !existsSync(folder)) return undefined;
  const newest = new SnapshotFolder(folder).latest();
  return newest !== undefined && newest.seq <= lastSeq ? newest : undefined;
}

/** Does the work with a line that says how far it is. */
function withProgress<Result>(what: string, work: (update: (fraction: number) => void) => Result): Result {
  const line = new ProgressLine(process.stderr, what, () => performance.now());
  try {
    return work((fraction) => line.update(fraction));
  } finally {
    line.clear();
  }
}

function complain(lines: readonly string[], exitCode: number): number {
  for (const line of lines) process.stderr.write(`cordboard: ${line}\n`);
  return exitCode;
}
