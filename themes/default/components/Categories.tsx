import type { SiteView, Templates } from 'drowse/theme'
import { wordsOf } from '../words.ts'

type Links = Templates['ProductList']['categories']

/** The way between the shop's categories; nothing for a shop without any. */
export function Categories({ links, site }: { links: Links; site: SiteView }) {
  const words = wordsOf(site)
  if (links.length === 0) return null
  const isAll = links.every(({ current }) => !current)
  return (
    <nav class="categories" aria-label={words.categories}>
      <ul>
        <li>
          <a href={`${site.home}products/`} aria-current={isAll ? 'page' : undefined}>
            {words.all}
          </a>
        </li>
        {links.map(({ title, path, current }) => (
          <li>
            <a href={path} aria-current={current ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
