// What search takes for a word. The script in readers' browsers is bundled with this very file, so both sides agree; it imports nothing.

/** Words are kept apart by their beginnings, in so many parts: one change of a text rewrites at most these, and a reader fetches one for each word sought. */
export const PARTS = 16

/** By so many letters of a word its part is known. A word that is sought can be longer than these or the whole word. */
const BEGINNING = 3
const LONGEST = 24
/** What stands between words, as far as it is ASCII: most of a text is cut by this alone, in a fraction of the time that the others take. */
const BETWEEN = /[\0-/:-@[-`{-\x7f]+/
const ASCII_TEXT = /^[\0-\x7f]*$/
const LETTERS = /[\p{L}\p{N}\p{M}]+/gu
/** Chinese and Japanese are written without spaces: each character is a word. */
const IDEOGRAPH = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{N}\p{M}])+/gu

/** Endings that English plurals and participles, and Russian cases, put to words; as many letters as there are at least before them. Russian ones are folded: `й` is `и` there. */
const ENDINGS = [
  { ending: /(?:ies|ing|ed)$/, after: 4 },
  { ending: /s$/, after: 3 },
  { ending: /(?:[аяоеыи](?:м|х|в|ми|го|му)|[аеиоуыэюяь]{1,2})$/, after: 3 },
]

/** The same text for what readers take for the same: `Ёлка` → `елка`, `CAFÉ` → `cafe`. */
export function fold(text: string): string {
  if (ASCII_TEXT.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
}

/** Hashes, ids and large numbers: nobody reads them, and they would be a good part of some sites' words. */
const UNREAD = /^(?:\d{5,}|(?=\D*\d)(?=\P{L}*\p{L}).{7,})$/u

/** The words of a text, folded, each once. */
export function wordsIn(text: string): readonly string[] {
  const found = new Set<string>()
  const add = (word: string) => {
    if (word !== '' && !(/\d/.test(word) && UNREAD.test(word))) found.add(word.slice(0, LONGEST))
  }
  for (const piece of new Set(text.split(BETWEEN))) {
    if (ASCII_TEXT.test(piece)) add(piece.toLowerCase())
    else for (const word of wordsBetween(fold(piece))) add(word)
  }
  return [...found]
}

/** The words of a piece that is not all ASCII. Folding may have parted it, as it makes three dots of `…`. */
function wordsBetween(folded: string): readonly string[] {
  return folded.split(BETWEEN).flatMap((piece) => {
    if (ASCII_TEXT.test(piece)) return [piece]
    return piece.match(IDEOGRAPH.test(piece) ? WORD : LETTERS) ?? []
  })
}

/** Where the words of a text stand in it as it is written. */
export function placesOfWords(text: string): readonly { readonly word: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(WORD)].map(({ 0: written, index }) => ({
    word: fold(written).slice(0, LONGEST),
    start: index,
    end: index + written.length,
  }))
}

/** The part that a word is in. */
export function partOf(word: string): number {
  let hash = 2166136261
  for (let at = 0; at < Math.min(word.length, BEGINNING); at++) hash = Math.imul(hash ^ word.charCodeAt(at), 16777619)
  return (hash >>> 0) % PARTS
}

/** Each word of a text once, in its part; a part's words stand in their order, with spaces between. */
export function vocabularyOf(text: string): readonly string[] {
  const parts: string[][] = Array.from({ length: PARTS }, () => [])
  for (const word of wordsIn(text)) parts[partOf(word)]?.push(word)
  return parts.map((words) => words.sort().join(' '))
}

/** What words have to begin with to be found by this one; null where they have to be this one. */
export function stemOf(word: string): string | null {
  if (word.length < BEGINNING) return null
  const stems = ENDINGS.map(({ ending, after }) => ({ stem: word.replace(ending, ''), after }))
  return stems.find(({ stem, after }) => stem !== word && stem.length >= after)?.stem ?? word
}
