// What is drawn for a recorded contact, and what is not.
import t from 'tap';
import { drawContacts } from '../../src/sim/recorded-draws.ts';
import type { RecordedContact, Recording } from '../../src/sim/recording.ts';
import { DAY_AT, HOUR_MS, policyOf, queue } from './recorded-day.ts';

function contact(id: string, more: Partial<RecordedContact> & { readonly channel?: string }): RecordedContact {
  const { channel = 'voice', ...facts } = more;
  return {
    id,
    submittedAt: DAY_AT,
    gatewayId: 'gw',
    customerId: '',
    template: {
      channel,
      direction: 'INBOUND',
      intent: '',
      language: '',
      queue: '',
      requires: [],
      prefers: [],
      segment: 'default',
      value: 0,
      tier: 0,
      headStartMs: 0,
      preferredAgents: [],
    },
    queue: 'q',
    outcome: 'ANSWERED',
    waitMs: 0,
    agentId: 'ana',
    handleMs: 60_000,
    wrapUpMs: 0,
    isWhole: true,
    ...facts,
  };
}

function recordingWith(contacts: readonly RecordedContact[]): Recording {
  return {
    startAt: DAY_AT,
    fromAt: DAY_AT,
    toAt: DAY_AT + HOUR_MS,
    endAt: DAY_AT + HOUR_MS,
    policy: policyOf([queue('q')]),
    contacts,
    spells: [],
    answers: { acceptDelaysMs: [], declinedCount: 0, missedCount: 0 },
    warnings: [],
  };
}

const left = (count: number, more: Parameters<typeof contact>[1] = {}): RecordedContact[] =>
  Array.from({ length: count }, (_, index) =>
    contact(`left-${index}`, {
      outcome: 'ABANDONED',
      waitMs: 1000 * (index + 1),
      agentId: '',
      handleMs: undefined,
      ...more,
    }),
  );

t.test('[RPL2] who left has the patience that was seen, who was answered a longer one', async (t) => {
  const contacts = [...left(30), ...Array.from({ length: 30 }, (_, i) => contact(`a-${i}`, { waitMs: 10_500 }))];
  const { contacts: drawn, warnings } = drawContacts(recordingWith(contacts), 1);
  t.same(
    drawn.slice(0, 30).map(({ patienceMs }) => patienceMs),
    left(30).map(({ waitMs }) => waitMs),
  );
  for (const { patienceMs } of drawn.slice(30)) t.ok(patienceMs > 10_500, `${patienceMs}`);
  t.same(warnings, []);
});

t.test('[RPL2] all that is only a bound is: cancelled, expired, still open', async (t) => {
  const bounds = (['CANCELLED', 'EXPIRED', 'OPEN'] as const).map((outcome) =>
    contact(outcome, { outcome, waitMs: 25_500, agentId: '', handleMs: undefined, isWhole: outcome !== 'OPEN' }),
  );
  const { contacts } = drawContacts(recordingWith([...left(30), ...bounds]), 1);
  for (const { patienceMs } of contacts.slice(30)) t.ok(patienceMs > 25_500, `${patienceMs}`);
});

t.test('[RPL2] a queue in which few left borrows from its channel, not from other channels', async (t) => {
  const calls = contact('call', { queue: 'calls' });
  const mail = contact('mail', { queue: 'mails', channel: 'email' });
  const recording = recordingWith([...left(30, { waitMs: 5000 }), calls, mail]);
  const patience = new Set<number>();
  for (let seed = 0; seed < 200; seed++) {
    const drawn = drawContacts(recording, seed).contacts;
    patience.add(drawn.find(({ contact: { id } }) => id === 'call')?.patienceMs ?? 0);
    t.equal(drawn.find(({ contact: { id } }) => id === 'mail')?.patienceMs, Number.POSITIVE_INFINITY);
  }
  t.same(patience, new Set([5000]));
  const { warnings } = drawContacts(recording, 1);
  t.match(warnings, [/^mails: .* only 0 customers were seen to leave/]);
});

t.test(
  '[RPL3] handle time and wrap-up of who was not answered are those of one who was, in the same queue',
  async (t) => {
    const seen = Array.from({ length: 25 }, (_, i) =>
      contact(`a-${i}`, { handleMs: 1000 * (i + 1), wrapUpMs: 10 * (i + 1) }),
    );
    const elsewhere = Array.from({ length: 25 }, (_, i) => contact(`b-${i}`, { queue: 'other', handleMs: 99_000_000 }));
    const { contacts } = drawContacts(recordingWith([...seen, ...elsewhere, ...left(200)]), 3);
    const drawn = contacts.slice(50);
    for (const { handleMs, wrapUpMs } of drawn) t.equal(handleMs, 100 * wrapUpMs);
    t.ok(new Set(drawn.map(({ handleMs }) => handleMs)).size > 20, 'from all of them');
    t.same(
      contacts.slice(0, 25).map(({ handleMs }) => handleMs),
      seen.map(({ handleMs }) => handleMs),
    );
  },
);

t.test('[RPL3] a conversation cut by the end of the journal is one of those that took longer', async (t) => {
  const seen = Array.from({ length: 25 }, (_, i) => contact(`a-${i}`, { handleMs: 1000 * (i + 1) }));
  const cut = contact('cut', { handleMs: 20_500, isWhole: false });
  for (let seed = 0; seed < 20; seed++) {
    const last = drawContacts(recordingWith([...seen, cut]), seed).contacts.at(-1);
    t.ok((last?.handleMs ?? 0) > 20_500, `${last?.handleMs}`);
  }
  const longest = contact('longest', { handleMs: 90_000, isWhole: false });
  t.equal(drawContacts(recordingWith([...seen, longest]), 1).contacts.at(-1)?.handleMs, 90_000);
});

t.test('[RPL3] where nobody was seen to be handled that is told', async (t) => {
  t.match(drawContacts(recordingWith(left(30)), 1).warnings, [/^q: nobody was seen to be handled/]);
});

t.test(
  '[RPL2] draws do not depend on what else is known: one contact more at the end changes nothing before',
  async (t) => {
    const contacts = [...left(30), ...Array.from({ length: 50 }, (_, i) => contact(`a-${i}`, { waitMs: 100 }))];
    const names = (recording: Recording): unknown =>
      drawContacts(recording, 1)
        .contacts.slice(0, 80)
        .map(({ name }) => name);
    t.same(names(recordingWith(contacts)), names(recordingWith([...contacts, contact('z', {})])));
    t.same(drawContacts(recordingWith(contacts), 5), drawContacts(recordingWith(contacts), 5));
    t.not(
      JSON.stringify(drawContacts(recordingWith(contacts), 5).contacts),
      JSON.stringify(drawContacts(recordingWith(contacts), 6).contacts),
    );
  },
);
