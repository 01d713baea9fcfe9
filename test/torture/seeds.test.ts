// Torture on fixed seeds: the engine on its journal in virtual time, with every fault, everything checked after every step. The other half of
// the seeds is in more-seeds.test.ts.
import t from 'tap';
import { tortureSeeds } from './suite.ts';

t.setTimeout(300_000);

t.test('[TOR1, TOR2, TOR3] nothing that must hold breaks', async (t) => tortureSeeds(t, 1, 150));
