/** What a stage reads from the events of a command: who was offered what. And the checksum over all that it read. */
import type { Performed } from '../../src/core/core.ts';
import type { OfferMade } from '../../src/core/events.ts';
import { numberOf } from '../core/centre.ts';

export interface MadeOffer {
  readonly contactId: string;
  readonly agentId: string;
  readonly offerId: string;
}

export class Offers {
  #checksum = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  checksum(): string {
    return `${this.#count}:${(this.#checksum >>> 0).toString(16)}`;
  }

  /** The offer among the events; undefined when none was made. Throws for several: no stage's command makes two. */
  of({ events, firstSeq }: Performed): MadeOffer | undefined {
    let made: MadeOffer | undefined;
    for (let index = 0; index < events.length; index++) {
      const event = events[index];
      if (event?.type !== 'offerMade') continue;
      if (made !== undefined) throw new Error('two offers came of one command');
      made = { contactId: event.contactId, agentId: event.agentId, offerId: `o${firstSeq + index}` };
      this.#fold(event);
    }
    return made;
  }

  #fold({ agentId, contactId }: OfferMade): void {
    this.#count++;
    for (const part of [numberOf(agentId), numberOf(contactId)]) {
      this.#checksum = Math.imul(this.#checksum ^ part, 16_777_619) ^ (this.#checksum >>> 15);
    }
  }
}
