/**
 * Agents of our router by the client library that its users have, with the sockets of `ws` as its documentation shows.
 */
import WebSocket from 'ws';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { OpenSocket } from '../../src/client/socket.ts';
import { CONTACT_PREFIX } from '../latency/centre.ts';
import { nowUs } from '../latency/clock.ts';
import type { FleetCrew } from './fleet-process.ts';
import type { PeerListener, Staffing } from './peer.ts';
import type { Work } from './work.ts';

interface SeatedAgent {
  readonly team: number;
  readonly client: AgentClient;
}

export const openSocket: OpenSocket = ({ url, subProtocol, token }) =>
  new WebSocket(url, subProtocol, { headers: { authorization: `Bearer ${token}` } });

export class ClientCrew implements FleetCrew {
  readonly #work: Work;
  readonly #listener: PeerListener;
  readonly #agents: readonly SeatedAgent[];

  /** Tokens by team, then by agent. */
  constructor(work: Work, port: number, tokens: readonly (readonly string[])[], listener: PeerListener) {
    this.#work = work;
    this.#listener = listener;
    const url = `http://127.0.0.1:${port}`;
    this.#agents = tokens.flatMap((ofTeam, team) =>
      ofTeam.map((token) => ({ team, client: new AgentClient({ url, token, openSocket }) })),
    );
    for (const agent of this.#agents) this.#attend(agent);
  }

  async staff(staffing: Staffing): Promise<void> {
    const one = this.#agents.find(({ team }) => this.#work.teams[team]?.requirements.includes(0) === true);
    const working = staffing === 'all' ? this.#agents : one === undefined ? [] : [one];
    await Promise.all(
      working.map(async ({ client }) => {
        await client.connect();
        await client.setPresence('AVAILABLE');
      }),
    );
  }

  async close(): Promise<void> {
    for (const { client } of this.#agents) client.close();
  }

  #attend({ team, client }: SeatedAgent): void {
    const listener = this.#listener;
    client.offers$.subscribe((offer) => {
      const contact = Number(offer.contact.id.slice(CONTACT_PREFIX.length));
      listener.begun(contact, team, nowUs());
      const handled = client.accept(offer.id).then(async ({ id }) => {
        listener.owned(contact, nowUs());
        await client.complete(id);
        listener.done(contact);
      });
      handled.catch((error: unknown) => listener.fault(`contact ${contact}: ${String(error)}`));
    });
  }
}
