import { describe, expect, test } from 'vitest'
import { fold, PARTS, partOf, placesOfWords, stemOf, vocabularyOf, wordsIn } from '../../src/content/search-words.ts'

describe('The words of a text, each once', () => {
  test.each([
    ['Ёлки и ЁЖИКИ', ['елки', 'и', 'ежики']],
    ['Café, naïve—CAFE\u0301!', ['cafe', 'naive']],
    ['Don’t use v2.0 of C++', ['don', 't', 'use', 'v2', '0', 'of', 'c']],
    ['ﬁle ＡＢＣ', ['file', 'abc']],
    ['東京に行く', ['東', '京', 'に', '行', 'く']],
    ['a漢字b', ['a', '漢', '字', 'b']],
    ['ΟΔΟΣ οδός', ['οδοσ']],
    ['Fixed in 4f2a9c01b3 (#51234) of v2.0', ['fixed', 'in', 'of', 'v2', '0']],
    ['', []],
    ['… — !', []],
  ])('%s', (text, words) => {
    expect(wordsIn(text)).toEqual(words)
  })

  test('are cut where they are longer than a word is', () => {
    expect(wordsIn('x'.repeat(100))).toEqual(['x'.repeat(24)])
  })

  test('stand in the text where they were written', () => {
    const text = 'Мы видели «Ёлку».'

    expect(placesOfWords(text).map(({ word, start, end }) => [word, text.slice(start, end)])).toEqual([
      ['мы', 'Мы'],
      ['видели', 'видели'],
      ['елку', 'Ёлку'],
    ])
  })

  test('each have one part, which their beginning decides', () => {
    const text = 'A machine that sleeps; the sleeping machine, a sleeper.'
    const vocabulary = vocabularyOf(text)

    expect(vocabulary).toHaveLength(PARTS)
    expect(vocabulary.flatMap((words) => (words === '' ? [] : words.split(' '))).toSorted()).toEqual(
      [...new Set(wordsIn(text))].toSorted(),
    )
    expect(vocabulary[partOf('sle')]?.split(' ')).toEqual(expect.arrayContaining(['sleeper', 'sleeping', 'sleeps']))
  })
})

describe('What finds a word', () => {
  test.each([
    ['sleeping', 'sleeps'],
    ['machines', 'machine'],
    ['stories', 'storytelling'],
    ['published', 'publishing'],
    ['собаки', 'собака'],
    ['сайтами', 'сайтов'],
    ['спящий', 'спящая'],
    ['новых', 'новый'],
    ['ёлки', 'Ёлка'],
    ['sle', 'sleep'],
  ])('%s finds %s', (sought, written) => {
    const [word = ''] = wordsIn(sought)

    expect(fold(written).startsWith(stemOf(word) ?? '?')).toBe(true)
    expect(partOf(fold(written))).toBe(partOf(word))
  })

  test('leaves short words as they are', () => {
    expect(['sites', 'used', 'bus', 'ring'].map(stemOf)).toEqual(['site', 'used', 'bus', 'ring'])
    expect(['go', 'я', '東'].map(stemOf)).toEqual([null, null, null])
  })
})
