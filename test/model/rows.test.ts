import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Database } from '../../src/model/database.ts'
import { Rows } from '../../src/model/rows.ts'
import { defineTable } from '../../src/model/table.ts'

interface Item {
  readonly id: number
  readonly sort: string
}

const items = defineTable<Item, 'all'>({
  name: 'items',
  key: ({ id }) => String(id),
  places: { all: ({ sort }) => [{ group: 'long', sort }] },
})

/** So many that a list is counted from several places of it. */
const COUNT = 1_000
const rank = fc.oneof(fc.constantFrom(0, 255, 256, 257, 511, 512, 768, 999, 1_000, 1_001), fc.nat(COUNT + 300))
const id = fc.nat(COUNT + 20)
const sort = fc.constantFrom('a', 'm', 'm1', 'z')

type Step =
  | { readonly step: 'put'; readonly id: number; readonly sort: string }
  | { readonly step: 'remove'; readonly id: number }
  | { readonly step: 'list'; readonly skip: number; readonly limit: number }
  | { readonly step: 'count'; readonly atMost: number }
  | { readonly step: 'take back'; readonly id: number; readonly skip: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ step: fc.constant('put' as const), id, sort }),
  fc.record({ step: fc.constant('remove' as const), id }),
  { weight: 3, arbitrary: fc.record({ step: fc.constant('list' as const), skip: rank, limit: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant('count' as const), atMost: rank }) },
  fc.record({ step: fc.constant('take back' as const), id, skip: rank }),
)

test('Finds its place in a long list from wherever it counts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const database = new Database(':memory:', { durable: false })
      const rows = new Rows(database, [items as never])
      const sorts = new Map<string, string>()
      const put = (row: Item) => {
        rows.put(items, row)
        sorts.set(String(row.id), row.sort)
      }
      database.transactionSync(() => {
        for (let number = 0; number < COUNT; number++) put({ id: number, sort: number % 2 === 0 ? 'm' : 'z' })
      })
      const inOrder = () =>
        [...sorts].map(([key, by]) => ({ key, at: `${by}\u0001${key}` })).sort((a, b) => (a.at < b.at ? -1 : 1))
      const keysOf = (spots: readonly { readonly key: string }[]) => spots.map(({ key }) => key)
      for (const one of steps) {
        if (one.step === 'put') put(one)
        else if (one.step === 'remove') {
          rows.remove(items, String(one.id))
          sorts.delete(String(one.id))
        } else if (one.step === 'list') {
          const { skip, limit } = one
          expect(keysOf(rows.list(items.indexes.all, 'long', { skip, limit }))).toEqual(
            keysOf(inOrder().slice(skip, skip + limit)),
          )
        } else if (one.step === 'count') {
          expect(rows.count(items.indexes.all, 'long', one.atMost)).toBe(Math.min(sorts.size, one.atMost))
        } else {
          const { id: changed, skip } = one
          expect(() =>
            database.transactionSync(() => {
              rows.put(items, { id: changed, sort: 'a' })
              rows.list(items.indexes.all, 'long', { skip, limit: 1 })
              throw new Error('taken back')
            }),
          ).toThrow('taken back')
        }
      }
      database.close()
    }),
    { numRuns: 60 },
  )
})
