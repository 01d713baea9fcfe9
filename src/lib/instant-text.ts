// Instants for people to read, in UTC, from their number alone: the core has no clock and no calendar of the platform's.

const DAY_MS = 86_400_000;
/** Days of 400 years, after which the calendar repeats itself, and from 1 March of the year 0 to 1 January 1970. */
const ERA_DAYS = 146_097;
const EPOCH_DAYS = 719_468;

/** `2026-12-25T09:00:00Z`, of a whole number of milliseconds since 1970, years 0 to 9999. Howard Hinnant's `civil_from_days`. */
export function instantText(at: number): string {
  const days = Math.floor(at / DAY_MS);
  const { year, month, day } = civilOf(days);
  const second = Math.floor((at - days * DAY_MS) / 1000);
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${time.map((part) => padded(part, 2)).join(':')}Z`;
}

/** Years that begin on 1 March have their leap day at the end. */
function civilOf(daysSince1970: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = daysSince1970 + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / (ERA_DAYS - 1));
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
