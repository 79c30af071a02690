import { createRequire } from 'node:module'

/** The part of highlight.js that is used here: its own types bring along those of a browser. */
interface Highlighter {
  getLanguage(name: string): object | undefined
  highlight(code: string, options: { readonly language: string; readonly ignoreIllegals: boolean }): { readonly value: string }
}

/** The common languages, and only where one is not among them all of them: a site without code loads nothing, and most others a third. */
const SETS: readonly (() => unknown)[] = [
  () => createRequire(import.meta.url)('highlight.js/lib/common'),
  () => createRequire(import.meta.url)('highlight.js'),
]

function highlighterOf(language: string): Highlighter | null {
  for (const set of SETS) {
    // What the package says it exports; Node loads it once.
    const highlighter = set() as Highlighter
    if (highlighter.getLanguage(language) !== undefined) return highlighter
  }
  return null
}

/** Code as HTML whose words stand in `<span class="hljs-…">`; null for a language that is not known. */
export function highlightCode(text: string, language: string): string | null {
  return highlighterOf(language)?.highlight(text, { language, ignoreIllegals: true }).value ?? null
}
