/** A start tag, with `>` allowed inside quoted values. */
const TAG = /<[a-z][^>"]*(?:"[^"]*"[^>"]*)*>/g
const VOID = /^<(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b/
const EMPTY_BOOLEAN = / (checked|controls|disabled|hidden|loop|multiple|muted|open|readonly|required|reversed|selected)=""/g

/** hono writes `<br/>` and `required=""`; this gives HTML's own, shorter spelling and changes nothing else. */
export function spellAsHtml(html: string): string {
  return html.replace(TAG, (tag) => {
    const open = tag.endsWith('/>') && VOID.test(tag) ? `${tag.slice(0, -2).trimEnd()}>` : tag
    return open.includes('=""') ? open.replace(EMPTY_BOOLEAN, ' $1') : open
  })
}
