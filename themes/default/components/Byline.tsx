import type { EntryView, PageView } from 'drowse/theme'
import { wordsOf } from '../words.ts'
import { Time } from './Time.tsx'

/** Who wrote it, when, and how long it takes to read. */
export function Byline({ entry, page }: { entry: EntryView; page: PageView }) {
  const { language } = page.site
  const words = wordsOf(page.site)
  return (
    <p class="byline">
      {entry.author !== '' && (
        <span class="p-author h-card">
          <bdi>{entry.author}</bdi>
        </span>
      )}
      {entry.date !== null && (
        <a class="u-url" href={page.path}>
          <Time iso={entry.date} language={language} className="dt-published" />
        </a>
      )}
      {entry.updated !== null && entry.updated !== entry.date && (
        <span>
          {words.updated} <Time iso={entry.updated} language={language} className="dt-updated" />
        </span>
      )}
      {entry.minutes > 0 && <span>{words.minutes(entry.minutes)}</span>}
    </p>
  )
}
