import { textOf } from './field-values.ts'
import { codeBlock, type Replacement, replaceTags, type Tag } from './tags.ts'
import type { AddressOf, Fields, OldText, Translated } from './types.ts'

// Liquid as Jekyll and Eleventy run it over a text before its Markdown is read, code blocks too.

const PATTERN =
  /\{%-?\s*raw\s*-?%\}(?<raw>[\s\S]*?)\{%-?\s*endraw\s*-?%\}|\{%-?\s*highlight\s+(?<highlight>[^%]*?)\s*-?%\}(?<code>[\s\S]*?)\{%-?\s*endhighlight\s*-?%\}|\{%-?\s*comment\s*-?%\}(?<comment>[\s\S]*?)\{%-?\s*endcomment\s*-?%\}|\{%-?\s*(?<name>\w+)\s*(?<rest>[\s\S]*?)\s*-?%\}|\{\{-?\s*(?<output>[\s\S]*?)\s*-?\}\}/g

/** Kramdown’s attribute lists: `{: .note}`. */
const ATTRIBUTES = /(?<=^|[)\]*`_])\{:[^}\n]*\}/gm

export interface LiquidScope {
  /** The site’s settings, as `site`. */
  readonly site: Fields
  /** What a text calls its own front matter: `page` in Jekyll, nothing in Eleventy. */
  readonly own: 'page' | null
}

/** Takes Liquid out of a text: what has one value for ever is replaced by it, the rest is left and noted. */
export function translateLiquid(text: OldText, scope: LiquidScope, addressOf: AddressOf): Translated {
  const liquid = replaceTags(text.body, text.bodyLine, PATTERN, 'import/liquid', (tag) => replaced(tag, text, scope, addressOf))
  return liquid
}

/** Notes Kramdown’s attribute lists, which Markdown has no equal for. */
export function noteAttributes({ markdown, notes }: Translated, firstLine: number): Translated {
  const found = replaceTags(markdown, firstLine, ATTRIBUTES, 'import/kramdown', () => null)
  return { markdown, notes: [...notes, ...found.notes] }
}

function replaced(tag: Tag, text: OldText, scope: LiquidScope, addressOf: AddressOf): Replacement {
  const { raw, highlight, code, comment, name, rest = '', output } = tag.groups
  if (raw !== undefined) return { text: raw, message: '' }
  if (comment !== undefined) return { text: '', message: 'a comment of the template, taken out.' }
  if (highlight !== undefined && code !== undefined) return codeBlock(code, /^["']?([\w+#-]+)/.exec(highlight)?.[1] ?? '', tag)
  if (output !== undefined) return valueIn(output, text, scope)
  if (name !== 'post_url' && name !== 'link') return null
  const address = addressOf(rest, text)
  return address === null ? null : { text: address, message: `the address ${address}.` }
}

const FILTERS: readonly string[] = ['relative_url', 'absolute_url', 'url']

/** `site.baseurl`, a field of the settings or the front matter, a word in quotes, a path to be made an address. */
function valueIn(output: string, text: OldText, scope: LiquidScope): Replacement {
  const [expression = '', ...filters] = output.split('|').map((part) => part.trim())
  if (!filters.every((filter) => FILTERS.includes(filter))) return null
  const value = /^(["'])(?<words>.*)\1$/.exec(expression)?.groups?.words ?? fieldOf(expression, text, scope)
  if (value === null) return null
  const shown = filters.length === 0 || /^https?:/.test(value) ? value : `/${value.replace(/^\/+/, '')}`
  return { text: shown, message: shown === '' ? 'nothing: the site is at the top of its address.' : `its value, ${shown}` }
}

function fieldOf(expression: string, text: OldText, { site, own }: LiquidScope): string | null {
  if (expression === 'site.baseurl') return ''
  const [, holder, name = ''] = /^(?:(site|page)\.)?([\w-]+)$/.exec(expression) ?? []
  if (holder === 'site') return textOf(Object.hasOwn(site, name) ? site[name] : null)
  return (holder ?? null) === own && Object.hasOwn(text.fields, name) ? textOf(text.fields[name]) : null
}
