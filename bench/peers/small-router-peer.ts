/** The two small routers, each in a process of its own, with everybody on the same lean sockets that our router has. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { siblingModule } from '../../src/lib/sibling-module.ts';
import type { Cleanup } from '../cleanup.ts';
import { optionsOfStart } from '../node-options.ts';
import { ServerProcess } from '../server-process.ts';
import { SocketPeer } from './cordboard-peers.ts';
import type { Peer, PushListener } from './peer.ts';
import { SocketCrew } from './socket-crew.ts';
import type { Work } from './work.ts';

export async function startSmallRouter(
  routing: 'linear' | 'polled',
  work: Work,
  folder: string,
  listener: PushListener,
  cleanup: Cleanup,
): Promise<Peer> {
  const workFile = join(folder, `${routing}-work.json`);
  writeFileSync(workFile, JSON.stringify(work));
  const module = fileURLToPath(siblingModule(import.meta.url, './small-router-process'));
  const options = ['--routing', routing, '--work', workFile, '--database', join(folder, `${routing}.db`)];
  const args = ['--disable-warning=ExperimentalWarning', ...optionsOfStart(), module, ...options];
  const logFile = join(folder, `${routing}.log`);
  const server = await ServerProcess.start({ name: `${routing} router`, args, logFile }, cleanup);
  const agentTokens = work.teams.map(({ agentIds }) => agentIds);
  const crew = new SocketCrew({ port: server.port, work, gatewayToken: 'gateway', agentTokens }, listener);
  cleanup.add({ orderly: () => crew.disconnect() });
  await crew.connect();
  return new SocketPeer(server, crew);
}
