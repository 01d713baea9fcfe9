// Reports that were made up, for tests of what is made of reports.
import type { HalfWidths, Report, TrafficReport } from '../../src/sim/report.ts';

const HALF_WIDTHS: HalfWidths = {
  probabilityOfWait: 0.0123,
  waitSecondsMean: 0.214,
  speedOfAnswerSeconds: 0.25,
  waitSeconds: { p50: 0, p95: 2.1, p99: 4.3 },
  abandonRatio: 0.004,
  blockedRatio: 0,
  serviceLevel: { ofArrivals: 0.0094, ofArrivalsLessShortAbandons: 0.009, notWaitingLonger: 0.008 },
  queueLengthMean: 0.031,
};

/** A traffic with figures that cannot be mistaken for each other. */
export function sampleTraffic(changes: Partial<TrafficReport> = {}): TrafficReport {
  return {
    arrivals: 20_013,
    answered: 19_001,
    abandoned: 1_000,
    blocked: 0,
    expired: 0,
    stillWaiting: 0,
    probabilityOfWait: 0.17413,
    waitSecondsMean: 7.8361,
    speedOfAnswerSeconds: 6.5,
    waitSeconds: { p50: 0, p95: 54.2, p99: 101.7 },
    abandonRatio: 0.05,
    blockedRatio: 0,
    serviceLevel: {
      withinSeconds: 20,
      ofArrivals: 0.8883,
      ofArrivalsLessShortAbandons: 0.9,
      notWaitingLonger: 0.91,
    },
    queueLengthMean: 0.4353,
    ci95: HALF_WIDTHS,
    ...changes,
  };
}

/** Nothing arrived: nothing to divide by. */
export const NOBODY: TrafficReport = {
  ...sampleTraffic(),
  arrivals: 0,
  answered: 0,
  abandoned: 0,
  probabilityOfWait: null,
  waitSecondsMean: null,
  speedOfAnswerSeconds: null,
  waitSeconds: { p50: null, p95: null, p99: null },
  abandonRatio: null,
  blockedRatio: null,
  serviceLevel: { withinSeconds: null, ofArrivals: null, ofArrivalsLessShortAbandons: null, notWaitingLonger: null },
  queueLengthMean: 0,
  ci95: {
    probabilityOfWait: null,
    waitSecondsMean: null,
    speedOfAnswerSeconds: null,
    waitSeconds: { p50: null, p95: null, p99: null },
    abandonRatio: null,
    blockedRatio: null,
    serviceLevel: { ofArrivals: null, ofArrivalsLessShortAbandons: null, notWaitingLonger: null },
    queueLengthMean: null,
  },
};

export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    seed: 7,
    hash: '0123456789abcdef0123456789abcdef',
    events: 1_994_101,
    wallSeconds: 7.07,
    traffic: { gold: sampleTraffic() },
    total: sampleTraffic(),
    agents: {
      'a-1': { occupancy: 0.7, handled: 9_000 },
      'a-2': { occupancy: 0.8, handled: 10_001 },
      b: { occupancy: null, handled: 0 },
    },
    warnings: [],
    ...changes,
  };
}

export const SAMPLE_GROUPS = [
  { id: 'a', agentIds: ['a-1', 'a-2'] },
  { id: 'b', agentIds: ['b'] },
];
