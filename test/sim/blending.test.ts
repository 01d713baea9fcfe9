// A blended centre in the simulator: what yields is as if it were not there for whom it yields to.
import t from 'tap';
import type { Report } from '../../src/sim/report.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { channelPolicy } from '../core/oracle/policies.ts';
import { constant, exponential, group, HOUR, policy, scenario, template, traffic } from './plain-scenario.ts';

const CALLS = traffic('calls', 0.08);
const MAIL = traffic('mail', 0.05, { contact: template({ channel: 'mail' }), handle: exponential(300) });

/** Ten agents, eight of them busy with calls on average; no term of the rank but waiting. */
function run(mail: { readonly yieldsTo?: readonly string[] }, isBlended: boolean): Report {
  const channels = { voice: channelPolicy(), mail: channelPolicy({ cost: 25, limit: 4, ...mail }) };
  return simulate(
    scenario({
      policy: policy({ channels }),
      traffic: isBlended ? [CALLS, MAIL] : [CALLS],
      agents: [group('a', 10)],
      answer: { after: constant(0), declineRatio: 0, missRatio: 0 },
      measureMs: 24 * HOUR,
    }),
    { seed: 5 },
  );
}

t.test('[BLD1, SIM3] calls are answered as if there were no e-mail, if it yields to them', async (t) => {
  const { ci95: _alone, ...alone } = run({}, false).traffic.calls ?? (t.fail('no calls') as never);
  const blended = run({ yieldsTo: ['voice'] }, true);
  const { ci95: _blended, ...beside } = blended.traffic.calls ?? (t.fail('no calls') as never);
  t.strictSame(beside, alone, 'to the last digit');
  t.ok((alone.probabilityOfWait ?? 0) > 0.3, 'calls do wait');
  const mail = blended.traffic.mail;
  t.ok((mail?.arrivals ?? 0) > 4000 && mail?.answered === mail?.arrivals, 'and e-mail is done');
  t.strictSame(blended.warnings, [], 'together they are more than the agents could carry if nothing yielded');
  const mixed = run({}, true);
  t.ok((mixed.traffic.calls?.waitSecondsMean ?? 0) > 2 * (alone.waitSecondsMean ?? 0), 'where it does not, calls wait');
});
