// The load of the demo, a process of its own: all gateways and agents over real sockets, one clock, one record, one judge.
//
// 1. Contacts come at their rate whatever the router does (Poisson arrivals, open loop). 2. After the last one it drains: every wait of the
//    scenario ends, so that draining does. 3. It obeys its parent alone: signals of the terminal go to both, and the parent decides. When the
//    parent is gone, it goes too.

import { WebSocket } from 'ws';
import { AgentClient } from '../client/agent-client.ts';
import { GatewayClient } from '../client/gateway-client.ts';
import type { OpenSocket } from '../client/socket.ts';
import { Prng } from '../lib/prng.ts';
import { DemoAgent } from './demo-agent.ts';
import { DemoDirectory, eachOf } from './demo-directory.ts';
import { DemoGateway, type DemoStage } from './demo-gateway.ts';
import { Measures } from './demo-measures.ts';
import type { FromLoad, LoadOrder, LoadResult, ToLoad } from './demo-messages.ts';
import { type AgentProfile, agentProfiles, customer, type Pace, paceOf, roomOf } from './demo-scenario.ts';
import { Judge } from './demo-verdict.ts';

const DRAIN_CHECK_MS = 50;
/** Answers of the last moments. */
const SETTLE_MS = 200;
const STEP_MS = 5;

/** Half of the clients show their token in a header, half in a sub-protocol entry; likewise text and binary frames. */
const withHeader: OpenSocket = ({ url, subProtocol, token }) =>
  new WebSocket(url, subProtocol, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
const withEntry: OpenSocket = ({ url, subProtocol, token }) =>
  new WebSocket(url, [subProtocol, `bearer.${token}`], { perMessageDeflate: false });

function clientOptions(url: string, token: string, index: number) {
  return {
    url,
    token,
    subProtocol: index % 2 === 0 ? ('json' as const) : ('proto' as const),
    openSocket: index % 4 < 2 ? withHeader : withEntry,
  };
}

/** One run from the order to the result. */
class DemoLoad {
  readonly #order: LoadOrder;
  readonly #pace: Pace;
  readonly #judge = new Judge();
  readonly #measures = new Measures();
  readonly #directory: DemoDirectory;
  readonly #profiles: readonly AgentProfile[];
  readonly #gateways: readonly DemoGateway[];
  readonly #agents: readonly DemoAgent[];
  /** Units of capacity that all agents together can fill. */
  readonly #usableRoom: number;
  #isStopping = false;
  #isDraining = false;

  constructor(order: LoadOrder) {
    const { terms, url, gateways, agentTokens, adminToken } = order;
    this.#order = order;
    this.#pace = paceOf(terms);
    this.#directory = new DemoDirectory(url, adminToken);
    this.#profiles = agentProfiles(terms);
    const stage: DemoStage = {
      measures: this.#measures,
      record: (fact) => this.#judge.observe(fact),
      now: () => performance.now(),
    };
    this.#gateways = gateways.map(
      ({ id, token }, index) => new DemoGateway(id, new GatewayClient(clientOptions(url, token, index)), stage),
    );
    this.#agents = this.#profiles.map((profile, index) => {
      const client = new AgentClient(clientOptions(url, agentTokens[index] ?? '', index));
      return new DemoAgent(profile, client, terms, this.#pace, stage);
    });
    this.#usableRoom = this.#profiles.reduce((sum, profile) => sum + usableRoomOf(profile), 0);
  }

  /** Ends submitting early. */
  stop(): void {
    this.#isStopping = true;
  }

  async run(): Promise<LoadResult> {
    const startedAtMs = performance.now();
    await this.#directory.put(this.#profiles);
    await Promise.all(this.#gateways.map((gateway) => gateway.start()));
    await eachOf(this.#agents, (agent) => agent.start());
    const readyAtMs = performance.now();
    tell({ type: 'ready', setUpMs: readyAtMs - startedAtMs });
    const ticker = setInterval(() => this.#tick(), 1_000);
    await this.#submitAll();
    const drainingAtMs = performance.now();
    this.#isDraining = true;
    await this.#drain();
    clearInterval(ticker);
    const drainedAtMs = performance.now();
    await this.#close();
    return {
      measures: this.#measures.summary(),
      verdict: this.#judge.verdict(),
      submittingMs: drainingAtMs - readyAtMs,
      drainingMs: drainedAtMs - drainingAtMs,
    };
  }

  /** Customers arrive, each at its own gateway, until the time is over. */
  async #submitAll(): Promise<void> {
    const { terms } = this.#order;
    const prng = new Prng(terms.seed ^ 0x5bd1e995);
    const startMs = performance.now();
    const endMs = terms.seconds * 1_000;
    const meanGapMs = 1_000 / terms.ratePerS;
    let dueMs = prng.exponential(meanGapMs);
    let number = 1;
    while (dueMs < endMs && !this.#isStopping) {
      const elapsedMs = performance.now() - startMs;
      while (dueMs <= elapsedMs && dueMs < endMs) {
        void this.#gateways[number % this.#gateways.length]?.submit(customer(terms, this.#pace, number));
        number += 1;
        dueMs += prng.exponential(meanGapMs);
      }
      await pause(Math.max(1, Math.min(STEP_MS, dueMs - elapsedMs)));
    }
  }

  /** Until every acknowledged contact has been seen closed, or nothing more can be hoped for; then the gateways ask for the rest. */
  async #drain(): Promise<void> {
    const { patienceMs, talkMs, wrapUpMs } = this.#pace;
    // The longest wait, then the longest conversation, and time for what goes wrong in between.
    const deadlineMs = performance.now() + patienceMs + 16 * (talkMs + wrapUpMs) + 15_000;
    const isOpen = (): boolean =>
      this.#judge.openCount > 0 || this.#gateways.some((gateway) => gateway.unansweredCount > 0);
    while (isOpen() && performance.now() < deadlineMs) await pause(DRAIN_CHECK_MS);
    await pause(SETTLE_MS);
    for (const gateway of this.#gateways) {
      await eachOf(this.#judge.openIdsOf(gateway.id), (contactId) => gateway.check(contactId));
    }
  }

  async #close(): Promise<void> {
    for (const gateway of this.#gateways) gateway.stop();
    await eachOf(this.#agents, (agent) => agent.stop());
    await this.#directory.remove(this.#profiles);
  }

  #tick(): void {
    const load = this.#agents.reduce((sum, agent) => sum + agent.load, 0);
    tell({ type: 'progress', progress: this.#measures.progress(load / this.#usableRoom, this.#isDraining) });
  }
}

/** What an agent can fill of its room with the channels it takes: whole contacts only. */
function usableRoomOf(profile: AgentProfile): number {
  const { capacity, limitByChannel, costByChannel } = roomOf(profile);
  let left = capacity;
  for (const [channel, cost] of Object.entries(costByChannel).sort(([, a], [, b]) => b - a)) {
    left -= cost * Math.min(limitByChannel[channel] ?? 0, Math.floor(left / cost));
  }
  return capacity - left;
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function tell(message: FromLoad): void {
  process.send?.(message);
}

/** The last word: the channel is closed once it has left. */
function tellLast(message: FromLoad): void {
  process.send?.(message, undefined, undefined, () => process.disconnect());
}

let load: DemoLoad | undefined;

async function start(order: LoadOrder): Promise<void> {
  try {
    load = new DemoLoad(order);
    tellLast({ type: 'result', result: await load.run() });
  } catch (error) {
    tellLast({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (message) => {
  // The parent is this program's other half.
  const said = message as ToLoad;
  if (said.type === 'start') void start(said.order);
  else load?.stop();
});
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
