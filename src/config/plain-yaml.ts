// The YAML that most front matter is made of, read line by line. Whatever could mean anything else in YAML is left to the full parser.

const KEY = /^([A-Za-z][\w-]{0,99}):(?: +(\S.*))?$/
/** What YAML 1.2 takes for something else than text, spelled as a word; and what such a line could also be. */
const KEYWORD = /^(?:null|true|false)$/i
const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')$/
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z| ?[+-]\d{2}:?\d{2})?)?$/
const INTEGER = /^(?:0|[1-9]\d{0,8})$/
/** Begins with a letter, so that no sign at its head means anything. */
const WORDS = /^\p{L}/u
/** Ends a plain text, or makes a mapping of it. */
const SIGN = /:(?: |$)| #/
/** An item of a `[a, b]` list without quotes. */
const ITEM = /^\p{L}[\p{L}\p{N}_-]*(?: [\p{L}\p{N}_-]+)*$/u
// Anything that is not seen, tabs too, and all white space but the plain one: only that is trimmed in YAML.
const UNSEEN = /[^\P{C}\n]|[^\S \n]/u

/** A mapping of plain keys to one-line texts, dates, whole numbers, booleans and `[a, b]` lists; null for all other YAML, valid or not. */
export function readPlainYaml(text: string): Readonly<Record<string, unknown>> | null {
  if (UNSEEN.test(text)) return null
  const members = new Map<string, unknown>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, key, written] = KEY.exec(line) ?? []
    if (key === undefined || written === undefined || members.has(key) || KEYWORD.test(key)) return null
    const value = meaningOf(written.trimEnd())
    if (value === undefined) return null
    members.set(key, value)
  }
  return Object.fromEntries(members)
}

/** Undefined for what is not plain. */
function meaningOf(written: string): unknown {
  if (written === 'true') return true
  if (written === 'false') return false
  if (INTEGER.test(written)) return Number(written)
  if (written.startsWith('[')) return listOf(written)
  return textOf(written) ?? (WORDS.test(written) && !SIGN.test(written) && !KEYWORD.test(written) ? written : undefined)
}

function textOf(written: string): string | undefined {
  const quoted = QUOTED.exec(written)
  if (quoted !== null) return quoted[1] ?? quoted[2]
  return DATE.test(written) ? written : undefined
}

function listOf(written: string): readonly string[] | undefined {
  if (!written.endsWith(']')) return undefined
  const items = written.slice(1, -1).split(',')
  const texts = items.map((item) => itemOf(item.trim()))
  return texts.every((text) => text !== undefined) ? texts : undefined
}

function itemOf(written: string): string | undefined {
  const quoted = QUOTED.exec(written)
  if (quoted !== null) return quoted[1] ?? quoted[2]
  return ITEM.test(written) && !KEYWORD.test(written) ? written : undefined
}
