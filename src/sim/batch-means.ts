// How sure one can be of a ratio of sums, from parts of a run that hardly depend on each other.

/** Into how many equal parts the measured period is cut. */
export const BATCHES = 30;

/** With contacts in fewer parts than this no error is given. */
export const BATCHES_WITH_CONTACTS_MIN = 10;

/** 97.5 % quantile of Student's t with BATCHES − 1 degrees of freedom. */
export const STUDENT_T = 2.045229642132703;

/**
 * Half width of the 95 % confidence interval of a ratio R = ΣY / ΣX over n batches: t · √(Σ (Y − R X)² / (n (n − 1))) / X̄ (Cochran, Sampling
 * Techniques, 6.4, without the finite population's factor). `ofs` are the Y, `pers` the X. Null when fewer than BATCHES_WITH_CONTACTS_MIN have X > 0.
 */
export function ratioHalfWidth(ofs: readonly number[], pers: readonly number[]): number | null {
  let withContacts = 0;
  let ofSum = 0;
  let perSum = 0;
  for (const [index, per] of pers.entries()) {
    if (per > 0) withContacts++;
    ofSum += ofs[index] ?? 0;
    perSum += per;
  }
  if (withContacts < BATCHES_WITH_CONTACTS_MIN) return null;
  const ratio = ofSum / perSum;
  let squares = 0;
  for (const [index, per] of pers.entries()) {
    const residual = (ofs[index] ?? 0) - ratio * per;
    squares += residual * residual;
  }
  const count = pers.length;
  return (STUDENT_T * Math.sqrt(squares / (count * (count - 1)))) / (perSum / count);
}
