// Own logarithm and exponential: to one unit in the last place of what whole-number arithmetic of 300 bits says, and the same bits for ever.
import t from 'tap';
import { exp, ln } from '../../src/sim/math.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';

const BITS = 300;
const ONE = 1n << BigInt(BITS);

/** A double as fraction · 2^exponent, both whole. */
function parts(x: number): { fraction: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const lower = (BigInt(high & 0xfffff) << 32n) | BigInt(view.getUint32(4));
  const fraction = biased === 0 ? lower : lower | (1n << 52n);
  return { fraction: x < 0 ? -fraction : fraction, exponent: (biased === 0 ? 1 : biased) - 1075 };
}

/** x · 2^BITS, cut. */
function fixed(x: number): bigint {
  const { fraction, exponent } = parts(x);
  const shift = BITS + exponent;
  return shift >= 0 ? fraction << BigInt(shift) : fraction >> BigInt(-shift);
}

/** 2 atanh(a / b), fixed. */
function twiceAtanh(a: bigint, b: bigint): bigint {
  const s = (a << BigInt(BITS)) / b;
  const square = (s * s) >> BigInt(BITS);
  let sum = 0n;
  let power = s;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = (power * square) / ONE;
  }
  return 2n * sum;
}

const LN2 = twiceAtanh(1n, 3n);

function lnFixed(x: number): bigint {
  let { fraction, exponent } = parts(x);
  const width = fraction.toString(2).length;
  exponent += width;
  const one = 1n << BigInt(width);
  // fraction / one is within ½ … 1; closer to 1 the series is shorter, and its leading bits are not lost.
  if (fraction * 10n < one * 7n) {
    fraction *= 2n;
    exponent -= 1;
  }
  return BigInt(exponent) * LN2 + twiceAtanh(fraction - one, fraction + one);
}

function expFixed(x: number): { value: bigint; exponent: bigint } {
  const exact = fixed(x);
  const exponent = (exact < 0n ? exact - LN2 / 2n : exact + LN2 / 2n) / LN2;
  const rest = exact - exponent * LN2;
  let sum = 0n;
  let term = ONE;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = (term * rest) / (ONE * n);
  }
  return { value: sum, exponent };
}

/** How many units in the last place of `got` lie between it and the true value, both times 2^BITS. */
function unitsApart(got: number, wantedFixed: bigint): number {
  const unit = fixed(2 ** parts(got).exponent);
  const apart = fixed(got) - wantedFixed;
  return Number((1000n * (apart < 0n ? -apart : apart)) / unit) / 1000;
}

t.test('[SIM2] ln is right to a unit in the last place', async (t) => {
  const random = new RandomStream(1, 'ln');
  const points = [1 + 2 ** -52, 1 - 2 ** -53, 2, 0.5, Math.SQRT2, Math.SQRT1_2, 10, 1e300, 1e-300, 5e-324, 2 ** -1022];
  for (let index = 0; index < 3000; index++) points.push(random.uniform(), 1 + (random.uniform() - 0.5) / 8);
  for (let index = 0; index < 300; index++)
    points.push(random.uniform() * 2 ** Math.floor(random.uniform() * 2000 - 1000));
  let worst = 0;
  for (const x of points) worst = Math.max(worst, unitsApart(ln(x), lnFixed(x)));
  t.ok(worst < 1, `at worst ${worst} units`);
});

t.test('[SIM2] exp is right to a unit in the last place', async (t) => {
  const random = new RandomStream(2, 'exp');
  const points = [1, -1, 0.5, 1e-9, -1e-9, 700, -700, 709.5, -707];
  for (let index = 0; index < 3000; index++) points.push(random.uniform() * 20 - 10, random.uniform() - 0.5);
  for (let index = 0; index < 300; index++) points.push(random.uniform() * 1400 - 700);
  let worst = 0;
  for (const x of points) {
    const { value, exponent } = expFixed(x);
    const scaled = exp(x) * 2 ** -Number(exponent);
    worst = Math.max(worst, unitsApart(scaled, value));
  }
  t.ok(worst < 1, `at worst ${worst} units`);
});

t.test('[SIM2] the ends of their ranges', async (t) => {
  t.equal(ln(1), 0);
  t.equal(ln(0), Number.NEGATIVE_INFINITY);
  t.equal(ln(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  t.ok(Number.isNaN(ln(-1)) && Number.isNaN(ln(Number.NaN)) && Number.isNaN(exp(Number.NaN)));
  t.equal(exp(0), 1);
  t.equal(exp(710), Number.POSITIVE_INFINITY);
  t.equal(exp(Number.NEGATIVE_INFINITY), 0);
  t.equal(exp(-746), 0);
  t.equal(exp(-745), 5e-324);
  t.ok(Math.abs(exp(-720) / 2.0332e-313 - 1) < 1e-3, 'below the normal numbers');
  t.ok(Math.abs(exp(709.78) / 1.79282279439451e308 - 1) < 1e-13);
});

t.test('[SIM2] the same bits as ever', async (t) => {
  const random = new RandomStream(3, 'bits');
  let mixed = 0;
  const view = new DataView(new ArrayBuffer(8));
  const mix = (x: number): void => {
    view.setFloat64(0, x);
    mixed = (Math.imul(mixed, 31) + view.getInt32(0)) | 0;
    mixed = (Math.imul(mixed, 31) + view.getInt32(4)) | 0;
  };
  for (let index = 0; index < 20_000; index++) {
    mix(ln(random.uniform()));
    mix(exp(random.uniform() * 40 - 20));
  }
  t.equal(mixed, 1211327687);
});
