/**
 * The contact centre that the benchmark plays: its policy, its agents, the contacts that customers bring.
 *
 * 1. Contacts come in VARIANTS kinds, one after the other; those of a kind differ by their number only, which is
 *    nine digits in every text, so that all frames of a kind have one size.
 * 2. Everything follows from the seed.
 */
import type { ContactDraft } from '../../src/core/commands.ts';
import type { Disposition } from '../../src/core/views.ts';
import { Prng } from '../../src/lib/prng.ts';

/** Stands before the nine digits of a life's number, in ids of contacts and customers. */
export const NUMBER_MARK = '-';
export const CONTACT_PREFIX = `call${NUMBER_MARK}`;

/** Wrap-up makes `end` and `complete` two steps; the bench's agents complete at once. */
export const POLICY = `channels:
  voice: { cost: 100, wrapUp: 30s }
segments:
  gold: { headStart: 30s, clockRate: 1.5 }
  platinum: { headStart: 2m, clockRate: 2 }
value: { scale: 1000, seconds: 30s }
queues:
  billing: { when: { intent: "billing.*" }, requires: [{ all: [{ skill: billing, level: 3 }] }] }
  sales: { when: { intent: "sales.*" }, requires: [{ all: [{ skill: sales }] }], clockRate: 1.2 }
  claims: { when: { intent: "claims.*" }, requires: [{ all: [{ skill: claims, level: 2 }] }] }
  support: {}
`;

const KINDS = [
  { intent: 'billing.invoice', segment: 'default', skills: [] },
  { intent: 'billing.dispute', segment: 'gold', skills: ['es'] },
  { intent: 'sales.upgrade', segment: 'default', skills: [] },
  { intent: 'sales.new-line', segment: 'platinum', skills: ['fr'] },
  { intent: 'claims.open', segment: 'gold', skills: [] },
  { intent: 'claims.status', segment: 'default', skills: ['es'] },
  { intent: 'support.outage', segment: 'default', skills: [] },
  { intent: 'support.setup', segment: 'platinum', skills: ['fr'] },
] as const;

export const VARIANTS = KINDS.length;

/** What its agent says of every contact when it is done. */
export const DISPOSITION: Disposition = { reasons: ['question'], outcome: 'RESOLVED', notes: '', attributes: '' };

/** The contact of a life, as its gateway submits it. */
export function contactOf(life: number): ContactDraft {
  const kind = KINDS[life % VARIANTS] ?? KINDS[0];
  return {
    id: `${CONTACT_PREFIX}${life}`,
    channel: 'voice',
    direction: 'INBOUND',
    customerId: `customer${NUMBER_MARK}${life}`,
    journeyId: '',
    queue: '',
    prefers: [],
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    version: 0,
    intent: kind.intent,
    language: kind.skills[0] ?? 'en',
    requires: kind.skills.map((skill) => ({ all: [{ skill, level: 4 }] })),
    segment: kind.segment,
    value: 350,
    attributes: JSON.stringify({ ani: '+34911234567', dnis: '+34900100200', menu: ['2', '1', '4'], verified: true }),
  };
}

/** An agent as it is put into the directory. */
export interface BenchAgent {
  readonly id: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
}

const TRADES = ['billing', 'sales', 'claims'] as const;
const TONGUES = ['es', 'fr'] as const;

/** So many agents; every kind of contact has agents who may take it, if there are 12 or more. */
export function agentsOf(count: number, seed: number): BenchAgent[] {
  const random = new Prng(seed);
  const level = (): number => 5 + random.below(6);
  return Array.from({ length: count }, (_, index) => {
    const skills: Record<string, number> = {};
    // In turn, so that no trade with a tongue is missing in a small team; what comes beside is chance.
    skills[TRADES[index % TRADES.length] ?? 'billing'] = level();
    skills[TONGUES[Math.floor(index / TRADES.length) % TONGUES.length] ?? 'es'] = level();
    for (const skill of [...TRADES, ...TONGUES]) if (random.chance(0.25)) skills[skill] = level();
    return { id: `agent-${index + 1}`, name: `Agent ${index + 1}`, skills };
  });
}
