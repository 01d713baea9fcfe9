/**
 * Who watches the router while it works, in a thread beside the load: a supervisor with a feed of all queues and agents, and
 * somebody who scrapes /metrics. Everything that they read is counted; feeds are decoded, as a wallboard does.
 */
import { Agent, get } from 'node:http';
import { parentPort } from 'node:worker_threads';
import { decodeFrame, encodeRequest } from '../../src/wire/request.ts';
import type { Sights, WatchersWish } from './watchers.ts';

const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 });
let sights: { -readonly [Name in keyof Sights]: Sights[Name] };
let socket: WebSocket | undefined;
let timer: NodeJS.Timeout | undefined;
let scrapes: Promise<void> = Promise.resolve();

async function begin(wish: WatchersWish): Promise<void> {
  sights = { feeds: 0, agentRows: 0, scrapes: 0, scrapeBytes: 0, longestScrapeMs: 0 };
  socket = await watching(wish);
  timer = setInterval(() => {
    scrapes = scrapes.then(() => scrape(wish.port));
  }, wish.scrapeEveryMs);
}

async function end(): Promise<Sights> {
  clearInterval(timer);
  await scrapes;
  socket?.close();
  return sights;
}

/** Resolves with the first feed, which has all rows. */
function watching({ port, subprotocol, token, everyMs }: WatchersWish): Promise<WebSocket> {
  const opened = new WebSocket(`ws://127.0.0.1:${port}/v1/connect`, [`cordboard.v1.${subprotocol}`, `bearer.${token}`]);
  opened.binaryType = 'arraybuffer';
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const lost = (): void => reject(new Error('the socket of the supervisor was lost'));
  opened.addEventListener('open', () => {
    const request = encodeRequest(subprotocol, 1, 'watch', { queues: [], agents: true, everyMs });
    opened.send(typeof request === 'string' ? request : new Uint8Array(request));
  });
  opened.addEventListener('message', ({ data }) => {
    const decoded = decodeFrame(subprotocol, typeof data === 'string' ? data : new Uint8Array(data));
    if (!('value' in decoded)) return reject(new Error('the supervisor got an unreadable frame'));
    const frame = decoded.value;
    if ('reply' in frame && 'error' in frame.reply) return reject(new Error(JSON.stringify(frame.reply)));
    if (!('push' in frame) || !('feed' in frame.push)) return;
    sights.feeds += 1;
    sights.agentRows += frame.push.feed.agents?.length ?? 0;
    resolve(opened);
  });
  opened.addEventListener('close', lost);
  opened.addEventListener('error', lost);
  return promise;
}

function scrape(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const startedMs = performance.now();
  get({ host: '127.0.0.1', port, path: '/metrics', agent: keepAlive }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`GET /metrics answered ${response.statusCode}`));
    response.on('data', (chunk: Buffer) => {
      sights.scrapeBytes += chunk.length;
    });
    response.on('end', () => {
      sights.scrapes += 1;
      sights.longestScrapeMs = Math.max(sights.longestScrapeMs, performance.now() - startedMs);
      resolve();
    });
  }).on('error', reject);
  return promise;
}

parentPort?.on('message', async (wish: WatchersWish | 'end') => {
  if (wish === 'end') parentPort?.postMessage(await end());
  else {
    await begin(wish);
    parentPort?.postMessage('begun');
  }
});
