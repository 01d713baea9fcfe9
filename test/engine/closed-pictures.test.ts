// Pictures of closed contacts: from memory, from an archive that is behind, and never those of another contact of the same id.
import t from 'tap';
import type { Tombstone } from '../../src/core/commands.ts';
import type { ContactView } from '../../src/core/views.ts';
import { ClosedPictures, pictureOfTombstone } from '../../src/engine/closed-pictures.ts';
import type { PortOk } from '../../src/engine/port.ts';
import { FakeArchive } from './fake-archive.ts';

const DISPOSITION = { reasons: ['billing'], outcome: 'solved', notes: '', attributes: '' };

const TOMBSTONE: Tombstone = {
  contactId: 'c1',
  gatewayId: 'gw',
  agentId: 'ana',
  channel: 'voice',
  queue: 'q',
  hash: '',
  state: 'COMPLETED',
  seq: 50,
  closedAt: 1000,
  version: 5,
  awaitsDisposition: false,
};

/** The whole picture that the tombstone stands for. */
const WHOLE: ContactView = { ...pictureOfTombstone(TOMBSTONE), customerId: 'customer', attributes: '{"k":1}' };

async function completed(pictures: ClosedPictures, ...tombstones: readonly Tombstone[]): Promise<PortOk> {
  const ok = pictures.complete({ contacts: tombstones });
  return typeof ok === 'function' ? await ok() : ok;
}

t.test('[TOMB2] from memory until the archive has it, then from there', async (t) => {
  const archive = new FakeArchive();
  const pictures = new ClosedPictures(archive);
  pictures.keep(50, WHOLE);
  t.same(pictures.complete({ contact: TOMBSTONE, created: false }), { contact: WHOLE, created: false });
  archive.pass(50, WHOLE);
  pictures.keep(51, { ...WHOLE, id: 'c2' });
  t.equal(pictures.recent('c1'), undefined, 'memory lets go of it');
  t.same(await completed(pictures, TOMBSTONE), { contacts: [WHOLE] });
  t.same(archive.asked, ['c1']);
});

t.test('[OUT7] a page of contacts keeps its order, whatever comes from where', async (t) => {
  const archive = new FakeArchive();
  const pictures = new ClosedPictures(archive);
  const second = { ...WHOLE, id: 'c2' };
  archive.pass(50, WHOLE);
  pictures.keep(51, second);
  const page = await completed(pictures, { ...TOMBSTONE, contactId: 'c2', seq: 51 }, TOMBSTONE);
  t.same(page.contacts, [second, WHOLE]);
});

t.test(
  '[TOMB2] right after a restart: a row that is there is told at once, one that is not is waited for',
  async (t) => {
    const archive = new FakeArchive();
    const pictures = new ClosedPictures(archive);
    archive.rowById.set('c1', WHOLE);
    t.same(await completed(pictures, TOMBSTONE), { contacts: [WHOLE] }, 'though the archivist has not come so far');
    archive.rowById.clear();
    const late = completed(pictures, TOMBSTONE);
    archive.pass(50, WHOLE);
    t.same(await late, { contacts: [WHOLE] });
  },
);

t.test('[TOMB1] [WHO1] the row of an earlier contact of the same id is never told', async (t) => {
  for (const [what, other] of [
    ['another gateway', { gatewayId: 'other', attributes: '{"secret":1}' }],
    ['another time', { closedAt: 1 }],
    ['an earlier version', { version: 4 }],
  ] as const) {
    const archive = new FakeArchive();
    archive.isOver = true;
    archive.rowById.set('c1', { ...WHOLE, ...other });
    const pictures = new ClosedPictures(archive);
    t.same(await completed(pictures, TOMBSTONE), { contacts: [pictureOfTombstone(TOMBSTONE)] }, what);
  }
});

t.test('[WRAP5] a late disposition is told at once, whether memory has the picture or the archive', async (t) => {
  const archive = new FakeArchive();
  const pictures = new ClosedPictures(archive);
  const disposed = { ...TOMBSTONE, seq: 60, version: 6 };
  const whole = { ...WHOLE, disposition: DISPOSITION, version: 6 };
  pictures.keep(50, WHOLE);
  pictures.dispose(60, 'c1', DISPOSITION);
  t.same(await completed(pictures, disposed), { contacts: [whole] }, 'from memory');
  const other = new ClosedPictures(archive);
  archive.pass(55, WHOLE);
  other.dispose(60, 'c1', DISPOSITION);
  t.same(await completed(other, disposed), { contacts: [whole] }, 'its row has it not yet');
  archive.pass(60, whole);
  t.same(await completed(other, disposed), { contacts: [whole] }, 'its row has it');
});

t.test('without an archive a picture stays until the core forgets the contact', async (t) => {
  const pictures = new ClosedPictures(undefined);
  pictures.keep(50, WHOLE);
  t.same(await completed(pictures, TOMBSTONE), { contacts: [WHOLE] });
  pictures.forget(999);
  t.same(pictures.recent('c1'), WHOLE);
  pictures.forget(1000);
  t.equal(pictures.recent('c1'), undefined);
  t.same(await completed(pictures, TOMBSTONE), { contacts: [pictureOfTombstone(TOMBSTONE)] });
});

t.test('memory is bounded, however long nobody archives', async (t) => {
  const pictures = new ClosedPictures(new FakeArchive());
  for (let seq = 1; seq <= 60_000; seq++) pictures.keep(seq, { ...WHOLE, id: `c${seq}` });
  t.equal(pictures.recent('c10000'), undefined);
  t.ok(pictures.recent('c10001'));
});
