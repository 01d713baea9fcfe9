/**
 * Targets of service as people write them: `0.8/20s`, eight of ten arrivals answered within twenty seconds.
 *
 * 1. The level is a share of 1 and neither 0, which nobody would miss, nor 1, which nobody can promise.
 */
import { parseDuration } from './duration.ts';
import type { Option } from './option.ts';

export interface ServiceTarget {
  readonly level: number;
  readonly withinMs: number;
}

/** The target of a text; undefined if it is none. */
export function parseServiceTarget(text: string): ServiceTarget | undefined {
  const match = /^(0?\.\d{1,6})\/(\w{1,12})$/.exec(text);
  const [level, withinMs] = [Number(match?.[1]), parseDuration(match?.[2] ?? '')];
  return match === null || withinMs === undefined || level === 0 ? undefined : { level, withinMs };
}

/** An option that holds a target and has to be given. */
export function serviceTarget({ about }: { readonly about: string }): Option<ServiceTarget> {
  return {
    argument: 'TARGET',
    about,
    expected: 'a level between 0 and 1 and a time, such as 0.8/20s',
    fallback: undefined,
    required: true,
    environmentOnly: false,
    ignoresForeignValue: false,
    read: parseServiceTarget,
  };
}
