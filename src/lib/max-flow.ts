// The greatest flow from one node to another through arcs of given capacities (real numbers, Infinity among them), and the side of the source of a
// least cut: the nodes that still could send more if only the rest would take it.
//
// Dinic's algorithm (E. A. Dinic, 1970): blocking flows along shortest paths; amounts below `EPSILON` of the greatest finite capacity count as none.
//
// Invariants: 1. the arc `2i + 1` is the reverse of arc `2i`; what is left of both together never changes.

const EPSILON = 1e-12;

export class FlowNetwork {
  /** Arcs that leave each node. */
  readonly #leaving: number[][];
  readonly #target: number[] = [];
  readonly #left: number[] = [];
  #greatest = 0;

  constructor(nodeCount: number) {
    this.#leaving = Array.from({ length: nodeCount }, () => []);
  }

  /** Adds an arc; `capacity` from 0. */
  connect(from: number, to: number, capacity: number): void {
    this.#leaving[from]?.push(this.#target.length);
    this.#target.push(to);
    this.#left.push(capacity);
    this.#leaving[to]?.push(this.#target.length);
    this.#target.push(from);
    this.#left.push(0);
    if (Number.isFinite(capacity)) this.#greatest = Math.max(this.#greatest, capacity);
  }

  /** Sends as much as goes; answers how much that is. */
  maximize(source: number, sink: number): number {
    let total = 0;
    for (;;) {
      const depths = this.#depths(source);
      if ((depths[sink] ?? -1) < 0) return total;
      const nextArcs = this.#leaving.map(() => 0);
      for (;;) {
        const sent = this.#push(source, sink, depths, nextArcs);
        if (sent === 0) break;
        total += sent;
      }
    }
  }

  /** Whether each node can still be reached from the source by arcs that are not full; to be asked after `maximize`. */
  reachable(source: number): boolean[] {
    return this.#depths(source).map((depth) => depth >= 0);
  }

  #isOpen(arc: number): boolean {
    return (this.#left[arc] ?? 0) > EPSILON * this.#greatest;
  }

  /** Arcs to each node on a shortest way of open arcs; −1: there is none. */
  #depths(source: number): number[] {
    const depths = this.#leaving.map(() => -1);
    depths[source] = 0;
    const reached = [source];
    for (const node of reached) {
      for (const arc of this.#leaving[node] ?? []) {
        const target = this.#target[arc] ?? 0;
        if (depths[target] !== -1 || !this.#isOpen(arc)) continue;
        depths[target] = (depths[node] ?? 0) + 1;
        reached.push(target);
      }
    }
    return depths;
  }

  /** Sends along one shortest path; 0: there is none any more. */
  #push(source: number, sink: number, depths: readonly number[], nextArcs: number[]): number {
    const path: number[] = [];
    let node = source;
    while (node !== sink) {
      const arc = this.#advance(node, depths, nextArcs);
      if (arc !== undefined) {
        path.push(arc);
        node = this.#target[arc] ?? 0;
        continue;
      }
      // A dead end: back by one arc, which is not tried again.
      const last = path.pop();
      if (last === undefined) return 0;
      node = this.#target[last ^ 1] ?? 0;
      nextArcs[node] = (nextArcs[node] ?? 0) + 1;
    }
    const amount = path.reduce((least, arc) => Math.min(least, this.#left[arc] ?? 0), Number.POSITIVE_INFINITY);
    for (const arc of path) {
      this.#left[arc] = (this.#left[arc] ?? 0) - amount;
      this.#left[arc ^ 1] = (this.#left[arc ^ 1] ?? 0) + amount;
    }
    return amount;
  }

  /** The next open arc of a node that leads one step further. */
  #advance(node: number, depths: readonly number[], nextArcs: number[]): number | undefined {
    const leaving = this.#leaving[node] ?? [];
    for (let next = nextArcs[node] ?? 0; next < leaving.length; next++) {
      nextArcs[node] = next;
      const arc = leaving[next] ?? 0;
      const target = this.#target[arc] ?? 0;
      if (this.#isOpen(arc) && depths[target] === (depths[node] ?? 0) + 1) return arc;
    }
    nextArcs[node] = leaving.length;
    return undefined;
  }
}
