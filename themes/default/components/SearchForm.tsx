import type { SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

/** Leads to the search page, which finds what `q` says. */
export function SearchForm({ site, path }: { site: SiteView; path: string }) {
  const words = wordsOf(site)
  return (
    <search>
      <form class="search-form" method="get" action={path}>
        <label for="q">{words.searchFor}</label>
        <input type="search" id="q" name="q" autocomplete="off" enterkeyhint="search" />
        <button class="button" type="submit">
          {words.search}
        </button>
      </form>
    </search>
  )
}
