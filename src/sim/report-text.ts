// How figures are written for people: with as many digits as their error leaves, a unit, and a dash for what there is not.
//
// Invariants: 1. a figure and its half width have the same unit and the same number of decimals. 2. nothing here changes a figure.

import { unreachable } from '../lib/assert.ts';

export const NOTHING = '–';

/** What a figure is: a share of 1, a duration in seconds, or a number of contacts. */
export type Unit = 'share' | 'seconds' | 'contacts';

const COUNT = new Intl.NumberFormat('en-US');

export function countText(count: number): string {
  return COUNT.format(count);
}

/** `7.84 s`, `17.4 %`; with its half width `7.84 ± 0.21 s`. */
export function figureText(value: number | null, unit: Unit, halfWidth: number | null = null, sign = false): string {
  if (value === null) return NOTHING;
  const scale = unit === 'share' ? 100 : 1;
  const decimals = decimalsOf(value * scale, halfWidth === null ? null : halfWidth * scale, unit);
  const number = value * scale;
  const rounded = number.toFixed(decimals);
  const plus = sign && Number(rounded) > 0 ? '+' : '';
  // A zero has no sign, whatever was rounded to it.
  const plain = Number(rounded) === 0 ? (0).toFixed(decimals) : `${plus}${grouped(rounded)}`;
  const error = halfWidth === null || halfWidth === 0 ? '' : ` ± ${grouped((halfWidth * scale).toFixed(decimals))}`;
  return `${plain}${error}${unitText(unit)}`;
}

function unitText(unit: Unit): string {
  switch (unit) {
    case 'share':
      return ' %';
    case 'seconds':
      return ' s';
    case 'contacts':
      return '';
    default:
      return unreachable(unit);
  }
}

/** Two digits of the error, or else three of the figure. */
function decimalsOf(value: number, halfWidth: number | null, unit: Unit): number {
  if (halfWidth !== null && halfWidth > 0) return clamp(1 - Math.floor(Math.log10(halfWidth)));
  if (unit === 'share') return 1;
  return value === 0 ? 0 : clamp(2 - Math.floor(Math.log10(Math.abs(value))));
}

function clamp(decimals: number): number {
  return Math.min(3, Math.max(0, decimals));
}

/** Thousands apart. */
function grouped(text: string): string {
  return text.replace(/^(-?)(\d+)/, (_, minus: string, whole: string) => minus + countText(Number(whole)));
}
