/**
 * How a fault of a policy file is printed.
 */
import type { Fault } from '../config/fault.ts';

/** `FILE:LINE:COLUMN path: message`. */
export function faultLine(file: string, { line, column, path, message }: Fault, prefix = ''): string {
  return `${file}:${line}:${column} ${prefix}${path === '' ? '' : `${path}: `}${message}`;
}
