import type { LinkView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

interface Step {
  readonly path: string
  /** The direction, and for single pages the title of what is there. */
  readonly label: string
  readonly title?: string
}

/** Two ways on: to the left and to the right. */
export function Pager({ site, left, right }: { site: SiteView; left: Step | null; right: Step | null }) {
  if (left === null && right === null) return null
  return (
    <nav class="pager" aria-label={wordsOf(site).pages}>
      {left !== null && <Way step={left} rel="prev" />}
      {right !== null && <Way step={right} rel="next" />}
    </nav>
  )
}

function Way({ step, rel }: { step: Step; rel: 'prev' | 'next' }) {
  return (
    <a class={rel} rel={rel} href={step.path}>
      <span class="direction">{step.label}</span> {step.title !== undefined && <span class="title">{step.title}</span>}
    </a>
  )
}

/** Between list pages: newer on the left, older on the right. */
export function ListPager({ site, newer, older }: { site: SiteView; newer: string | null; older: string | null }) {
  const words = wordsOf(site)
  return (
    <Pager
      site={site}
      left={newer === null ? null : { path: newer, label: words.newer }}
      right={older === null ? null : { path: older, label: words.older }}
    />
  )
}

/** Between neighbours: what came before on the left, what follows on the right. */
export function NeighbourPager({ site, previous, next }: { site: SiteView; previous: LinkView | null; next: LinkView | null }) {
  const words = wordsOf(site)
  return (
    <Pager
      site={site}
      left={previous === null ? null : { path: previous.path, label: words.previous, title: previous.title }}
      right={next === null ? null : { path: next.path, label: words.next, title: next.title }}
    />
  )
}
