// A hash of the state: of its records, each in one canonical form. Default values ('' 0 false [] {} undefined) are left out, so that a field
// that is added later changes no old hash.

import { hash128 } from '../lib/hash128.ts';
import type { StateRecord } from './state-records.ts';

/** 32 hex digits; equal for equal facts. */
export function hashRecords(records: Iterable<StateRecord>): string {
  let hash = '';
  for (const record of records) hash = hash128(hash + canonicalText(record));
  return hash;
}

/** JSON with sorted keys and without default values; '' for a default. */
export function canonicalText(value: unknown): string {
  if (value === undefined || value === '' || value === 0 || value === false) return '';
  if (Array.isArray(value)) return value.length === 0 ? '' : `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const text = canonicalText((value as Record<string, unknown>)[key]);
    if (text !== '') fields.push(`${JSON.stringify(key)}:${text}`);
  }
  return fields.length === 0 ? '' : `{${fields.join(',')}}`;
}
