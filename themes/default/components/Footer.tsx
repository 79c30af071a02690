import type { PageView } from 'drowse/theme'

const FEED_NAMES: Readonly<Record<string, string>> = {
  'application/atom+xml': 'Atom',
  'application/rss+xml': 'RSS',
  'application/feed+json': 'JSON Feed',
}

export function Footer({ page }: { page: PageView }) {
  const { site, feeds } = page
  return (
    <footer class="site-footer">
      <p>{site.author === '' ? site.title : site.author}</p>
      {feeds.length > 0 && (
        <ul>
          {feeds.map((feed) => (
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
