/** The SQLite journal keeps the contract. What only it has is tested in the other files of this folder. */
import t from 'tap';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteClosedContacts } from '../../src/journal/sqlite-closed-contacts.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { journalContract } from './contract.ts';

journalContract(t, (t) => {
  const directory = t.testdir();
  return {
    openJournal: () => openSqliteJournal(directory),
    openReader: () => openSqliteJournalReader(directory),
    openArchive: () => openSqliteArchive(directory),
    openClosedContacts: () => openSqliteClosedContacts(directory),
  };
});
