import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { NoteCard } from '../components/NoteCard.tsx'
import { ListPager } from '../components/Pager.tsx'
import { wordsOf } from '../words.ts'

export function NoteList({ page, heading, notes, newer, older }: Templates['NoteList']) {
  return (
    <Layout page={page}>
      <div class="h-feed">
        <h1 class="p-name">{heading}</h1>
        {notes.length === 0 && <p class="quiet">{wordsOf(page.site).empty}</p>}
        {notes.map((entry) => (
          <NoteCard entry={entry} site={page.site} />
        ))}
      </div>
      <ListPager site={page.site} newer={newer} older={older} />
    </Layout>
  )
}
