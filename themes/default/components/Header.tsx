import type { PageView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

export function Header({ page }: { page: PageView }) {
  const { site, path } = page
  return (
    <header class="site-header">
      <a class="site-title" href={site.home} aria-current={path === site.home ? 'page' : undefined}>
        {site.title}
      </a>
      {site.menu.length > 0 && (
        <nav aria-label={wordsOf(site).menu}>
          <ul>
            {site.menu.map((link) => (
              <li>
                <a href={link.path} aria-current={current(link.path, path, site.home)}>
                  {link.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </header>
  )
}

/** `page` for the page itself, `true` for a page inside that section. */
function current(link: string, path: string, home: string): 'page' | 'true' | undefined {
  if (link === path) return 'page'
  return link !== home && link.endsWith('/') && path.startsWith(link) ? 'true' : undefined
}
