// What `import … from 'cordboard/client'` gives: the clients by role and what they can fail with. It runs in Node and in browsers.
//
//     const gateway = new GatewayClient({ url: 'http://127.0.0.1:8750', token });
//     gateway.contacts$.subscribe((contact) => console.log(contact.id, contact.state));
//     await gateway.connect();
//     await gateway.subscribe();
//     await gateway.submit({ id: 'call-1', channel: 'voice', intent: 'billing.question' });
//
// 1. Nothing lives here: a package has one door, and this is the only list of what is behind it.

import type { Explanation } from '../core/explanation.ts';
import type { Customer } from '../core/views.ts';
import { AgentClient } from './agent-client.ts';
import type { ClientOptions, Welcome } from './client.ts';
import type {
  Contact,
  ContactDisposition,
  JsonObject,
  NewContact,
  NewContactValues,
  NewDisposition,
  Offer,
} from './contact.ts';
import { ClientFailure, ConnectionLost, CordboardError } from './cordboard-error.ts';
import type { NewCustomer } from './customer.ts';
import { type ContactPage, GatewayClient } from './gateway-client.ts';
import type { GoneOffer } from './held-offers.ts';
import type { SessionState } from './session-machine.ts';
import type { OpenSocket } from './socket.ts';
import type { Resync } from './subscription.ts';
import { type Feed, SupervisorClient } from './supervisor-client.ts';

export type {
  ClientOptions,
  Contact,
  ContactDisposition,
  ContactPage,
  Customer,
  Explanation,
  Feed,
  GoneOffer,
  JsonObject,
  NewContact,
  NewContactValues,
  NewCustomer,
  NewDisposition,
  Offer,
  OpenSocket,
  Resync,
  SessionState,
  Welcome,
};
export { AgentClient, ClientFailure, ConnectionLost, CordboardError, GatewayClient, SupervisorClient };
