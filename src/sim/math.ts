// The logarithm and the exponential of this simulator. `Math.log` and `Math.exp` may differ in their last bit between versions of the platform,
// and one bit is enough to change a run.
//
// 1. Only + − × ÷ and moves of bits, which IEEE 754 defines to the last bit: the same bits everywhere. 2. Within one unit in the last place.
// 3. Nothing else that a platform may round as it likes (`**`, `Math.pow`, …) is used in src/sim on numbers that decide anything.

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
float[0] = 1;
/** Which of the two words has sign, exponent and the upper 20 bits. */
const HIGH = words[1] === 0 ? 0 : 1;

/** ln 2 in two parts: the first has so few bits that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2_INVERSE = 1 / (LN2_HIGH + LN2_LOW);

/** 2^54, 2^-1022, 2^1023, 2^-54 as the literals that they are. */
const TWO_54 = 18_014_398_509_481_984;
const LEAST_NORMAL = 2.2250738585072014e-308;
const TWO_1023 = 8.98846567431158e307;
const TWO_MINUS_54 = 1 / TWO_54;

/** The upper word of √2's fraction: above it a number counts as less than 1 times a higher power of two. */
const SQRT_2_FRACTION = 0x6a09e;

/** 2^-k for k from −1022 on. A product with one of these is exact, and quicker than bits put together. */
const INVERSE_POWERS = Float64Array.from({ length: 2047 }, (_, index) =>
  index <= 2044 ? powerOfTwo(1022 - index) : LEAST_NORMAL / (index === 2045 ? 2 : 4),
);

/**
 * The natural logarithm. −Infinity for 0, NaN below.
 *
 * x = 2^k (1 + f) with 1 + f within √½ … √2; with s = f / (2 + f), ln(1 + f) = 2 atanh s = 2s + s·R, R = Σ 2 s^2n / (2n + 1), written as
 * f − (f²/2 − s (f²/2 + R)), which keeps the leading term exact (the scheme of Ng in Sun's fdlibm; the series here is atanh's own).
 * s² is at most 0.0295, so that what is left out of the series is below 2^-60.
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < LEAST_NORMAL) return ln(x * TWO_54) - 54 * LN2_HIGH - 54 * LN2_LOW;
  float[0] = x;
  const high = words[HIGH] ?? 0;
  const k = (high >> 20) - ((high & 0xfffff) > SQRT_2_FRACTION ? 1022 : 1023);
  const f = x * (INVERSE_POWERS[k + 1022] ?? 0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  // Every other term, so that the processor can do two at a time.
  const odd = 2 / 3 + w * (2 / 7 + w * (2 / 11 + w * (2 / 15 + w * (2 / 19 + w * (2 / 23)))));
  const even = 2 / 5 + w * (2 / 9 + w * (2 / 13 + w * (2 / 17 + w * (2 / 21))));
  const series = z * (odd + z * even);
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + series) + k * LN2_LOW) - f);
}

/** 1 / n! from n = 2 on. */
const INVERSE_FACTORIALS = inverseFactorials(15);

function inverseFactorials(count: number): readonly number[] {
  const inverses: number[] = [];
  let factorial = 1;
  for (let n = 2; n < count + 2; n++) {
    factorial *= n;
    inverses.push(1 / factorial);
  }
  return inverses;
}

/**
 * The exponential. x = k ln 2 + r with |r| at most ½ ln 2; e^r is its own series, summed from its small end.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  const k = Math.floor(x * LN2_INVERSE + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  let series = 0;
  for (let n = INVERSE_FACTORIALS.length - 1; n >= 0; n--) series = series * r + (INVERSE_FACTORIALS[n] ?? 0);
  // r lost its last bits when `low` was taken off; what it lost comes back beside the square.
  const lost = high - r - low;
  return timesPowerOfTwo(1 + (r + (lost + r * r * series)), k);
}

function timesPowerOfTwo(value: number, k: number): number {
  if (k > 1023) return value * TWO_1023 * 2;
  if (k >= -1022) return value * powerOfTwo(k);
  return value * powerOfTwo(k + 54) * TWO_MINUS_54;
}

function powerOfTwo(k: number): number {
  words[1 - HIGH] = 0;
  words[HIGH] = (k + 1023) << 20;
  return float[0] ?? 0;
}
