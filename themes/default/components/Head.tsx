import type { PageView } from 'drowse/theme'
import { Preview } from './Preview.tsx'

/** Search engines and browser tabs show about this much. */
const TITLE_LENGTH = 70

export function Head({
  page,
  script,
  style,
  refresh = false,
}: {
  page: PageView
  script?: string | undefined
  style?: string | undefined
  refresh?: boolean
}) {
  const { site, assets } = page
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{titleOf(page.title, site.title)}</title>
      {page.description !== '' && <meta name="description" content={page.description} />}
      <meta name="color-scheme" content="light dark" />
      {refresh && <meta http-equiv="refresh" content="2" />}
      {page.unlisted ? <Unlisted /> : <Preview page={page} />}
      {FONTS.map(
        (font) =>
          assets[font] !== undefined && (
            <link rel="preload" href={assets[font]} as="font" type="font/woff2" crossorigin="anonymous" />
          ),
      )}
      <link rel="stylesheet" href={assets['style.css']} />
      {style !== undefined && <link rel="stylesheet" href={style} />}
      {script !== undefined && <script type="module" src={script} />}
      {!page.unlisted && <link rel="canonical" href={page.canonical} />}
      <Icons page={page} />
      {page.feeds.map((feed) => (
        <link rel="alternate" type={feed.type} title={feed.title} href={feed.path} />
      ))}
    </head>
  )
}

/** Search engines keep away, and other sites don't learn the address. */
function Unlisted() {
  return (
    <>
      <meta name="robots" content="noindex, nofollow" />
      <meta name="referrer" content="same-origin" />
    </>
  )
}

/** The site's own icons, else the theme's. */
function Icons({ page: { icons, assets } }: { page: PageView }) {
  const own = icons.filter((path) => path.includes('favicon'))
  const themes = assets['favicon.svg']
  return (
    <>
      {own.map((path) => (
        <link
          rel="icon"
          href={path}
          type={path.endsWith('.svg') ? 'image/svg+xml' : undefined}
          sizes={path.endsWith('.ico') ? '32x32' : undefined}
        />
      ))}
      {own.length === 0 && themes !== undefined && <link rel="icon" href={themes} type="image/svg+xml" />}
      {icons.includes('/apple-touch-icon.png') && <link rel="apple-touch-icon" href="/apple-touch-icon.png" />}
    </>
  )
}

/** What every page of text needs at once; the Cyrillic face is fetched where its letters occur. */
const FONTS = ['fonts/lora-latin-wght-normal.woff2']

function titleOf(title: string, site: string): string {
  if (title === '' || title === site) return shorten(site)
  const both = `${title} · ${site}`
  return both.length <= TITLE_LENGTH ? both : shorten(title)
}

function shorten(title: string): string {
  if (title.length <= TITLE_LENGTH) return title
  const cut = title.slice(0, TITLE_LENGTH - 1)
  const space = cut.lastIndexOf(' ')
  return `${space > TITLE_LENGTH / 2 ? cut.slice(0, space) : Array.from(cut).slice(0, -1).join('')}…`
}
