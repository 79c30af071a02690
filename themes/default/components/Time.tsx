const asLong = dayWriter({ dateStyle: 'long' })
const asShort = dayWriter({ dateStyle: 'medium' })
const asDay = dayWriter({ day: 'numeric', month: 'short' })
const asMonth = dayWriter({ month: 'long', year: 'numeric' })

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
      {short ? asShort(iso, language) : asLong(iso, language)}
    </time>
  )
}

/** A day within its month, for lists of a month. */
export function Day({ iso, language }: { iso: string; language: string }) {
  return <time datetime={iso.slice(0, 10)}>{asDay(iso, language)}</time>
}

/** `May 2024`, in the site's language. */
export function monthOf(iso: string, language: string): string {
  const month = asMonth(iso, language)
  return month.charAt(0).toLocaleUpperCase(language) + month.slice(1)
}

/** Writes days, each once: a site has few, which many pages show. */
function dayWriter(options: Intl.DateTimeFormatOptions): (iso: string, language: string) => string {
  const languages = new Map<string, { format: Intl.DateTimeFormat; days: Map<string, string> }>()
  return (iso, language) => {
    const known = languages.get(language)
    const { format, days } = known ?? {
      format: new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }),
      days: new Map<string, string>(),
    }
    if (known === undefined) languages.set(language, { format, days })
    const day = iso.slice(0, 10)
    const text = days.get(day) ?? format.format(new Date(day))
    days.set(day, text)
    return text
  }
}
