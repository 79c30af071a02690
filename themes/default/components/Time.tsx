const formats = new Map<string, Intl.DateTimeFormat>()

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
  const day = iso.slice(0, 10)
  return (
    <time class={className} datetime={iso.endsWith('T00:00:00.000Z') ? day : iso}>
      {formatOf(language, short).format(new Date(iso))}
    </time>
  )
}

/** A day within its month, for lists of a month. */
export function Day({ iso, language }: { iso: string; language: string }) {
  return (
    <time datetime={iso.slice(0, 10)}>
      {formatWith(language, 'day', { day: 'numeric', month: 'short' }).format(new Date(iso))}
    </time>
  )
}

/** `May 2024`, in the site's language. */
export function monthOf(iso: string, language: string): string {
  const month = formatWith(language, 'month', { month: 'long', year: 'numeric' }).format(new Date(iso))
  return month.charAt(0).toLocaleUpperCase(language) + month.slice(1)
}

function formatOf(language: string, short: boolean): Intl.DateTimeFormat {
  return short ? formatWith(language, 'short', { dateStyle: 'medium' }) : formatWith(language, 'long', { dateStyle: 'long' })
}

function formatWith(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
  formats.set(key, format)
  return format
}
