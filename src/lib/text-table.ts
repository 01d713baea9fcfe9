// Tables for a terminal: columns as wide as their widest cell, the first at the left, the others at the right.

/** What a table holds; every row has as many cells as the head. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = '  ';

/** The lines of a table. */
export function textTable({ head, rows }: Table): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) =>
        column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width),
      )
      .join(GAP)
      .trimEnd();
  return [line(head), ...rows.map(line)];
}
