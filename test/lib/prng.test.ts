// The generator repeats itself by seed and has the moments that it should have.
import t from 'tap';
import { Prng } from '../../src/lib/prng.ts';

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

t.test('a seed fixes the numbers', async (t) => {
  const numbersOf = (seed: number) => {
    const prng = new Prng(seed);
    return draw(5, () => prng.below(1000));
  };
  t.same(numbersOf(1), [627, 2, 527, 981, 968]);
  t.same(numbersOf(1), numbersOf(1));
  t.notSame(numbersOf(1), numbersOf(2));
});

t.test('ranges and means', async (t) => {
  const prng = new Prng(7);
  const uniform = draw(20_000, () => prng.next());
  t.ok(uniform.every((number) => number >= 0 && number < 1));
  t.ok(Math.abs(meanOf(uniform) - 0.5) < 0.01);
  const between = draw(20_000, () => prng.between(-3, 5));
  t.ok(between.every((number) => number >= -3 && number < 5));
  const exponential = draw(20_000, () => prng.exponential(4));
  t.ok(exponential.every((number) => number >= 0));
  t.ok(Math.abs(meanOf(exponential) - 4) < 0.15);
  const hits = draw(20_000, () => (prng.chance(0.2) ? 1 : 0));
  t.ok(Math.abs(meanOf(hits) - 0.2) < 0.01);
  t.same(new Set(draw(1_000, () => prng.below(3))), new Set([0, 1, 2]));
});
