import type { LinkView } from 'drowse/theme'

/** Other ways through the posts: tags, years. */
export function Overviews({ links }: { links: readonly LinkView[] }) {
  if (links.length === 0) return null
  return (
    <p class="more overviews">
      {links.map((link) => (
        <a href={link.path}>{link.title}</a>
      ))}
    </p>
  )
}
