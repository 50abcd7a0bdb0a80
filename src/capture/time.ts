const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01, and in 400 years of the calendar. */
const DAYS_TO_EPOCH = 719_468;
const DAYS_OF_ERA = 146_097;

/** `2026-01-31T12:00:00.000123Z`: milliseconds since 1970, written in UTC to the microsecond (RFC 3339). From 1970 to 2254. */
export function formatTime(epochMs: number): string {
  const us = microseconds(epochMs);
  const ms = Math.floor(us / 1000);
  const [year, month, day] = civil(Math.floor(ms / DAY_MS));
  const second = Math.floor((ms % DAY_MS) / 1000);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}.${String(us % 1_000_000).padStart(6, '0')}Z`;
}

/** Whole microseconds since 1970. */
export function microseconds(epochMs: number): number {
  return Math.max(0, Math.floor(epochMs * 1000));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The date that lies so many days after 1970-01-01, counted in years that begin with March. */
function civil(daysSince1970: number): readonly [year: number, month: number, day: number] {
  const days = daysSince1970 + DAYS_TO_EPOCH;
  const era = Math.floor(days / DAYS_OF_ERA);
  const ofEra = days % DAYS_OF_ERA;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = era * 400 + yearOfEra;
  return month < 10 ? [year, month + 3, day] : [year + 1, month - 9, day];
}
