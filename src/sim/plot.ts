// Plots as SVG that stands inside a page: a row for each name, one or two marks in a row, an axis below. No script, no font, no link.
//
// Invariants: 1. every text is escaped. 2. colours are CSS variables of the page, so that light and dark are the page's affair. 3. what a mark
// says is also in its `<title>`.

const WIDTH = 760;
const LABEL_WIDTH = 170;
const RIGHT = 24;
const ROW_GAP = 10;
const MARK_HEIGHT = 16;
const AXIS_HEIGHT = 26;
const LABEL_MAX = 24;

/** Beyond this many rows a plot shows nothing that a table does not show better. */
export const ROWS_MAX = 100;

/** One bar, or dots on a line. */
export interface Mark {
  /** Which of the two runs: the colour. */
  readonly side: 0 | 1;
  /** From 0 to the value; undefined: there is no bar. */
  readonly bar: number | undefined;
  /** From where to where a thin line goes: an interval, a range. */
  readonly range: readonly [from: number, to: number] | undefined;
  readonly dots: readonly number[];
  /** What the reader gets to see who points at it. */
  readonly title: string;
}

export interface PlotRow {
  readonly label: string;
  readonly marks: readonly Mark[];
}

export interface Axis {
  /** The greatest value that is shown; the least is 0. */
  readonly most: number;
  /** How a value of the axis is written. */
  text(value: number): string;
}

/** The plot; '' if there is nothing to show. `about` is for readers who cannot see it. */
export function plot(about: string, rows: readonly PlotRow[], axis: Axis): string {
  const shown = rows.slice(0, ROWS_MAX);
  if (shown.length === 0) return '';
  const ticks = ticksOf(axis.most);
  const most = ticks.at(-1) ?? 1;
  const x = (value: number): number =>
    LABEL_WIDTH + (Math.min(Math.max(value, 0), most) / most) * (WIDTH - LABEL_WIDTH - RIGHT);
  const parts: string[] = [];
  let top = 4;
  for (const { label, marks } of shown) {
    const height = Math.max(1, marks.length) * MARK_HEIGHT;
    const middle = top + height / 2;
    parts.push(
      `<text x="${LABEL_WIDTH - 10}" y="${number(middle + 4)}" text-anchor="end"><title>${escapeHtml(label)}</title>${escapeHtml(shortened(label))}</text>`,
      ...marks.map((mark, index) => markText(mark, top + index * MARK_HEIGHT, x)),
    );
    top += height + ROW_GAP;
  }
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${number(x(tick))}" x2="${number(x(tick))}" y1="0" y2="${top}"/>` +
      `<text class="tick" x="${number(x(tick))}" y="${top + 16}" text-anchor="middle">${escapeHtml(axis.text(tick))}</text>`,
  );
  const height = top + AXIS_HEIGHT;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(about)}">` +
    `${grid.join('')}${parts.join('')}</svg>`
  );
}

function markText({ side, bar, range, dots, title }: Mark, top: number, x: (value: number) => number): string {
  const middle = number(top + MARK_HEIGHT / 2);
  const parts = [`<title>${escapeHtml(title)}</title>`];
  if (bar !== undefined) {
    const width = number(x(bar) - LABEL_WIDTH);
    parts.push(
      `<rect class="bar" x="${LABEL_WIDTH}" y="${number(top + 2)}" width="${width}" height="${MARK_HEIGHT - 4}" rx="2"/>`,
    );
  }
  if (range !== undefined) {
    const [from, to] = [number(x(range[0])), number(x(range[1]))];
    const ends = [from, to].map(
      (at) =>
        `<line class="range" x1="${at}" x2="${at}" y1="${number(top + 4)}" y2="${number(top + MARK_HEIGHT - 4)}"/>`,
    );
    parts.push(`<line class="range" x1="${from}" x2="${to}" y1="${middle}" y2="${middle}"/>`, ...ends);
  }
  for (const dot of dots) parts.push(`<circle class="dot" cx="${number(x(dot))}" cy="${middle}" r="4"/>`);
  return `<g class="side-${side}">${parts.join('')}</g>`;
}

/** From 0 on, four to eight steps of 1, 2 or 5 times a power of ten, the last at or after `most`. */
function ticksOf(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = power * ([1, 2, 5].find((factor) => most / (factor * power) <= 8) ?? 10);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

function shortened(label: string): string {
  return label.length <= LABEL_MAX ? label : `${label.slice(0, LABEL_MAX - 1)}…`;
}

/** A coordinate, to a tenth. */
function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? '');
}
