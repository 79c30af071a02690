/** A comment of another system, in the order of its date. */
export interface OldComment {
  /** Names it for good: `disqus:123`. What was imported is known by it. */
  readonly source: string
  /** The `source` of what it answers. */
  readonly parent: string | null
  /** The paths its page may have here, the likeliest first. */
  readonly pages: readonly string[]
  readonly name: string
  readonly email: string
  /** ISO 8601 UTC. */
  readonly date: string
  /** Markdown. */
  readonly text: string
  readonly byOwner: boolean
  readonly state: 'shown' | 'held'
}

export interface OldComments {
  readonly system: 'WordPress' | 'Disqus' | 'Drowse'
  readonly comments: readonly OldComment[]
  /** How many were left out, by why. */
  readonly leftOut: Readonly<Record<string, number>>
}

const MAX_NAME = 80
const MAX_TEXT = 64_000

/** A name as forms take it: one line, not too long, never empty. */
export function nameOf(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line === '' ? 'Anonymous' : Array.from(line).slice(0, MAX_NAME).join('')
}

/** An address as forms take it; '' for anything else. */
export function emailOf(text: string): string {
  const line = text.trim()
  return /^[^\s\p{Cc}@,;<>"]+@[^\s\p{Cc}@,;<>"]+\.[^\s\p{Cc}@,;<>"]+$/u.test(line) && line.length <= 254 ? line : ''
}

/** A text without control characters; the end of an endless one is cut off. */
export function wordsOf(markdown: string): string {
  return markdown
    .replace(/(?![\t\n])\p{Cc}/gu, '')
    .trim()
    .slice(0, MAX_TEXT)
}

/** The path of an absolute address; null for what is none. */
export function pathOf(link: string): string | null {
  const url = URL.parse(link.trim())
  return url === null || !/^https?:$/.test(url.protocol) ? null : url.pathname
}
