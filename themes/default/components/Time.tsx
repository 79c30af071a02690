const formats = new Map<string, Intl.DateTimeFormat>()
/** Days as they were written before: a site has few, which many pages show, and a format takes long. */
const days = new Map<string, string>()

/** A day as people of the site's language write it, in UTC, so that every build says the same. */
export function Time({
  iso,
  language,
  className,
  short = false,
}: {
  iso: string
  language: string
  className?: string
  short?: boolean
}) {
  return (
    <time class={className} datetime={iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso}>
      {short ? dayAs('short', iso, language, { dateStyle: 'medium' }) : dayAs('long', iso, language, { dateStyle: 'long' })}
    </time>
  )
}

/** A day within its month, for lists of a month. */
export function Day({ iso, language }: { iso: string; language: string }) {
  return <time datetime={iso.slice(0, 10)}>{dayAs('day', iso, language, { day: 'numeric', month: 'short' })}</time>
}

/** `May 2024`, in the site's language. */
export function monthOf(iso: string, language: string): string {
  const month = dayAs('month', iso, language, { month: 'long', year: 'numeric' })
  return month.charAt(0).toLocaleUpperCase(language) + month.slice(1)
}

function dayAs(name: string, iso: string, language: string, options: Intl.DateTimeFormatOptions): string {
  const [format, day] = [`${language} ${name}`, iso.slice(0, 10)]
  const key = `${format} ${day}`
  const known = days.get(key)
  if (known !== undefined) return known
  const text = formatOf(format, language, options).format(new Date(day))
  days.set(key, text)
  return text
}

function formatOf(key: string, language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const known = formats.get(key)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
  formats.set(key, format)
  return format
}
