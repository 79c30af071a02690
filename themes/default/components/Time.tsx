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

function formatOf(language: string, short: boolean): Intl.DateTimeFormat {
  const key = `${language} ${short}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat(language, { dateStyle: short ? 'medium' : 'long', timeZone: 'UTC' })
  formats.set(key, format)
  return format
}
