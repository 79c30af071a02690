import type { EntryLinkView, SiteView } from 'drowse/theme'
import { Time } from './Time.tsx'

/** A note in a list: its words first, its day below. */
export function NoteCard({ entry, site }: { entry: EntryLinkView; site: SiteView }) {
  return (
    <article class="note-card h-entry">
      <p class="p-summary">{entry.description === '' ? entry.title : entry.description}</p>
      <a class="u-url" href={entry.path}>
        <span class={entry.date === null ? undefined : 'sr-only'}>{entry.title} </span>
        {entry.date !== null && <Time iso={entry.date} language={site.language} className="dt-published" short />}
      </a>
    </article>
  )
}
