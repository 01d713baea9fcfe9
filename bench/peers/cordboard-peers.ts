/**
 * Our own router among its peers, twice: with everybody on lean sockets in the load (as in the latency suite), and by the client library, the
 * gateway in the load and the agents in a process of theirs, which is how the libraries of others are used here.
 */
import { CordboardError } from '../../src/client/cordboard-error.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import type { Cleanup } from '../cleanup.ts';
import { CONTACT_PREFIX } from '../latency/centre.ts';
import type { ServerProcess } from '../server-process.ts';
import { openSocket } from './client-crew.ts';
import { routingOf, startCordboard } from './cordboard-server.ts';
import { Fleet } from './fleet.ts';
import type { Peer, PushListener, Staffing } from './peer.ts';
import { Pushes } from './pushes.ts';
import { SocketCrew } from './socket-crew.ts';
import { attributesOf, type Work, type WorkContact } from './work.ts';

/** A server that a crew on lean sockets is connected to. */
export class SocketPeer implements Peer {
  readonly fleetPids: readonly number[] = [];
  readonly #server: ServerProcess;
  readonly #crew: SocketCrew;

  constructor(server: ServerProcess, crew: SocketCrew) {
    this.#server = server;
    this.#crew = crew;
  }

  get servicePids(): readonly number[] {
    return [this.#server.pid];
  }

  staff(staffing: Staffing): Promise<void> {
    return this.#crew.staff(staffing);
  }

  push(contacts: readonly WorkContact[]): void {
    this.#crew.push(contacts);
  }

  taken(): Promise<void> {
    return this.#crew.taken();
  }

  failure(): string | undefined {
    return this.#server.failure ?? this.#crew.lost;
  }
}

export async function startSocketPeer(
  work: Work,
  folder: string,
  listener: PushListener,
  cleanup: Cleanup,
): Promise<Peer> {
  const { process, gatewayToken, agentTokens } = await startCordboard(work, folder, 'cordboard', cleanup);
  const crew = new SocketCrew({ port: process.port, work, gatewayToken, agentTokens }, listener);
  cleanup.add({ orderly: () => crew.disconnect() });
  await crew.connect();
  return new SocketPeer(process, crew);
}

class ClientPeer implements Peer {
  readonly #server: ServerProcess;
  readonly #gateway: GatewayClient;
  readonly #fleet: Fleet;
  readonly #listener: PushListener;
  readonly #pushes = new Pushes();

  constructor(server: ServerProcess, gateway: GatewayClient, fleet: Fleet, listener: PushListener) {
    this.#server = server;
    this.#gateway = gateway;
    this.#fleet = fleet;
    this.#listener = listener;
  }

  get servicePids(): readonly number[] {
    return [this.#server.pid];
  }

  get fleetPids(): readonly number[] {
    return [this.#fleet.pid];
  }

  staff(staffing: Staffing): Promise<void> {
    return this.#fleet.staff(staffing);
  }

  push(contacts: readonly WorkContact[]): void {
    for (const contact of contacts) {
      const { number } = contact;
      const id = `${CONTACT_PREFIX}${number}`;
      const submitted = this.#gateway.submit({
        id,
        channel: 'voice',
        attributes: attributesOf(number),
        ...routingOf(contact),
      });
      this.#pushes.follow(submitted, (what, error) => {
        const isLater = error instanceof CordboardError && error.code === 'RESOURCE_EXHAUSTED';
        if (isLater) this.#listener.refused(number);
        else this.#listener.fault(what);
      });
    }
  }

  taken(): Promise<void> {
    return this.#pushes.taken();
  }

  failure(): string | undefined {
    return this.#server.failure ?? this.#fleet.failure;
  }
}

export async function startClientPeer(
  work: Work,
  folder: string,
  listener: PushListener,
  cleanup: Cleanup,
): Promise<Peer> {
  const server = await startCordboard(work, folder, 'cordboard-client', cleanup);
  const { port } = server.process;
  const gateway = new GatewayClient({ url: `http://127.0.0.1:${port}`, token: server.gatewayToken, openSocket });
  cleanup.add({ orderly: () => gateway.close() });
  await gateway.connect();
  const fleet = Fleet.start({ kind: 'cordboard', port, work, tokens: server.agentTokens }, listener, cleanup);
  return new ClientPeer(server.process, gateway, fleet, listener);
}
