import type { ShortcodeView } from 'drowse/theme'
import { raw } from 'hono/html'
import { Picture } from './Picture.tsx'

/** A picture with its caption, `::figure[Caption]{src=pier.jpg alt="A pier"}`, or whatever else stands inside `:::figure[Caption]`. */
export function Figure({ labelHtml, html, image }: ShortcodeView) {
  return (
    <figure>
      {image !== null && <Picture image={image} />}
      {raw(html)}
      {labelHtml !== '' && <figcaption>{raw(labelHtml)}</figcaption>}
    </figure>
  )
}
