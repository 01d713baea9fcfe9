// Merging of JSON objects given as text: the right side's keys replace the left side's, null deletes a key. One level, as clients
// would say it. Objects without prototype, so that no key is special.

/** Merged canonical text (keys sorted at the top level), '' when nothing is left. Both sides: text of a JSON object, or ''. */
export function mergeJsonObjects(left: string, right: string): string {
  const merged = new Map<string, unknown>(entries(left));
  for (const [key, value] of entries(right)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size === 0) return '';
  const fields = [...merged.keys()].sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(merged.get(key))}`);
  return `{${fields.join(',')}}`;
}

function entries(text: string): [string, unknown][] {
  return text === '' ? [] : Object.entries(JSON.parse(text) as Record<string, unknown>);
}
