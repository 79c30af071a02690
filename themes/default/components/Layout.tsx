import type { PageView } from 'drowse/theme'
import type { Child } from 'hono/jsx'
import { wordsOf } from '../words.ts'
import { Footer } from './Footer.tsx'
import { Head } from './Head.tsx'
import { Header } from './Header.tsx'

/** The whole document round one page's content. `wide` gives shops and manuals more room than a column of text. */
export function Layout({
  page,
  wide = false,
  script,
  style,
  refresh = false,
  children,
}: {
  page: PageView
  wide?: boolean
  /** The path of a script that the page would be poorer without. */
  script?: string | undefined
  /** The path of a style sheet beside the theme's own, for pages of few kinds. */
  style?: string | undefined
  /** Whether it looks again in a moment for what is on its way. */
  refresh?: boolean
  children: Child
}) {
  return (
    <html lang={page.site.language}>
      <Head page={page} script={script} style={style} refresh={refresh} />
      <body>
        <a class="skip" href="#main">
          {wordsOf(page.site).skip}
        </a>
        <Header page={page} />
        <main id="main" class={wide ? 'wide' : undefined}>
          {children}
        </main>
        <Footer page={page} />
      </body>
    </html>
  )
}
