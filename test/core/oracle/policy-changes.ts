// [POL6] What a policy changes, by writing both policies out as lists of places and comparing place by place.
import type { ResolvedPolicy } from '../../../src/core/policy.ts';

interface Place {
  readonly path: readonly string[];
  readonly text: string;
}

/** Every value that is no object with names, with the names that lead to it; an object without names is a place, too. */
function placesOf(value: unknown, path: readonly string[] = []): Place[] {
  if (value === undefined) return [];
  const isNamed = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isNamed ? Object.entries(value).filter(([, part]) => part !== undefined) : [];
  return [{ path, text: JSON.stringify(value) }, ...entries.flatMap(([name, part]) => placesOf(part, [...path, name]))];
}

function written({ queues, ...others }: ResolvedPolicy): Place[] {
  return placesOf({ ...others, queues: Object.fromEntries(queues.map(({ name, ...queue }) => [name, queue])) });
}

export function changesOf(before: ResolvedPolicy | undefined, after: ResolvedPolicy): string[] {
  if (before === undefined) return [];
  const [old, present] = [written(before), written(after)];
  const find = (places: readonly Place[], path: readonly string[]): Place | undefined =>
    places.find(
      (place) => place.path.length === path.length && place.path.every((name, index) => name === path[index]),
    );
  const isOpen = ({ text }: Place): boolean => text.startsWith('{');
  const lines: { readonly path: readonly string[]; readonly line: string }[] = [];
  for (const place of [...present, ...old]) {
    const { path } = place;
    const [one, other] = [find(old, path), find(present, path)];
    if (lines.some((line) => line.path.join('.') === path.join('.')) || one?.text === other?.text) continue;
    if (one !== undefined && other !== undefined && isOpen(one) && isOpen(other)) continue;
    const isInsideOfOne = lines.some(
      (line) => path.length > line.path.length && line.path.every((name, index) => name === path[index]),
    );
    if (isInsideOfOne) continue;
    lines.push({ path, line: `${path.join('.')}: ${brief(one?.text)} → ${brief(other?.text)}` });
  }
  const inOrder = sortedByTree(lines, present, old);
  const shared = (policy: ResolvedPolicy, than: ResolvedPolicy): string =>
    policy.queues
      .map(({ name }) => name)
      .filter((name) => than.queues.some((queue) => queue.name === name))
      .join(', ');
  const [orderBefore, orderAfter] = [shared(before, after), shared(after, before)];
  if (orderBefore !== orderAfter) inOrder.push(`queues: in the order ${brief(orderBefore)} → ${brief(orderAfter)}`);
  return inOrder.length <= 1000 ? inOrder : [...inOrder.slice(0, 1000), `and ${inOrder.length - 1000} more`];
}

/** Name by name: those of the new policy in its order, then those of the old in its. */
function sortedByTree(
  lines: readonly { readonly path: readonly string[]; readonly line: string }[],
  present: readonly Place[],
  old: readonly Place[],
): string[] {
  const rankOf = (path: readonly string[]): number => {
    const at = (places: readonly Place[]): number =>
      places.findIndex((place) => place.path.join('\n') === path.join('\n'));
    const place = at(present);
    return place >= 0 ? place : present.length + at(old);
  };
  const keyOf = (path: readonly string[]): number[] => path.map((_, index) => rankOf(path.slice(0, index + 1)));
  const compare = (one: readonly number[], other: readonly number[]): number => {
    for (const [index, rank] of one.entries()) {
      const difference = rank - (other[index] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return [...lines].sort((one, other) => compare(keyOf(one.path), keyOf(other.path))).map(({ line }) => line);
}

function brief(text = 'none'): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
