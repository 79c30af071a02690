import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from '../../src/content/types.ts'
import { frontOf, LIST_QUERIES, type ListName, pageNumbers, pageOf } from '../../src/features/blog/lists.ts'
import { Database } from '../../src/model/database.ts'
import { Graph } from '../../src/model/graph.ts'
import { Queries } from '../../src/model/queries.ts'
import { Recorder } from '../../src/model/recorder.ts'
import { Rows } from '../../src/model/rows.ts'
import { entries, settings } from '../../src/model/site-tables.ts'
import type { Read, Table } from '../../src/model/types.ts'

const POSTS: ListName = { by: 'byKind', group: 'post' }

function post(number: number): Entry {
  const slug = String(number).padStart(3, '0')
  const filed = { tags: [], terms: [], aliases: [], language: null }
  const words = { title: slug, description: '', data: {}, ...filed, bodyHash: '', bodyLine: 1, firstPicture: null, anchors: [] }
  const dates = { date: '2024-01-01T00:00:00.000Z', updated: null, draft: false, shown: true }
  return { id: `post/${slug}`, kind: 'post', slug, path: `/posts/${slug}/`, source: `${slug}.md`, ...words, ...dates }
}

/** A site of this many posts, all of one date, cut into pages of this size. */
function siteOf(count: number, size: number): Read {
  const database = new Database(':memory:', { durable: false })
  const rows = new Rows(database, [entries, settings] as unknown as readonly Table<never>[])
  rows.put(settings, { name: 'postsPerPage', value: size })
  for (let number = 1; number <= count; number++) rows.put(entries, post(number))
  const graph = new Graph(database, () => {})
  const queries = new Queries(graph, rows, LIST_QUERIES, () => {})
  return new Recorder(rows, (query, argument) => queries.answer(query, argument))
}

const sizes = [fc.nat(23), fc.integer({ min: 1, max: 5 })] as const

test('The front and the numbered pages hold every post, newest first, whatever the number of posts', () => {
  fc.assert(
    fc.property(...sizes, (count, size) => {
      const read = siteOf(count, size)
      const numbers = pageNumbers(read, POSTS)
      const paged = numbers.toReversed().flatMap((number) => pageOf(read, POSTS, number).spots)
      const front = frontOf(read, POSTS).spots

      const all = Array.from({ length: count }, (_, index) => post(count - index).id)
      expect(front.map(({ key }) => key)).toEqual(all.slice(0, front.length))
      expect([...new Set([...front, ...paged].map(({ key }) => key))]).toEqual(all)
      expect(front.length).toBeGreaterThanOrEqual(Math.min(count, size))
      expect(front.length).toBeLessThan(2 * size)
    }),
  )
})

test('Older and newer lead from the front through every page that it does not replace, and back', () => {
  fc.assert(
    fc.property(...sizes, (count, size) => {
      const read = siteOf(count, size)
      const numbers = pageNumbers(read, POSTS)

      const way: number[] = []
      for (let number = frontOf(read, POSTS).older; number !== null; number = pageOf(read, POSTS, number).older) way.push(number)

      expect(way).toEqual(numbers.slice(0, -1).toReversed())
      expect(numbers.map((number) => pageOf(read, POSTS, number).newer)).toEqual(numbers.map((number) => numbers[number] ?? null))
    }),
  )
})

test('A numbered page keeps its posts when newer ones come', () => {
  fc.assert(
    fc.property(...sizes, fc.integer({ min: 1, max: 9 }), (count, size, more) => {
      const [before, after] = [siteOf(count, size), siteOf(count + more, size)]

      for (const number of pageNumbers(before, POSTS)) {
        expect(pageOf(after, POSTS, number).spots).toEqual(pageOf(before, POSTS, number).spots)
      }
    }),
  )
})
