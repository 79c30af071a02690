import type { EntryLinkView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

export function Stock({ entry, site }: { entry: EntryLinkView; site: SiteView }) {
  if (entry.available === undefined) return null
  const words = wordsOf(site)
  return entry.available ? <span class="stock in">{words.available}</span> : <span class="stock out">{words.unavailable}</span>
}
