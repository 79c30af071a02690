import type { PageView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

const FEED_NAMES: Readonly<Record<string, string>> = {
  'application/atom+xml': 'Atom',
  'application/rss+xml': 'RSS',
  'application/feed+json': 'JSON Feed',
}

/** Of the page's own list where it has feeds, else the site's. */
const FEEDS_SHOWN = 3

export function Footer({ page }: { page: PageView }) {
  const { site, feeds, alternates } = page
  return (
    <footer class="site-footer">
      <p>{site.author === '' ? site.title : site.author}</p>
      {alternates.length > 0 && (
        <ul aria-label={wordsOf(site).languages}>
          {alternates.map(({ language, path, title }) => (
            <li>
              <a href={path} hreflang={language} lang={language} aria-current={path === page.path ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      )}
      {feeds.length > 0 && (
        <ul>
          {feeds.slice(-FEEDS_SHOWN).map((feed) => (
            <li>
              <a href={feed.path} type={feed.type}>
                {FEED_NAMES[feed.type] ?? feed.title}
              </a>
            </li>
          ))}
        </ul>
      )}
    </footer>
  )
}
