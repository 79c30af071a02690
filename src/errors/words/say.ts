import { en } from './en.ts'
import { ru } from './ru.ts'
import type { Forms, OwnWords, Saying, SentenceKey, Sentences, Speech, Values } from './types.ts'

const SHIPPED: Readonly<Record<string, Sentences>> = { en, ru }

export function saying(key: SentenceKey, values?: Values): Saying {
  return values === undefined ? { key } : { key, values }
}

/** A sentence's name where only a text can stand, such as a schema's message. See `sayingOfIssue`. */
export function named(key: SentenceKey): string {
  return key
}

/** What a schema's message says, if it is the name of a sentence: `most` is the number that the rule is about. */
export function sayingOfIssue({
  message,
  requirement,
}: {
  readonly message: string
  readonly requirement?: unknown
}): Saying | null {
  if (!Object.hasOwn(en, message)) return null
  return typeof requirement === 'number' ? { key: message, values: { most: requirement } } : { key: message }
}

/** The saying, unless another version's words are needed to tell it. */
export function known(saying: Saying | undefined): Saying | undefined {
  return saying && sentenceBy(en, saying.key) !== undefined ? saying : undefined
}

export function inEnglish({ key, values }: Saying): string {
  return sentence(en, key, values, 'en') ?? key
}

/** Speaks a language (`ru-RU` as `ru`): the site's own words go before those that are shipped, and English is for what is left out. */
export function speechIn(language: string, own: OwnWords = {}): Speech {
  const short = language.toLowerCase().split('-')[0] ?? ''
  const theirs = { ...wordsBy(own, short), ...wordsBy(own, language) }
  const spokenThere = { ...SHIPPED[short], ...fitting(theirs) }
  const sentences = { ...en, ...spokenThere }
  const spoken = Object.keys(spokenThere).length > 0 ? language : 'en'
  return {
    language,
    own,
    spoken,
    say: (key, values) => sentence(sentences, key, values, spoken) ?? key,
    tell: (told, english, code = '') =>
      (told && sentence(sentences, told.key, told.values, spoken)) ??
      // The English words say more than their code.
      (short === 'en' ? null : sentence(spokenThere, code, {}, spoken)) ??
      english,
  }
}

function wordsBy(own: OwnWords, language: string): OwnWords[string] {
  return Object.entries(own).find(([tag]) => tag.toLowerCase() === language.toLowerCase())?.[1] ?? {}
}

/** Those that are sentences of ours, of the same shape. */
function fitting(words: OwnWords[string]): Partial<Sentences> {
  const known = Object.entries(words).filter(
    ([key, word]) => typeof word === typeof sentenceBy(en, key) && (typeof word === 'string' || 'other' in word),
  )
  return Object.fromEntries(known)
}

function sentenceBy(sentences: Partial<Sentences>, key: string): string | Forms | undefined {
  return Object.hasOwn(sentences, key) ? sentences[key as SentenceKey] : undefined
}

function sentence(sentences: Partial<Sentences>, key: string, values: Values = {}, language: string): string | null {
  const found = sentenceBy(sentences, key)
  if (found === undefined) return null
  const text = typeof found === 'string' ? found : (found[ruleOf(language, values.count)] ?? found.other)
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return place
    if (name === 'noun') return nounIn(sentences, String(value))
    return typeof value === 'number' ? value.toLocaleString(language) : value
  })
}

function ruleOf(language: string, count: string | number | undefined): Intl.LDMLPluralRule {
  return new Intl.PluralRules(language).select(Number(count ?? 0))
}

/** What is sent is called by an English word in its form; that of somebody's own form stays as it is. */
function nounIn(sentences: Partial<Sentences>, noun: string): string {
  const found = sentenceBy(sentences, `noun${noun.charAt(0).toUpperCase()}${noun.slice(1)}`)
  return typeof found === 'string' ? found : noun
}
