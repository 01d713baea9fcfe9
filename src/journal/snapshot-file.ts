/**
 * One snapshot as one file: a header, then the chunks.
 *
 *     header, 64 bytes, little-endian: magic (8) · format (u32) · 0 (u32) · seq (u64) · at (u64) · chunk count (u64) ·
 *                                      bytes behind the header (u64) · 0 (12 bytes) · crc of the 60 bytes before (u32)
 *     chunk: length (u32) · crc of the bytes, seeded with the chunk's index (u32) · bytes
 *
 * 1. A file gets its name when it is complete and durable: written under a temporary name, synced, renamed, and the
 *    folder synced. What has the name was whole once.
 * 2. All of a file is checked before any of it is given out: half a state is worse than none.
 * 3. The bytes are synced as they are written, a few MiB at a time, so that no flood of them stands before a commit in
 *    the disk's queue.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { assert } from '../lib/assert.ts';
import { syncPath } from './database-file.ts';
import type { Snapshot, SnapshotInfo } from './journal.ts';
import { JournalFailure, journalFailureOf } from './journal-failure.ts';

const MAGIC = Buffer.from('CBSNAP\r\n', 'latin1');
const FORMAT = 1;
const HEADER_LENGTH = 64;
const HEADER_CRC_OFFSET = 60;
const CHUNK_HEAD_LENGTH = 8;
const CHUNK_LENGTH_MAX = 0x7fff_ffff;
const SYNC_EVERY_BYTES = 4 * 1024 * 1024;

/** The temporary name of a snapshot that is being written. */
export const UNFINISHED_SUFFIX = '.unfinished';

interface Header extends SnapshotInfo {
  readonly chunkCount: number;
  readonly bodyLength: number;
}

/** Writes the snapshot under the path; durable when it returns. Throws a JournalFailure, and whatever `chunks` throws. */
export function writeSnapshotFile(path: string, info: SnapshotInfo, chunks: Iterable<Uint8Array>): void {
  const unfinishedPath = path + UNFINISHED_SUFFIX;
  try {
    const descriptor = openSync(unfinishedPath, 'w', 0o600);
    try {
      const sizes = writeChunks(descriptor, chunks);
      writeAll(descriptor, encodeHeader({ ...info, ...sizes }), 0);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinishedPath, path);
    syncPath(dirname(path));
  } catch (error) {
    rmSync(unfinishedPath, { force: true });
    throw journalFailureOf(error, `cannot save the snapshot ${path}`);
  }
}

/**
 * Opens a snapshot file after checking all of it. Throws a JournalFailure: CORRUPT if it is damaged, NEWER_FORMAT, IO.
 * The chunks may be read any number of times, as long as the file is there.
 */
export function openSnapshotFile(path: string): Snapshot {
  try {
    const { seq, at } = withFile(path, (descriptor) => {
      const header = readHeader(descriptor, path);
      for (const _ of chunksOf(descriptor, header, path));
      return header;
    });
    return { seq, at, chunks: { [Symbol.iterator]: () => readChunks(path) } };
  } catch (error) {
    throw journalFailureOf(error, `cannot read the snapshot ${path}`);
  }
}

function withFile<Result>(path: string, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, 'r');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeChunks(descriptor: number, chunks: Iterable<Uint8Array>): { chunkCount: number; bodyLength: number } {
  const head = Buffer.alloc(CHUNK_HEAD_LENGTH);
  let chunkCount = 0;
  let bodyLength = 0;
  let unsyncedBytes = 0;
  for (const chunk of chunks) {
    assert(chunk.length <= CHUNK_LENGTH_MAX, `a chunk of ${chunk.length} bytes is too long`);
    head.writeUInt32LE(chunk.length, 0);
    head.writeUInt32LE(crc32(chunk, chunkCount), 4);
    writeAll(descriptor, head, HEADER_LENGTH + bodyLength);
    writeAll(descriptor, chunk, HEADER_LENGTH + bodyLength + CHUNK_HEAD_LENGTH);
    chunkCount += 1;
    bodyLength += CHUNK_HEAD_LENGTH + chunk.length;
    unsyncedBytes += CHUNK_HEAD_LENGTH + chunk.length;
    if (unsyncedBytes >= SYNC_EVERY_BYTES) {
      fdatasyncSync(descriptor);
      unsyncedBytes = 0;
    }
  }
  return { chunkCount, bodyLength };
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let writtenCount = 0;
  while (writtenCount < bytes.length) {
    const restCount = bytes.length - writtenCount;
    writtenCount += writeSync(descriptor, bytes, writtenCount, restCount, position + writtenCount);
  }
}

function encodeHeader({ seq, at, chunkCount, bodyLength }: Header): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  MAGIC.copy(header);
  header.writeUInt32LE(FORMAT, 8);
  header.writeBigUInt64LE(BigInt(seq), 16);
  header.writeBigUInt64LE(BigInt(at), 24);
  header.writeBigUInt64LE(BigInt(chunkCount), 32);
  header.writeBigUInt64LE(BigInt(bodyLength), 40);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_CRC_OFFSET)), HEADER_CRC_OFFSET);
  return header;
}

function readHeader(descriptor: number, path: string): Header {
  const header = Buffer.alloc(HEADER_LENGTH);
  const length = readSync(descriptor, header, 0, HEADER_LENGTH, 0);
  if (length < HEADER_LENGTH || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw damaged(path, 'it does not begin like a snapshot');
  }
  const format = header.readUInt32LE(8);
  if (format > FORMAT) {
    const known = `this one knows formats up to ${FORMAT}`;
    throw new JournalFailure('NEWER_FORMAT', `the snapshot ${path} has format ${format} of a newer version; ${known}`);
  }
  if (header.readUInt32LE(HEADER_CRC_OFFSET) !== crc32(header.subarray(0, HEADER_CRC_OFFSET))) {
    throw damaged(path, 'its header fails its check');
  }
  const bodyLength = Number(header.readBigUInt64LE(40));
  const missingBytes = HEADER_LENGTH + bodyLength - fstatSync(descriptor).size;
  if (missingBytes !== 0) throw damaged(path, `its length is wrong by ${missingBytes} bytes`);
  return {
    seq: Number(header.readBigUInt64LE(16)),
    at: Number(header.readBigUInt64LE(24)),
    chunkCount: Number(header.readBigUInt64LE(32)),
    bodyLength,
  };
}

function* readChunks(path: string): IterableIterator<Uint8Array> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    yield* chunksOf(descriptor, readHeader(descriptor, path), path);
  } catch (error) {
    throw journalFailureOf(error, `cannot read the snapshot ${path}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function* chunksOf(descriptor: number, header: Header, path: string): IterableIterator<Uint8Array> {
  const head = Buffer.alloc(CHUNK_HEAD_LENGTH);
  const end = HEADER_LENGTH + header.bodyLength;
  let position = HEADER_LENGTH;
  for (let index = 0; index < header.chunkCount; index++) {
    readAll(descriptor, head, position, path);
    position += CHUNK_HEAD_LENGTH;
    const length = head.readUInt32LE(0);
    if (position + length > end) throw damaged(path, `chunk ${index} reaches beyond its end`);
    const chunk = new Uint8Array(length);
    readAll(descriptor, chunk, position, path);
    position += length;
    if (crc32(chunk, index) !== head.readUInt32LE(4)) throw damaged(path, `chunk ${index} fails its check`);
    yield chunk;
  }
  if (position !== end) throw damaged(path, `${end - position} bytes belong to no chunk`);
}

function readAll(descriptor: number, into: Uint8Array, position: number, path: string): void {
  let readCount = 0;
  while (readCount < into.length) {
    const count = readSync(descriptor, into, readCount, into.length - readCount, position + readCount);
    if (count === 0) throw damaged(path, 'it ends too early');
    readCount += count;
  }
}

function damaged(path: string, how: string): JournalFailure {
  return new JournalFailure('CORRUPT', `the snapshot ${path} is damaged: ${how}`);
}
