import type { ShortcodeView } from 'drowse/theme'
import { raw } from 'hono/html'
import { wordsOf } from '../words.ts'
import { Picture } from './Picture.tsx'

/** A way to a film, `::youtube[Its title]{id=…}`, with a picture of your own as `src` if you like. Nobody else learns who reads the page. */
export function Youtube({ site, attributes, labelHtml, image }: ShortcodeView) {
  const { id = '' } = attributes
  if (!/^[\w-]{6,20}$/.test(id)) throw new Error('A film needs its id, as in `::youtube{id=dQw4w9WgXcQ}`.')
  const { watch } = wordsOf(site)
  return (
    <figure class="film">
      <a href={`https://www.youtube.com/watch?v=${id}`}>
        {image !== null && <Picture image={image} />}
        <span>▶ {labelHtml === '' ? watch : raw(labelHtml)}</span>
      </a>
      {labelHtml !== '' && <figcaption>{watch}</figcaption>}
    </figure>
  )
}
