import type { EntryLinkView, SiteView } from 'drowse/theme'
import { Time } from './Time.tsx'

/** A post in a list: its day, its title, and what it is about. */
export function EntryCard({ entry, site, level = 2 }: { entry: EntryLinkView; site: SiteView; level?: 2 | 3 }) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <article class="entry-card h-entry">
      <Heading>
        <a class="u-url p-name" href={entry.path}>
          {entry.title}
        </a>
      </Heading>
      {entry.date !== null && <Time iso={entry.date} language={site.language} className="dt-published" short />}
      {entry.description !== '' && <p class="p-summary">{entry.description}</p>}
    </article>
  )
}
