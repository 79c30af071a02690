import type { ShortcodeView } from 'drowse/theme'
import { raw } from 'hono/html'
import { wordsOf } from '../words.ts'

/** Words that stand out from the text: `:::note[Title]`. */
export function Callout({ kind, site, labelHtml, html }: ShortcodeView & { readonly kind: 'note' | 'tip' | 'warning' }) {
  return (
    <div class={`callout ${kind}`} role="note">
      <p class="callout-title">{labelHtml === '' ? wordsOf(site)[kind] : raw(labelHtml)}</p>
      {raw(html)}
    </div>
  )
}
