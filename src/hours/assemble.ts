// Openings as the core wants them, out of spans in any order: apart, ascending, within what is told of.

/** Begin and end of each opening in turn. Spans that touch or overlap are one opening; empty ones are none. */
export function assemble(
  spans: readonly (readonly [from: number, until: number])[],
  from: number,
  until: number,
): number[] {
  const openings: number[] = [];
  for (const [begin, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const first = Math.max(begin, from);
    const last = Math.min(end, until);
    if (first >= last) continue;
    const before = openings.at(-1);
    if (before === undefined || first > before) openings.push(first, last);
    else openings[openings.length - 1] = Math.max(before, last);
  }
  return openings;
}
