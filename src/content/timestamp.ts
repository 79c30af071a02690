const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[ \t]*(Z|z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?))?)?$/

const MINUTE_MS = 60_000

/**
 * A date as authors write it (`2024-05-01`, `2024-05-01 10:00:00 +0200`, ISO 8601, a YAML timestamp) as ISO 8601 UTC with milliseconds;
 * without a zone it is UTC. Null where it is no such date or not in the calendar (`2024-02-30`).
 */
export function parseTimestamp(text: string): string | null {
  const match = TIMESTAMP.exec(text.trim())
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0))
  if (year === undefined || month === undefined || day === undefined) return null
  const fraction = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const zoneMinutes = zoneOffset(match[8] ?? 'Z')
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const inCalendar = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  const onClock = (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60
  if (!inCalendar || !onClock || zoneMinutes === null) return null
  date.setUTCHours(hour ?? 0, minute ?? 0, second ?? 0, fraction)
  const utc = new Date(date.getTime() - zoneMinutes * MINUTE_MS)
  // Outside these years ISO strings no longer sort as text.
  return utc.getUTCFullYear() >= 0 && utc.getUTCFullYear() <= 9999 ? utc.toISOString() : null
}

/** Minutes east of UTC, or null for an offset no place on earth has. */
function zoneOffset(zone: string): number | null {
  const match = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone)
  if (match === null) return 0
  const hours = Number(match[2])
  const minutes = Number(match[3] ?? 0)
  if (hours > 14 || minutes > 59) return null
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes)
}
