import type { ShortcodeView } from 'drowse/theme'
import { raw } from 'hono/html'
import { wordsOf } from '../words.ts'

/** Words that open when they are wanted: `:::details[Summary]`. */
export function Details({ site, labelHtml, html }: ShortcodeView) {
  return (
    <details>
      <summary>{labelHtml === '' ? wordsOf(site).more : raw(labelHtml)}</summary>
      {raw(html)}
    </details>
  )
}
