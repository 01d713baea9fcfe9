// Requirements: alternatives of skills at levels, of queue and contact joined, and who meets them.
import t from 'tap';
import type { Alternative } from '../../src/core/requirement.ts';
import { tidyRequirement } from './oracle/classify.ts';
import { plainPolicy, queuePolicy } from './oracle/policies.ts';
import { type Acted, lacks, needs, Stage } from './oracle/stage.ts';

function joined(queue: Alternative[], contact: Alternative[]): Acted {
  const stage = new Stage(plainPolicy({ queues: [queuePolicy('main', { requires: queue })] }));
  return stage.submit('c1', { requires: contact });
}

function requirementIn({ full }: Acted): Alternative[] {
  const [event] = full;
  return event?.type === 'contactSubmitted' ? tidyRequirement(event.requirement) : [];
}

t.test('[REQ1] meeting a requirement', async (t) => {
  const table: [skills: Record<string, number>, requires: Alternative[], isMet: boolean][] = [
    [{}, [], true],
    [{}, [needs()], true],
    [{}, [needs('a', 1)], false],
    [{ a: 1 }, [needs('a', 1)], true],
    [{ a: 4 }, [needs('a', 5)], false],
    [{ a: 5 }, [needs('a', 5)], true],
    [{ a: 5 }, [needs('a', 5, 'b', 1)], false],
    [{ a: 5, b: 1 }, [needs('a', 5, 'b', 1)], true],
    [{ b: 1 }, [needs('a', 5), needs('b', 1)], true],
    [{ b: 1 }, [needs('a', 5), needs()], true],
    [{ A: 9 }, [needs('a', 1)], false],
    [{}, [needs('constructor', 1)], false],
    [{}, [needs('__proto__', 1)], false],
    [{}, [lacks(['a'])], true],
    [{ a: 1 }, [lacks(['a'])], false],
    [{ a: 1, b: 2 }, [lacks(['a', 'c'], 'b', 2)], false],
    [{ b: 2 }, [lacks(['a', 'c'], 'b', 2)], true],
    [{ a: 1 }, [lacks(['a']), needs('a', 1)], true],
    [{ a: 9 }, [lacks(['a'], 'a', 1)], false],
    [{}, [lacks(['a'], 'a', 1)], false],
    [{}, [lacks(['constructor'])], true],
    [{ a: 1 }, [lacks([])], true],
  ];
  for (const [skills, requires, isMet] of table) {
    const stage = new Stage();
    stage.works('a1', { skills });
    stage.submit('c1', { requires });
    t.equal(stage.state('c1') === 'OFFERED', isMet, JSON.stringify([skills, requires]));
  }
});

t.test('[REQ2] joining: every alternative with every one, the higher level of a skill named twice', async (t) => {
  const table: [queue: Alternative[], contact: Alternative[], wanted: Alternative[]][] = [
    [[], [], []],
    [[needs('a', 2)], [], [needs('a', 2)]],
    [[], [needs('a', 2)], [needs('a', 2)]],
    [[needs('a', 2)], [needs('b', 3)], [needs('a', 2, 'b', 3)]],
    [[needs('a', 2)], [needs('a', 5)], [needs('a', 5)]],
    [[needs('a', 5)], [needs('a', 2)], [needs('a', 5)]],
    [
      [needs('a', 1), needs('b', 1)],
      [needs('c', 1), needs('a', 3)],
      [needs('a', 1, 'c', 1), needs('a', 3), needs('a', 3, 'b', 1), needs('b', 1, 'c', 1)],
    ],
    [[needs('a', 1)], [needs()], [needs('a', 1)]],
    [[needs('a', 1)], [lacks(['b'])], [lacks(['b'], 'a', 1)]],
    [[lacks(['c', 'a'])], [lacks(['b', 'a'], 'd', 2)], [lacks(['a', 'b', 'c'], 'd', 2)]],
  ];
  for (const [queue, contact, wanted] of table) {
    t.strictSame(requirementIn(joined(queue, contact)), tidyRequirement(wanted));
  }
});

t.test('[REQ3] at most 16 alternatives of 16 skills', async (t) => {
  const ways = (letter: string, count: number): Alternative[] =>
    Array.from({ length: count }, (_, index) => needs(`${letter}${index}`, 1));
  const skills = (letter: string, count: number): Alternative[] => [
    { all: Array.from({ length: count }, (_, index) => ({ skill: `${letter}${index}`, level: 1 })) },
  ];
  t.equal(joined(ways('a', 4), ways('b', 4)).result, 'ok');
  const many = joined(ways('a', 4), ways('b', 5));
  t.strictSame([many.result, many.path], ['REQUIREMENT_TOO_LARGE', 'contact.requires']);
  t.equal(joined(skills('a', 8), skills('b', 8)).result, 'ok');
  t.equal(joined(skills('a', 8), skills('b', 9)).result, 'REQUIREMENT_TOO_LARGE');
  t.equal(joined(skills('a', 16), skills('a', 16)).result, 'ok', 'the same skills');
  t.equal(joined(skills('a', 15), [lacks(['b'])]).result, 'ok');
  t.equal(
    joined(skills('a', 15), [lacks(['b', 'c'])]).result,
    'REQUIREMENT_TOO_LARGE',
    'those to be without count too',
  );
});

t.test('[REQ4] an alternative counts once, in whatever order', async (t) => {
  const made = joined([], [needs('a', 1, 'b', 2), needs('b', 2, 'a', 1), needs('a', 1, 'b', 2)]);
  t.strictSame(requirementIn(made), [needs('a', 1, 'b', 2)]);
  const excluding = joined(
    [],
    [lacks(['d', 'c'], 'a', 1), lacks(['c', 'd', 'c'], 'a', 1), lacks([], 'a', 1), needs('a', 1)],
  );
  t.strictSame(requirementIn(excluding), tidyRequirement([needs('a', 1), lacks(['c', 'd'], 'a', 1)]));
});

t.test('[REQ4, SUB4] an empty `without` is the same submit as none', async (t) => {
  const stage = new Stage();
  stage.submit('c1', { requires: [needs('a', 1)] });
  t.equal(stage.submit('c1', { requires: [lacks([], 'a', 1)] }).result, 'ok');
  t.equal(stage.submit('c1', { requires: [lacks(['b'], 'a', 1)] }).result, 'CONTACT_DIFFERS');
  stage.submit('c2', { requires: [lacks(['b', 'c'], 'a', 1)] });
  t.equal(stage.submit('c2', { requires: [lacks(['c', 'b', 'b'], 'a', 1)] }).result, 'ok');
  t.equal(stage.submit('c2', { requires: [lacks(['b'], 'a', 1)] }).result, 'CONTACT_DIFFERS');
  t.strictSame(
    stage.update('c1', { requires: [lacks([], 'a', 1)] }).events,
    [],
    'nor does such an update change anything',
  );
});

t.test('[REQ2] the segment asks too, and an update or a policy that changes it asks anew', async (t) => {
  const segments = {
    default: { headStartMs: 0, clockRate: 1 },
    gold: { headStartMs: 0, clockRate: 1, requires: [needs('senior', 1)] },
  };
  const queues = [queuePolicy('main', { requires: [needs('a', 2)] })];
  const stage = new Stage(plainPolicy({ segments, queues }));
  const made = stage.submit('c1', { segment: 'gold', requires: [lacks(['trainee'])] });
  t.strictSame(requirementIn(made), [lacks(['trainee'], 'a', 2, 'senior', 1)]);
  stage.works('a1', { skills: { a: 2 } });
  t.equal(stage.state('c1'), 'QUEUED');
  stage.works('a2', { skills: { a: 2, senior: 1, trainee: 1 } });
  t.equal(stage.state('c1'), 'QUEUED');
  t.strictSame(stage.update('c1', { segment: '' }).events, ['contactUpdated c1', 'offerMade c1 a1']);
  stage.submit('c2', { segment: 'gold' });
  t.equal(stage.view('c2').agentId, 'a2');
  const plain = { ...segments, gold: segments.default };
  stage.submit('c3', { segment: 'gold' });
  t.strictSame(stage.policy(plainPolicy({ segments: plain, queues })).events.slice(1), [
    'contactClassified c2',
    'contactClassified c3',
  ]);
});

t.test('[REQ3] a segment that makes it too large', async (t) => {
  const ways = (letter: string): Alternative[] =>
    Array.from({ length: 5 }, (_, index) => needs(`${letter}${index}`, 1));
  const segments = { default: { headStartMs: 0, clockRate: 1, requires: ways('b') } };
  const policy = plainPolicy({ segments, queues: [queuePolicy('main', { requires: ways('a') }), queuePolicy('rest')] });
  const stage = new Stage(policy);
  const refused = stage.submit('c1', {});
  t.strictSame([refused.result, refused.path], ['REQUIREMENT_TOO_LARGE', 'contact.requires']);
  t.equal(stage.submit('c2', { queue: 'rest' }).result, 'ok');
});

t.test('[REQ5] what an agent is to be without adds nothing to fit', async (t) => {
  const stage = new Stage(plainPolicy({ fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 100 } }));
  stage.works('a1', { skills: { a: 3, c: 1 } });
  const [, offer] = stage.submit('c1', { requires: [lacks(['b'], 'a', 1)] }).full;
  t.equal(offer?.type === 'offerMade' ? offer.fitUs : 0, 3_000_000 - 100_000);
});
