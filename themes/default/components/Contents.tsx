import type { HeadingView, LinkView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

interface Props {
  readonly site: SiteView
  readonly contents: readonly (LinkView & { readonly current: boolean })[]
  readonly headings: readonly HeadingView[]
}

/** The contents column of a book: its pages, and below the current one its sections. */
export function Contents({ site, contents, headings }: Props) {
  return (
    <nav class="contents" id="contents" aria-labelledby="contents-title">
      <h2 id="contents-title">{wordsOf(site).contents}</h2>
      <ol>
        {contents.map((link) => (
          <li>
            <a href={link.path} aria-current={link.current ? 'page' : undefined}>
              {link.title}
            </a>
            {link.current && <Sections headings={headings} />}
          </li>
        ))}
      </ol>
    </nav>
  )
}

export function Sections({ headings }: { headings: readonly HeadingView[] }) {
  const sections = headings.filter((heading) => heading.depth === 2)
  if (sections.length === 0) return null
  return (
    <ul>
      {sections.map((heading) => (
        <li>
          <a href={`#${heading.id}`}>{heading.text}</a>
        </li>
      ))}
    </ul>
  )
}
