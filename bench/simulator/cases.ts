/**
 * What the simulator is timed on: queues that have formulas, written as a user writes them, with what the formulas say.
 *
 * 1. Contacts and their handle times are those of the truths in test/sim: mean service 100 s, or the 14 agents of a textbook.
 * 2. A case names how many contacts come in an hour, so that a run can be made as long as wished.
 */
import { erlangA, erlangB } from '../../src/sim/erlang.ts';
import type { TrafficReport } from '../../src/sim/report.ts';

export interface Case {
  readonly name: string;
  readonly contactsPerHour: number;
  /** The scenario without its `run`. */
  readonly yaml: string;
  /** The figure that is shown, from a report and from theory. */
  readonly figure: string;
  readonly found: (total: TrafficReport) => number | null;
  readonly exact: number;
}

const POLICY = `policy:
  channels: { voice: {} }
  queues: { all: { serviceLevel: { within: 20s } } }
  fit: { secondsPerLevel: 0s, affinity: 0s, breadth: 0s }
  readiness: { idleRate: 0.05, loadSeconds: 0s }
`;

interface Plain {
  readonly perHour: number;
  readonly handle: string;
  readonly patience?: string;
  readonly agents: number;
  readonly lines?: number;
}

function plain({ perHour, handle, patience, agents, lines }: Plain): string {
  const leaves = patience === undefined ? '' : `, patience: { exponential: ${patience} }`;
  const traffic = `{ name: all, rate: ${perHour} per 1h, contact: { channel: voice }, handle: ${handle}${leaves} }`;
  const limit = lines === undefined ? '' : `lines: ${lines}\n`;
  return `${POLICY}traffic: [${traffic}]\nagents: [{ id: a, count: ${agents} }]\n${limit}`;
}

const queueA = { arrivalRate: 0.1, meanHandle: 100, meanPatience: 200, agents: 10 };

export const CASES: readonly Case[] = [
  {
    name: 'erlangC10',
    contactsPerHour: 288,
    yaml: plain({ perHour: 288, handle: '{ exponential: 100s }', agents: 10 }),
    figure: 'P(wait)',
    found: (total) => total.probabilityOfWait,
    exact: erlangA({ arrivalRate: 0.08, meanHandle: 100, meanPatience: Number.POSITIVE_INFINITY, agents: 10 }, 20)
      .probabilityOfWait,
  },
  {
    name: 'erlangC14',
    contactsPerHour: 200,
    yaml: plain({ perHour: 200, handle: '{ exponential: 180s }', agents: 14 }),
    figure: 'P(wait)',
    found: (total) => total.probabilityOfWait,
    exact: erlangA({ arrivalRate: 200 / 3600, meanHandle: 180, meanPatience: Number.POSITIVE_INFINITY, agents: 14 }, 20)
      .probabilityOfWait,
  },
  {
    name: 'erlangA10',
    contactsPerHour: 360,
    yaml: plain({ perHour: 360, handle: '{ exponential: 100s }', patience: '200s', agents: 10 }),
    figure: 'P(abandon)',
    found: (total) => total.abandonRatio,
    exact: erlangA(queueA, 20).abandonRatio,
  },
  {
    name: 'erlangB5',
    contactsPerHour: 108,
    yaml: plain({ perHour: 108, handle: '{ exponential: 100s }', agents: 5, lines: 5 }),
    figure: 'P(blocked)',
    found: (total) => total.blockedRatio,
    exact: erlangB(3, 5),
  },
  {
    name: 'erlangBConstant5',
    contactsPerHour: 108,
    yaml: plain({ perHour: 108, handle: '{ constant: 100s }', agents: 5, lines: 5 }),
    figure: 'P(blocked)',
    found: (total) => total.blockedRatio,
    exact: erlangB(3, 5),
  },
];
