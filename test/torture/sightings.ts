// What a run came across, counted: torture that never kills a process in the middle of a commit proves nothing about it.

/** What a campaign of some size must have come across. */
export const EXPECTED = [
  'a death',
  'a death with a commit in hand',
  'a commit found that nobody was told of',
  'a commit lost that nobody was told of',
  'a death during recovery',
  'a torn write',
  'a failed write',
  'a recovery from a snapshot',
  'a recovery without the commits that a snapshot covers',
  'a commit of several steps',
  'deadlines held',
  'offers withdrawn that never left',
  'a submission refused: DRAINING',
  'a submission refused: TOO_MANY_PENDING',
  'a submission repeated',
  'a command asked again after a death',
  'a shut-down',
  'a wall clock behind the router’s time',
  'a gateway that asks for changes',
  'a gateway too slow for its pushes',
  'a closed contact read',
] as const;

export type Sighting = (typeof EXPECTED)[number];

export class Sightings {
  readonly #countByName = new Map<string, number>();

  note(sighting: Sighting): void {
    this.#countByName.set(sighting, (this.#countByName.get(sighting) ?? 0) + 1);
  }

  /** Adds what another one has counted. */
  add(other: Sightings): void {
    for (const [name, count] of other.#countByName) {
      this.#countByName.set(name, (this.#countByName.get(name) ?? 0) + count);
    }
  }

  count(sighting: Sighting): number {
    return this.#countByName.get(sighting) ?? 0;
  }
}
