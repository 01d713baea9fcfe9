/**
 * One run: contacts pushed to one peer at their scheduled instants, until each is done or it is plain that they will not be.
 *
 * 1. Nobody waits for the peer: what is due is pushed. Only a run that is lost already (faults; in the search also OUTSTANDING_S seconds' worth of
 *    contacts not done) pushes no more, and is told as stopped, when what was pushed is done.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readMachineCpuUs } from '../cpu-time.ts';
import { nowUs } from '../latency/clock.ts';
import type { Metronome } from '../latency/metronome.ts';
import { type CurrentLog, HandlingLog } from './handling-log.ts';
import type { Peer } from './peer.ts';
import { readTreeCpu, treeCpuBetween } from './process-tree.ts';
import type { Work, WorkContact } from './work.ts';

export interface RunWish {
  readonly work: Work;
  readonly ratePerS: number;
  readonly contacts: readonly WorkContact[];
  /** Instants of the contacts, microseconds from the start. */
  readonly schedule: Float64Array;
  /** Whether a run that falls behind is ended; else everything is pushed, and waited for. */
  readonly mayStop: boolean;
}

export interface RunResult {
  readonly ratePerS: number;
  readonly log: HandlingLog;
  /** Why no more was pushed before the end; undefined: everything was. */
  readonly stopped: string | undefined;
  /** Whether everything that was pushed is done. */
  readonly isDrained: boolean;
  /** Microseconds of CPU: of the database or router, and of the load with the agents. */
  readonly serviceCpuUs: number | undefined;
  readonly clientCpuUs: number | undefined;
  /** What everybody else on this machine took, in cores; undefined where the system does not tell. */
  readonly othersCores: number | undefined;
}

const LEAD_US_MAX = 100;
const LEAD_SHARE = 0.05;
const START_US = 20_000;
const TAIL_MS = 15_000;
const TAIL_LOOK_MS = 20;
const OUTSTANDING_S = 1.5;
const OUTSTANDING_MIN = 200;
const FAULTS_MAX = 100;

export async function runPeer(
  peer: Peer,
  current: CurrentLog,
  metronome: Metronome,
  wish: RunWish,
): Promise<RunResult> {
  const startUs = nowUs() + START_US;
  const instantsUs = wish.schedule.map((atUs) => startUs + atUs);
  const log = new HandlingLog(wish.work, wish.contacts, instantsUs);
  const cpu = new CpuAccount(peer);
  current.log = log;
  const { stopped, isDrained } = await push(peer, metronome, log, instantsUs, wish);
  current.log = undefined;
  return { ratePerS: wish.ratePerS, log, stopped, isDrained, ...cpu.close() };
}

/** What service, clients and others take from now on. */
class CpuAccount {
  readonly #peer: Peer;
  readonly #service: ReadonlyMap<number, number> | undefined;
  readonly #fleet: ReadonlyMap<number, number> | undefined;
  readonly #own = process.cpuUsage();
  readonly #machineUs = readMachineCpuUs();
  readonly #fromUs = nowUs();

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#service = readTreeCpu(peer.servicePids);
    this.#fleet = readTreeCpu(peer.fleetPids);
  }

  close(): Pick<RunResult, 'serviceCpuUs' | 'clientCpuUs' | 'othersCores'> {
    const serviceCpuUs = treeCpuBetween(this.#service, readTreeCpu(this.#peer.servicePids));
    const fleetUs = treeCpuBetween(this.#fleet, readTreeCpu(this.#peer.fleetPids));
    const own = process.cpuUsage(this.#own);
    const clientCpuUs = fleetUs === undefined ? undefined : fleetUs + own.user + own.system;
    const machineUs = (readMachineCpuUs() ?? Number.NaN) - (this.#machineUs ?? Number.NaN);
    const othersUs = machineUs - (serviceCpuUs ?? Number.NaN) - (clientCpuUs ?? Number.NaN);
    const othersCores = Number.isNaN(othersUs) ? undefined : Math.max(0, othersUs / (nowUs() - this.#fromUs));
    return { serviceCpuUs, clientCpuUs, othersCores };
  }
}

async function push(
  peer: Peer,
  metronome: Metronome,
  log: HandlingLog,
  instantsUs: Float64Array,
  { ratePerS, mayStop }: RunWish,
): Promise<Pick<RunResult, 'stopped' | 'isDrained'>> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const outstandingMax = mayStop ? Math.max(OUTSTANDING_MIN, ratePerS * OUTSTANDING_S) : Number.POSITIVE_INFINITY;
  const leadUs = Math.min(LEAD_US_MAX, (LEAD_SHARE * 1e6) / ratePerS);
  const dueAt = (index: number): number => instantsUs[index] ?? Number.POSITIVE_INFINITY;
  let pushedCount = 0;
  log.whenDone(() => resolve(undefined));
  const pushDue = (atUs: number): void => {
    const from = pushedCount;
    let to = from;
    while (dueAt(to) <= atUs) to += 1;
    if (to === from) return;
    pushedCount = to;
    peer.push(log.contacts.slice(from, to));
    const sentUs = nowUs();
    for (let index = from; index < to; index++) log.sent(index, sentUs);
  };
  metronome.start(instantsUs, leadUs, () => {
    for (let atUs = nowUs(); dueAt(pushedCount) <= atUs + leadUs; atUs = nowUs()) pushDue(atUs);
    const outstanding = pushedCount - log.doneCount;
    if (outstanding > outstandingMax) resolve(`${outstanding} contacts under way`);
    else if (log.faultCount > FAULTS_MAX) resolve(`${log.faultCount} faults`);
    else if (peer.failure() !== undefined) resolve(peer.failure());
  });
  const lastMs = ((instantsUs.at(-1) ?? 0) - nowUs()) / 1000;
  const timer = setTimeout(
    () => resolve(`${log.contacts.length - log.doneCount} contacts not done ${TAIL_MS} ms after the last was pushed`),
    Math.max(0, lastMs) + TAIL_MS,
  );
  const stopped = await promise;
  clearTimeout(timer);
  metronome.stop();
  const giveUpUs = nowUs() + TAIL_MS * 1000;
  while (log.doneCount < pushedCount && nowUs() < giveUpUs) await pause(TAIL_LOOK_MS);
  return { stopped, isDrained: log.doneCount >= pushedCount };
}
