/**
 * One run: contacts submitted to one server at their scheduled instants, until every life is whole or it is plain that
 * they will not be.
 *
 * 1. Nobody waits for the server: what is due is sent, however many lives are under way. Only a run that is lost already
 *    (OUTSTANDING_S seconds' worth of lives under way, or errors) sends no more, and is told as stopped, when the lives
 *    under way are done.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type CpuByThread, cpuBetween, readCpu, readMachineCpuUs, totalUs } from '../cpu-time.ts';
import { nowUs } from './clock.ts';
import type { Crew, FrameTap } from './crew.ts';
import { LifeLog } from './life-log.ts';
import type { Metronome } from './metronome.ts';

export interface RunWish {
  readonly ratePerS: number;
  /** Instants of the contacts, microseconds from the start. */
  readonly schedule: Float64Array;
  readonly firstLife: number;
  readonly isSubscribed: boolean;
  /** The server's process. */
  readonly pid: number;
  readonly tap?: FrameTap;
}

export interface RunResult {
  readonly ratePerS: number;
  readonly log: LifeLog;
  /** Why no more was sent before the end; undefined: everything was. */
  readonly stopped: string | undefined;
  /** From the first to the end of the last life, seconds. */
  readonly tookS: number;
  /** Of the server, by thread; undefined where the system does not tell. */
  readonly serverCpu: CpuByThread | undefined;
  /** Of this process, all threads, microseconds. */
  readonly loadCpuUs: number;
  /**
   * What everybody else on this machine took, in cores; undefined where the system does not tell. Well above 0.1 the
   * figures are theirs too.
   */
  readonly othersCores: number | undefined;
  /** Share of the time that the load's main thread was at work: near 1 it is the load that is measured. */
  readonly loadBusy: number;
  /** What collections took of the server's main thread; absent where the server does not tell. */
  readonly gcMs?: number;
}

/** How early the metronome may tick, and how much of the time the load may wait for the instant because of it. */
const LEAD_US_MAX = 100;
const LEAD_SHARE = 0.05;
/** Before the first contact: the metronome has to be asleep by then. */
const START_US = 20_000;
/** How long lives may take after the last contact was sent. */
const TAIL_MS = 15_000;
const TAIL_LOOK_MS = 20;
const OUTSTANDING_S = 1.5;
const OUTSTANDING_MIN = 500;
const FAULTS_MAX = 100;

export async function runLoad(crew: Crew, metronome: Metronome, wish: RunWish): Promise<RunResult> {
  const startUs = nowUs() + START_US;
  const instantsUs = wish.schedule.map((atUs) => startUs + atUs);
  const log = new LifeLog(wish.firstLife, instantsUs, wish.isSubscribed);
  const cpuBefore = readCpu(wish.pid);
  const ownBefore = process.cpuUsage();
  const machineBefore = readMachineCpuUs();
  const beforeUs = nowUs();
  const busyBefore = performance.eventLoopUtilization();
  crew.begin(log, wish.tap);
  const stopped = await send(crew, metronome, log, instantsUs, wish.ratePerS);
  const tookS = (nowUs() - startUs) / 1e6;
  const own = process.cpuUsage(ownBefore);
  const loadCpuUs = own.user + own.system;
  const serverCpu = cpuBetween(cpuBefore, readCpu(wish.pid));
  const machineUs = (readMachineCpuUs() ?? Number.NaN) - (machineBefore ?? Number.NaN);
  const othersUs = serverCpu === undefined ? Number.NaN : machineUs - totalUs(serverCpu) - loadCpuUs;
  return {
    ratePerS: wish.ratePerS,
    log,
    stopped,
    tookS,
    serverCpu,
    loadCpuUs,
    othersCores: Number.isNaN(othersUs) ? undefined : Math.max(0, othersUs / (nowUs() - beforeUs)),
    loadBusy: performance.eventLoopUtilization(busyBefore).utilization,
  };
}

/** Sends at the instants and waits for the lives; answers why it stopped before the end, if it did. */
async function send(
  crew: Crew,
  metronome: Metronome,
  log: LifeLog,
  instantsUs: Float64Array,
  ratePerS: number,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const outstandingMax = Math.max(OUTSTANDING_MIN, ratePerS * OUTSTANDING_S);
  let sentCount = 0;
  log.whenWhole(() => resolve(undefined));
  const leadUs = Math.min(LEAD_US_MAX, (LEAD_SHARE * 1e6) / ratePerS);
  const sendDue = (atUs: number): void => {
    let dueCount = sentCount;
    while ((instantsUs[dueCount] ?? Number.POSITIVE_INFINITY) <= atUs) dueCount += 1;
    if (dueCount === sentCount) return;
    crew.submit(log.firstLife + sentCount, dueCount - sentCount);
    const sentUs = nowUs();
    for (; sentCount < dueCount; sentCount++) log.sent(log.firstLife + sentCount, sentUs);
  };
  metronome.start(instantsUs, leadUs, () => {
    for (let atUs = nowUs(); (instantsUs[sentCount] ?? Number.POSITIVE_INFINITY) <= atUs + leadUs; atUs = nowUs()) {
      sendDue(atUs);
    }
    const outstanding = sentCount - log.completedCount;
    if (outstanding > outstandingMax) resolve(`${outstanding} lives under way`);
    else if (log.faultCount > FAULTS_MAX) resolve(`${log.faultCount} faults`);
  });
  const lastMs = ((instantsUs.at(-1) ?? 0) - nowUs()) / 1000;
  const timer = setTimeout(
    () => resolve(`${log.count - log.wholeCount} lives not whole ${TAIL_MS} ms after the last contact`),
    Math.max(0, lastMs) + TAIL_MS,
  );
  const stopped = await promise;
  clearTimeout(timer);
  metronome.stop();
  const giveUpUs = nowUs() + TAIL_MS * 1000;
  while (log.completedCount < sentCount && nowUs() < giveUpUs) await pause(TAIL_LOOK_MS);
  return stopped;
}
