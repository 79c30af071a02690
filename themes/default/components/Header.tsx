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
      {site.search !== null && <SearchLink path={site.search} label={wordsOf(site).search} here={path === site.search} />}
    </header>
  )
}

function SearchLink({ path, label, here }: { path: string; label: string; here: boolean }) {
  return (
    <a class="site-search" href={path} aria-current={here ? 'page' : undefined}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <path d="M9 3a5 5 0 1 0 0 10A5 5 0 0 0 9 3m3.5 8.5L17 16" fill="none" stroke="currentColor" stroke-width="2" />
      </svg>
      <span class="sr-only">{label}</span>
    </a>
  )
}

/** `page` for the page itself, `true` for a page inside that section. */
function current(link: string, path: string, home: string): 'page' | 'true' | undefined {
  if (link === path) return 'page'
  return link !== home && link.endsWith('/') && path.startsWith(link) ? 'true' : undefined
}
