// The other half of the fixed seeds of seeds.test.ts, in a file of its own so that both run at once.
import t from 'tap';
import { tortureSeeds } from './suite.ts';

t.setTimeout(300_000);

t.test('[TOR1, TOR2, TOR3] nothing that must hold breaks', async (t) => tortureSeeds(t, 10_001, 150));
