import { describe, expect, test } from 'vitest'
import { CODES, type ErrorCode } from '../../src/errors/codes.ts'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { en } from '../../src/errors/words/en.ts'
import { ru } from '../../src/errors/words/ru.ts'
import { inEnglish, saying, speechIn } from '../../src/errors/words/say.ts'
import { MOST_OF_ONE } from '../../src/features/shop/order-payload.ts'
import { told } from '../../src/gateway/faults.ts'
import { en as pageWords } from '../../src/render/words/en.ts'
import { strangeWords } from '../../src/render/words/strange-words.ts'

/** Codes that no visitor meets: of the command line, of the owner's folder and of what the owner sends. */
const OWNERS: readonly ErrorCode[] = [
  'usage',
  'host-unknown',
  'run-unknown',
  'content-invalid',
  'page-conflict',
  'key-invalid',
  'extension-invalid',
  'release-refused',
  'release-unknown',
]
const codes = Object.keys(CODES) as ErrorCode[]
const theirs = codes.filter((code) => CODES[code].status < 500 && !OWNERS.includes(code))
const ours = codes.filter((code) => CODES[code].status >= 500 && code !== 'queue-full')

const textsOf = (sentence: string | Readonly<Record<string, string>>) =>
  typeof sentence === 'string' ? [sentence] : Object.values(sentence)
const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted()
const isRussian = (text: string) => /[а-яё]/i.test(text)

describe('What a visitor may meet', () => {
  test.each([...theirs, 'queue-full'] as const)(
    'has a sentence in each language for “%s”, though the error brings none',
    (code) => {
      const error = new DrowseError(code, 'Only in English.')

      expect(speechIn('ru').tell(error.saying, error.message, error.code)).toMatch(/^[А-ЯЁ].*\.$/)
      expect(speechIn('en').tell(error.saying, error.message, error.code)).toBe('Only in English.')
      expect(Object.keys(en)).toContain(code)
    },
  )

  test.each(['GET', 'POST'])('of our faults is told in each language: %s', (method) => {
    const request = new Request('https://example.org/-/x', { method })
    const tokens = { check: () => false }
    const general = ours.map((code) => told(new DrowseError(code, 'Secret.'), request, { tokens, onFault: () => undefined }))

    expect(general.every(({ message }) => message !== 'Secret.')).toBe(true)
    const said = general.flatMap(({ saying: what, hintSaying, message }) => [
      speechIn('ru').tell(what, message),
      speechIn('ru').tell(hintSaying, message),
    ])
    expect(said.filter((text) => !isRussian(text))).toEqual([])
  })
})

describe('A sentence', () => {
  const keys = Object.keys(en) as (keyof typeof en)[]

  test.each(keys)('“%s” is in Russian what it is in English, with the same places', (key) => {
    const [english = ''] = textsOf(en[key]).slice(-1)

    expect(textsOf(ru[key]).filter((text) => !isRussian(text))).toEqual([])
    for (const text of [...textsOf(ru[key]), ...textsOf(en[key])]) expect(placesOf(text)).toEqual(placesOf(english))
  })

  test('with a number has all forms that its language has', () => {
    const forms = keys.flatMap((key) => (typeof en[key] === 'string' ? [] : [[Object.keys(en[key]), Object.keys(ru[key])]]))

    expect(forms.length).toBeGreaterThan(1)
    for (const each of forms)
      expect(each).toEqual([
        ['one', 'other'],
        ['one', 'few', 'many', 'other'],
      ])
  })

  test('has no name that a word of the pages has: `words` in site.yaml is for both', () => {
    expect(keys.filter((key) => key in pageWords)).toEqual([])
  })

  test('about quantities names the bounds that are checked', () => {
    expect(en.quantityRange).toContain(`from 1 to ${MOST_OF_ONE}.`)
    expect(ru.quantityRange).toContain(`от 1 до ${MOST_OF_ONE}.`)
  })

  test.each([
    [1, 'осталась только 1 штука'],
    [3, 'осталось только 3 штуки'],
    [11, 'осталось только 11 штук'],
    [21, 'осталась только 21 штука'],
  ])('follows the plural rules of its language: %i', (count, words) => {
    expect(speechIn('ru').say('left', { what: 'Лампа', count })).toBe(`Лампа: ${words}.`)
  })

  test('holds values as they are, whatever they look like', () => {
    const what = '{count} $& <b>'

    expect(inEnglish(saying('soldOut', { what }))).toBe('{count} $& <b> is sold out.')
  })

  test('writes numbers as its language does', () => {
    expect(inEnglish(saying('textLong', { most: 8000 }))).toBe('A comment has at most 8,000 characters.')
    expect(speechIn('ru').say('textLong', { most: 8000 })).toBe('В комментарии может быть не больше 8\u00a0000 символов.')
  })

  test('of a version that we are not is told in the words that came with it', () => {
    expect(speechIn('ru').tell({ key: 'of-the-future' }, 'New.')).toBe('New.')
    expect(speechIn('ru').tell({ key: 'toString' }, 'New.')).toBe('New.')
  })
})

describe('A language that is not shipped', () => {
  test('is English, and says so', () => {
    const speech = speechIn('fi')

    expect(speech).toMatchObject({ language: 'fi', spoken: 'en' })
    expect(speech.say('done')).toBe('Done')
    expect(speech.tell(undefined, 'As it came.', 'form-invalid')).toBe('As it came.')
  })

  test('has the words of the site’s own where they fit, with forms', () => {
    const own = {
      DE: {
        done: 'Fertig',
        posts: 'Beiträge',
        left: { one: 'Nur {count}.', other: 'Nur noch {count}.' },
        lookNow: { other: 'x' },
      },
    }
    const speech = speechIn('de-AT', own)

    expect(speech.spoken).toBe('de-AT')
    expect(speech.say('done')).toBe('Fertig')
    expect(speech.say('left', { what: 'Lampe', count: 2 })).toBe('Nur noch 2.')
    expect(speech.say('lookNow')).toBe('Look now')
  })

  test('gets a warning for a word that does not fit, as those of pages do', () => {
    const words = { de: { left: 'Zu wenig', done: 'Fertig', sendLater: { other: 'In {count} Minuten' } } }

    expect(strangeWords(words)).toMatchObject([
      { rule: 'config/invalid-word', message: expect.stringContaining('words.de.left') },
    ])
  })

  test('that has words for its pages alone is English here', () => {
    expect(speechIn('de', { de: { posts: 'Beiträge' } }).spoken).toBe('en')
  })
})

test('A variant of a language is spoken as that language', () => {
  expect(speechIn('ru-RU')).toMatchObject({ language: 'ru-RU', spoken: 'ru-RU' })
  expect(speechIn('ru-RU').say('done')).toBe('Готово')
})
