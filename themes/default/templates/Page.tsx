import type { Templates } from 'drowse/theme'
import { raw } from 'hono/html'
import { Contents } from '../components/Contents.tsx'
import { Layout } from '../components/Layout.tsx'
import { NeighbourPager } from '../components/Pager.tsx'
import { Toc } from '../components/Toc.tsx'
import { wordsOf } from '../words.ts'

export function Page({ page, entry, contents }: Templates['Page']) {
  if (contents.length < 2) {
    return (
      <Layout page={page}>
        <Text entry={entry} page={page} />
      </Layout>
    )
  }
  const at = contents.findIndex((link) => link.current)
  return (
    <Layout page={page} wide>
      <div class="book">
        <div class="book-page">
          <p class="to-contents">
            <a href="#contents">{wordsOf(page.site).toContents}</a>
          </p>
          <Text entry={entry} page={page} />
          <NeighbourPager
            site={page.site}
            previous={contents[at - 1] ?? null}
            next={at === -1 ? null : (contents[at + 1] ?? null)}
          />
        </div>
        <Contents site={page.site} contents={contents} headings={entry.headings} />
      </div>
    </Layout>
  )
}

function Text({ entry, page }: Pick<Templates['Page'], 'entry' | 'page'>) {
  return (
    <article class="h-entry">
      <header class="entry-header">
        <h1 class="p-name">{entry.title}</h1>
      </header>
      <Toc items={entry.toc} site={page.site} />
      <div class="prose e-content">{raw(entry.html)}</div>
    </article>
  )
}
