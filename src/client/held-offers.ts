// Which offers an agent's program knows to be open, so that after a lost connection it hears of what it missed and of nothing twice.
//
// 1. At most as many as the agent has room for: an offer leaves when it is answered, revoked, or gone from a welcome.

import type { OfferView } from '../core/views.ts';
import type { OfferRevoked, Welcome } from '../wire/messages.ts';

/** Why an offer is gone; CONNECTION_LOST: it ended while the agent was not connected. */
export type GoneOffer = OfferRevoked;

export class HeldOffers {
  readonly #contactIdByOfferId = new Map<string, string>();

  /** An offer was pushed; false if it is known already. */
  offered(offer: OfferView): boolean {
    if (this.#contactIdByOfferId.has(offer.id)) return false;
    // One that the router accepted itself is not open.
    if (!offer.autoAccepted) this.#contactIdByOfferId.set(offer.id, offer.contact.id);
    return true;
  }

  /** The agent answers it, or it was revoked. */
  gone(offerId: string): void {
    this.#contactIdByOfferId.delete(offerId);
  }

  /** A connection began: what ended meanwhile, and what is new. */
  welcomed(welcome: Welcome): { readonly gone: readonly GoneOffer[]; readonly offered: readonly OfferView[] } {
    const offers = welcome.offers ?? [];
    const offerIds = new Set(offers.map((offer) => offer.id));
    const gone = [...this.#contactIdByOfferId]
      .filter(([offerId]) => !offerIds.has(offerId))
      .map(([offerId, contactId]) => ({ offerId, contactId, reason: 'CONNECTION_LOST' }));
    for (const { offerId } of gone) this.gone(offerId);
    return { gone, offered: offers.filter((offer) => this.offered(offer)) };
  }
}
