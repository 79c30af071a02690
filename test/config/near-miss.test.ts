import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nearMiss } from '../../src/config/near-miss.ts'

const KEYS = ['title', 'date', 'updated', 'description', 'tags', 'slug', 'draft', 'category']

describe('a near miss', () => {
  it.each([
    ['titel', 'title'],
    ['tag', 'tags'],
    ['Date', 'date'],
    ['TITLE', 'title'],
    ['update', 'updated'],
    ['desciption', 'description'],
    ['descripton', 'description'],
    ['drafts', 'draft'],
    ['categories', 'category'],
    ['slgu', 'slug'],
  ])('%s is %s', (word, meant) => {
    expect(nearMiss(word, KEYS)).toBe(meant)
  })

  it.each(['layout', 'author', 'image', 'permalink', 'weight', 'xy', ''])('%j is none', (word) => {
    expect(nearMiss(word, KEYS)).toBeNull()
  })

  it('is the nearest of several', () => {
    expect(nearMiss('priced', ['prices', 'price', 'priced'])).toBe('priced')
  })
})

describe('the edit distance', () => {
  it.each([
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('of %j and %j is %i', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance)
  })

  it('is the same both ways, and nothing only between equals', () => {
    const word = fc.string({ maxLength: 8 })

    fc.assert(fc.property(word, word, (left, right) => editDistance(left, right) === editDistance(right, left)))
    fc.assert(fc.property(word, word, (left, right) => (editDistance(left, right) === 0) === (left === right)))
  })
})
