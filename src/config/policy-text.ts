/**
 * Gets the text of a policy file from disk or standard input.
 *
 * 1. No more is read than a policy may be long (and a byte, by which a longer one is told).
 * 2. Bytes that are no UTF-8 are refused, not replaced.
 */
import { createReadStream } from 'node:fs';
import { POLICY_BYTES_MAX } from './policy-file.ts';

/** A policy's text, or one line that says why there is none. */
export type PolicyText = { readonly text: string } | { readonly failure: string };

/** The text of a file; `-` is standard input. Files that a scenario names may be longer than a policy. */
export async function readPolicyText(path: string, bytesMax = POLICY_BYTES_MAX): Promise<PolicyText> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  try {
    const stream = path === '-' ? process.stdin : createReadStream(path);
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      byteCount += bytes.length;
      if (byteCount > bytesMax) return { failure: `${path}: expected at most ${bytesMax} bytes` };
    }
  } catch (error) {
    return { failure: `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { failure: `${path}: expected UTF-8, found other bytes` };
  }
}
