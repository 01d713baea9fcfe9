// Requirements: alternatives of skills at levels, of queue and contact joined, and who meets them.
import t from 'tap';
import type { Alternative } from '../../src/core/requirement.ts';
import { tidyRequirement } from './oracle/classify.ts';
import { plainPolicy, queuePolicy } from './oracle/policies.ts';
import { type Acted, needs, Stage } from './oracle/stage.ts';

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
});

t.test('[REQ4] an alternative counts once, in whatever order', async (t) => {
  const made = joined([], [needs('a', 1, 'b', 2), needs('b', 2, 'a', 1), needs('a', 1, 'b', 2)]);
  t.strictSame(requirementIn(made), [needs('a', 1, 'b', 2)]);
});
