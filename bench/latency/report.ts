/**
 * What a run says of one setting, piece by piece: tables and goals for people, figures for the last line. No measuring in here.
 *
 * 1. Names of figures end in the rate and the setting's suffix: `p99Ratio500`, `p99Ratio500ProtoAgents5000`.
 * 2. What the system does not tell is `–` in a table and no figure at all.
 */
import { SHARES } from '../durations.ts';
import type { Results } from '../suite.ts';
import type { FeaturedResults, RateResults, WatchedResults } from './measure.ts';
import { GOAL_RATE, type SearchParams, type Setting } from './params.ts';
import { median, offerRatios, RunTally } from './run-tally.ts';
import type { Script } from './script.ts';
import type { Attempt, Found } from './search.ts';
import { SERVER_TITLES, SERVERS, type ServerName } from './servers.ts';
import type { Sights } from './watchers.ts';

const GOALS = { p50Ratio: 1.2, p99Ratio: 1.3, watchedP99Ratio: 1.1, cpuUsPerLife: 250 } as const;

const COLUMNS = ['p50', 'p99', 'p99.9', 'max', 'late p50', 'late p99', 'CPU µs/life', 'load µs/life', 'load busy'];

export class Report {
  readonly #results: Results;
  readonly #setting: Setting;

  constructor(results: Results, setting: Setting) {
    this.#results = results;
    this.#setting = setting;
  }

  /** What a life consists of on the wire and on the disk. */
  sayLife(script: Script): void {
    const { subprotocol, agents } = this.#setting;
    this.#results.say('');
    this.#results.say(`== ${subprotocol === 'json' ? 'JSON' : 'protobuf'}, ${agents} agents`);
    const lives = script.kinds.map((steps) => {
      const frames = steps.flatMap((step) => step.frames);
      const events = steps.flatMap((step) => step.events);
      return {
        bytesOut: frames.reduce((sum, frame) => sum + base64Bytes(frame.bytes), 0),
        framesOut: frames.length,
        events: events.length,
        eventBytes: events.reduce((sum, event) => sum + base64Bytes(event), 0),
      };
    });
    const average = (of: (life: (typeof lives)[number]) => number): number =>
      Math.round(lives.reduce((sum, life) => sum + of(life), 0) / lives.length);
    const out = average((life) => life.framesOut);
    this.#results.say(
      `a life: ${out + 4} frames: 4 requests (submit, accept, end, complete), ${out} from the router ` +
        `(4 replies, 1 offer, ${out - 5} pushes to the gateway; ${average((life) => life.bytesOut)} B); ` +
        `${average((life) => life.events)} events in 4 steps, ${average((life) => life.eventBytes)} B journalled`,
    );
  }

  sayRates(rates: readonly RateResults[]): void {
    if (rates.length === 0) return;
    const routerRuns = rates.flatMap(({ runs }) => runs.router);
    if (routerRuns.length > 0) this.#metric('framesPerLife', new RunTally(routerRuns).framesPerLife);
    const { roundS } = this.#setting;
    const rows = rates.flatMap(({ ratePerS, runs, missed }) =>
      missed === undefined
        ? SERVERS.map((name) => row(`${ratePerS}/s ${SERVER_TITLES[name]}`, new RunTally(runs[name])))
        : [[`${ratePerS}/s: ${missed}`]],
    );
    this.#results.say('');
    this.#results.say("submit → offer at the agent's socket, ms from the scheduled instant:");
    this.#results.table({ head: [`rounds of ${roundS} s`, ...COLUMNS, 'others'], rows });
    for (const rate of rates) if (rate.missed === undefined) this.#sayRate(rate);
  }

  #sayRate({ ratePerS, rounds, runs }: RateResults): void {
    for (const name of SERVERS) this.#offerMetrics(name, ratePerS, new RunTally(runs[name]));
    const router = new RunTally(runs.router);
    const ratio = (floor: ServerName, share: (typeof SHARES)[number], name: string): string => {
      const found = offerRatios(runs.router, runs[floor], share[1]);
      this.#metric(`${name}${ratePerS}`, median(found));
      return `${share[0]} × ${median(found).toFixed(2)} (${found.map((one) => one.toFixed(2)).join(' ')})`;
    };
    const [p50, p99] = SHARES;
    const { roundS } = this.#setting;
    const leftOut = rounds - runs.router.length;
    const told = leftOut === 0 ? '' : `, ${leftOut} left out, since others took the machine`;
    this.#results.say(`${ratePerS}/s, ${rounds} × ${roundS} s${told}, median of the rounds' ratios:`);
    this.#results.say(
      `  router / committing relay: ${ratio('committing', p50, 'p50Ratio')}, ${ratio('committing', p99, 'p99Ratio')}`,
    );
    this.#results.say(
      `  router / bare relay: ${ratio('bare', p50, 'p50RatioBare')}, ${ratio('bare', p99, 'p99RatioBare')}`,
    );
    this.#results.say(`  router's CPU by thread, µs/life: ${router.threadsText()}`);
    this.#results.say(`  router's collections took ${percent(router.gcShare)} of the time`);
    this.#metric(`routerGcShare${ratePerS}`, router.gcShare);
    if (ratePerS !== GOAL_RATE) return;
    const ofRatio = (share: number): number => median(offerRatios(runs.router, runs.committing, share));
    this.#goal('p50, router / committing relay', ofRatio(0.5), GOALS.p50Ratio);
    this.#goal('p99, router / committing relay', ofRatio(0.99), GOALS.p99Ratio);
  }

  #offerMetrics(name: ServerName, ratePerS: number, tally: RunTally): void {
    this.#metric(`${name}P50Ms${ratePerS}`, tally.offers.percentileUs(0.5) / 1000);
    this.#metric(`${name}P99Ms${ratePerS}`, tally.offers.percentileUs(0.99) / 1000);
    this.#metric(`${name}P999Ms${ratePerS}`, tally.offers.percentileUs(0.999) / 1000);
    this.#metric(`${name}MaxMs${ratePerS}`, tally.offers.maxUs() / 1000);
    this.#metric(`${name}CpuUsPerLife${ratePerS}`, tally.cpuUsPerLife);
    if (name !== 'router') return;
    this.#metric(`loadLateP50Ms${ratePerS}`, tally.late.percentileUs(0.5) / 1000);
    this.#metric(`loadLateP99Ms${ratePerS}`, tally.late.percentileUs(0.99) / 1000);
    this.#metric(`othersCores${ratePerS}`, tally.othersCores);
  }

  sayWatched({ watch, alone, watched, sights }: WatchedResults): void {
    const { ratePerS, everyMs, scrapeEveryMs } = watch;
    this.#results.say('');
    this.#results.say(
      `a supervisor with a feed of all queues and agents every ${everyMs} ms, and a scrape of /metrics every ` +
        `${scrapeEveryMs} ms, beside the load, and not, in turns:`,
    );
    const rows = [row('router alone', new RunTally(alone)), row('router watched', new RunTally(watched))];
    this.#results.table({ head: [`${ratePerS}/s`, ...COLUMNS, 'others'], rows });
    const sum = (of: (one: Sights) => number): number => sights.reduce((total, one) => total + of(one), 0);
    const longestMs = Math.max(...sights.map((one) => one.longestScrapeMs));
    this.#results.say(
      `they saw ${sum((one) => one.feeds)} feeds with ${sum((one) => one.agentRows)} rows of agents, and made ` +
        `${sum((one) => one.scrapes)} scrapes, the longest in ${longestMs.toFixed(1)} ms`,
    );
    for (const [name, share] of SHARES.slice(0, 2)) {
      const found = offerRatios(watched, alone, share);
      const each = found.map((one) => one.toFixed(2)).join(' ');
      this.#results.say(`${name}, watched / alone: median of the pairs × ${median(found).toFixed(2)} (${each})`);
      this.#metric(`${name}Ratio${ratePerS}Watched`, median(found));
    }
    const tailRatio = new RunTally(watched).offers.percentileUs(0.99) / new RunTally(alone).offers.percentileUs(0.99);
    this.#metric(`p99Ratio${ratePerS}WatchedPooled`, tailRatio);
    this.#goal('p99, watched / alone', median(offerRatios(watched, alone, 0.99)), GOALS.watchedP99Ratio);
  }

  sayFeatured({ features, plain, featured }: FeaturedResults): void {
    const { ratePerS, profiles } = features;
    this.#results.say('');
    this.#results.say(`a policy that uses nothing, and one that uses everything, with ${profiles} profiles, in turns:`);
    const [none, all] = [new RunTally(plain), new RunTally(featured)];
    const rows = [row('nothing used', none), row('all used', all)];
    this.#results.table({ head: [`${ratePerS}/s`, ...COLUMNS, 'others'], rows });
    for (const [name, share] of SHARES.slice(0, 2)) {
      const found = offerRatios(featured, plain, share);
      const each = found.map((one) => one.toFixed(2)).join(' ');
      this.#results.say(
        `${name}, all used / nothing used: median of the pairs × ${median(found).toFixed(2)} (${each})`,
      );
      this.#metric(`${name}Ratio${ratePerS}Featured`, median(found));
    }
    this.#metric(`p99Ratio${ratePerS}FeaturedPooled`, all.offers.percentileUs(0.99) / none.offers.percentileUs(0.99));
    this.#metric(`cpuRatio${ratePerS}Featured`, all.cpuUsPerLife / none.cpuUsPerLife);
  }

  /** `name` stands in the names of its figures: '' or `OneCore`; `title` tells who has which cores. */
  saySearch(name: string, title: string, found: Found, search: SearchParams): void {
    this.#results.say('');
    this.#results.say(`whole lives a second that the router holds with p99 < ${search.p99MaxMs} ms, ${title}:`);
    const bare = found.bareHeld === undefined || found.relays.includes(found.bareHeld) ? [] : [found.bareHeld];
    const rows = [...found.attempts, ...found.relays, ...bare].map(attemptRow);
    this.#results.table({ head: ['', 's', ...COLUMNS, 'others'], rows });
    const { held, bareHeld } = found;
    this.#metric(`heldPerS${name}`, held?.ratePerS ?? 0);
    if (held === undefined) return this.#results.say('no rate was held');
    const tally = new RunTally([held.result]);
    this.#results.say(`held for ${held.seconds} s: ${held.ratePerS} whole lives a second`);
    this.#results.say(`router's CPU by thread there, µs/life: ${tally.threadsText()}`);
    this.#metric(`heldP50Ms${name}`, tally.offers.percentileUs(0.5) / 1000);
    this.#metric(`heldP99Ms${name}`, tally.offers.percentileUs(0.99) / 1000);
    this.#metric(`heldCpuUsPerLife${name}`, tally.cpuUsPerLife);
    this.#metric(`heldLoadCpuUsPerLife${name}`, tally.loadCpuUsPerLife);
    this.#metric(`heldLoadBusy${name}`, tally.loadBusy);
    this.#sayLoadLimit(held, bareHeld, name);
    const committing = found.relays.find((relay) => relay.name === 'committing' && relay.missed === undefined);
    const floor = committing === undefined ? [] : [committing.result];
    for (const [share, at] of SHARES.slice(0, 2)) {
      this.#metric(`${share}RatioHeld${name}`, median(offerRatios([held.result], floor, at)));
    }
    if (Number.isFinite(tally.cpuUsPerLife)) {
      this.#goal("router's CPU, µs a whole life", tally.cpuUsPerLife, GOALS.cpuUsPerLife);
    }
  }

  /** What the same load brings through at a server that does nothing: were it the limit, it would be the limit there too. */
  #sayLoadLimit(held: Attempt, bareHeld: Attempt | undefined, name: string): void {
    if (bareHeld === undefined) {
      return this.#results.say('the load is the limit: at this rate it is too slow for the bare relay');
    }
    const { result, ratePerS } = bareHeld;
    const p99Ms = ms(result.log.submitToOffer.percentileUs(0.99));
    this.#results.say(
      `the load ${ratePerS > held.ratePerS ? 'is not' : 'may be'} the limit: at the bare relay it brings ${ratePerS} lives ` +
        `a second through, p99 ${p99Ms} ms, its thread ${percent(result.loadBusy)} busy`,
    );
    this.#metric(`bareHeldPerS${name}`, ratePerS);
  }

  /** Says a goal beside what was found; both are upper bounds. */
  #goal(what: string, found: number, wanted: number): void {
    const digits = wanted < 10 ? 2 : 0;
    const verdict = found <= wanted ? 'reached' : 'not reached';
    this.#results.say(`${what}: ${found.toFixed(digits)}, wanted ≤ ${wanted}: ${verdict}`);
  }

  /** A figure of this setting; what the system does not tell is left out. */
  #metric(name: string, value: number): void {
    if (Number.isFinite(value)) this.#results.metric(name + this.#setting.suffix, value);
  }
}

function row(title: string, tally: RunTally): string[] {
  const { offers, late } = tally;
  return [
    title,
    ...SHARES.map(([, share]) => ms(offers.percentileUs(share))),
    ms(offers.maxUs()),
    ms(late.percentileUs(0.5)),
    ms(late.percentileUs(0.99)),
    told(tally.cpuUsPerLife, 0),
    told(tally.loadCpuUsPerLife, 0),
    percent(tally.loadBusy),
    told(tally.othersCores, 2),
  ];
}

function attemptRow({ name, ratePerS, seconds, result, missed }: Attempt): string[] {
  const [title = '', ...cells] = row(`${ratePerS}/s ${SERVER_TITLES[name]}`, new RunTally([result]));
  return [missed === undefined ? title : `${title}: ${missed}`, String(seconds), ...cells];
}

function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

function ms(us: number): string {
  return (us / 1000).toFixed(us < 10_000 ? 2 : 1);
}

function told(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
