import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Database } from '../../src/model/database.ts'
import { Graph } from '../../src/model/graph.ts'
import { Recorder } from '../../src/model/recorder.ts'
import { Rows } from '../../src/model/rows.ts'
import { defineTable, LAST_POSITION, positionOf } from '../../src/model/table.ts'
import type { Range, Read } from '../../src/model/types.ts'

interface Item {
  readonly id: string
  readonly groups: readonly string[]
  readonly sort: string
}

const items = defineTable<Item, 'byGroup'>({
  name: 'items',
  key: ({ id }) => id,
  places: { byGroup: ({ groups, sort }) => groups.map((group) => ({ group, sort })) },
})
const { byGroup } = items.indexes

const noQueries = () => {
  throw new Error('These readers ask no queries.')
}

/** A model with one table, and readers that each keep to one way of looking at it. */
class Model {
  readonly database = new Database(':memory:', { durable: false })
  readonly rows = new Rows(this.database, [items as never])
  readonly graph = new Graph(this.database, () => {})

  /** Runs the reader and records it. */
  record(key: string, look: (read: Read) => unknown): unknown {
    const recorder = new Recorder(this.rows, noQueries)
    const seen = look(recorder)
    this.graph.record(key, recorder.reads)
    return seen
  }

  /** The readers of everything altered since the last call. */
  stale(): ReadonlySet<string> {
    return new Set(this.rows.takeTouched().flatMap((fact) => this.graph.readersOf(fact)))
  }
}

const text = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'z'), fc.string({ unit: 'binary', maxLength: 3 }))
const sort = text.filter((value) => !value.includes('\u0000') && value.isWellFormed() && !value.startsWith(LAST_POSITION))
const group = fc.constantFrom('red', 'blue')
const id = fc.constantFrom('1', '2', '3', '4', '5', '6', '7')
const item = fc.record({ id, groups: fc.uniqueArray(group), sort })
const position = fc.oneof(
  fc.tuple(sort, id).map(([by, key]) => positionOf(by, key)),
  fc.constantFrom('', LAST_POSITION),
)

const range: fc.Arbitrary<Range> = fc.record(
  { after: position, before: position, reverse: fc.boolean(), skip: fc.nat(3), limit: fc.nat(4) },
  { requiredKeys: [] },
)

type Look =
  | { readonly look: 'list'; readonly group: string; readonly range: Range }
  | { readonly look: 'rows'; readonly group: string; readonly range: Range }
  | { readonly look: 'count'; readonly group: string; readonly atMost: number | null }
  | { readonly look: 'row'; readonly id: string }

const look: fc.Arbitrary<Look> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ look: fc.constant('list' as const), group, range }) },
  { weight: 3, arbitrary: fc.record({ look: fc.constant('rows' as const), group, range }) },
  fc.record({ look: fc.constant('count' as const), group, atMost: fc.option(fc.nat(4)) }),
  fc.record({ look: fc.constant('row' as const), id }),
)

function run(read: Read, looks: readonly Look[]): unknown {
  return looks.map((each) => {
    if (each.look === 'row') return read.row(items, each.id)
    if (each.look === 'list') return read.list(byGroup, each.group, each.range)
    if (each.look === 'rows') return read.rows(items, byGroup, each.group, each.range)
    return each.atMost === null ? read.count(byGroup, each.group) : read.count(byGroup, each.group, each.atMost)
  })
}

const change = fc.oneof(item, id)

function apply(rows: Rows, changes: readonly (Item | string)[]): void {
  for (const each of changes) {
    if (typeof each === 'string') rows.remove(items, each)
    else rows.put(items, each)
  }
}

/** What a list should be, from the rows alone. */
function listed(
  all: ReadonlyMap<string, Item>,
  groupOf: string,
  { after = '', before = LAST_POSITION, reverse, skip = 0, limit }: Range,
) {
  const spots = [...all.values()]
    .filter(({ groups }) => groups.includes(groupOf))
    .map((each) => ({ key: each.id, position: positionOf(each.sort, each.id) }))
    .filter((spot) => compare(spot.position, after) > 0 && compare(spot.position, before) < 0)
    .toSorted((a, b) => compare(a.position, b.position))
  const ordered = reverse === true ? spots.toReversed() : spots
  return ordered.slice(skip, limit === undefined ? undefined : skip + limit)
}

/** As SQLite compares: the bytes of UTF-8. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

describe('A list', () => {
  test('is what the rows make it, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), group, range, (changes, of, within) => {
        const { rows } = new Model()
        apply(rows, changes)
        const all = new Map<string, Item>()
        for (const each of changes) {
          if (typeof each === 'string') all.delete(each)
          else all.set(each.id, each)
        }

        expect(rows.list(byGroup, of, within)).toEqual(listed(all, of, within))
        expect(rows.rows(items, byGroup, of, within)).toEqual(listed(all, of, within).map(({ key }) => all.get(key)))
        expect(rows.count(byGroup, of)).toBe(listed(all, of, {}).length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('A recorded reader', () => {
  test('is found whenever what it saw is different after a change', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 12 }),
        fc.array(fc.array(look, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
        (before, readers, rounds) => {
          const model = new Model()
          apply(model.rows, before)
          model.stale()
          const seen = readers.map((looks, index) => model.record(`reader ${index}`, (read) => run(read, looks)))
          for (const changes of rounds) {
            apply(model.rows, changes)
            const stale = model.stale()
            for (const [index, looks] of readers.entries()) {
              const now = run(new Recorder(model.rows, noQueries), looks)
              if (JSON.stringify(now) !== JSON.stringify(seen[index])) expect(stale).toContain(`reader ${index}`)
              // As in a build: whoever is found reads again and is recorded anew.
              if (stale.has(`reader ${index}`)) seen[index] = model.record(`reader ${index}`, (read) => run(read, looks))
            }
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  const newest = (read: Read) => read.list(byGroup, 'red', { reverse: true, limit: 2 })

  test('of the newest two is not found by a change of an older one', () => {
    const model = new Model()
    apply(
      model.rows,
      ['1', '2', '3', '4'].map((key) => ({ id: key, groups: ['red'], sort: key })),
    )
    model.stale()
    model.record('newest', newest)

    model.rows.remove(items, '1')
    model.rows.put(items, { id: '5', groups: ['red'], sort: '2a' })

    expect(model.stale()).toEqual(new Set())
    model.rows.put(items, { id: '6', groups: ['red'], sort: '5' })
    expect(model.stale()).toEqual(new Set(['newest']))
  })

  test('of a page in the middle is not found by a row at the end', () => {
    const model = new Model()
    apply(
      model.rows,
      ['1', '2', '3', '4'].map((key) => ({ id: key, groups: ['red'], sort: key })),
    )
    model.stale()
    model.record('second page', (read) => read.list(byGroup, 'red', { skip: 2, limit: 2 }))
    model.record('has three', (read) => read.count(byGroup, 'red', 3))

    model.rows.put(items, { id: '5', groups: ['red'], sort: '5' })

    expect(model.stale()).toEqual(new Set())
  })

  test('is not found by a row of another group, or one that is put as it was', () => {
    const model = new Model()
    apply(model.rows, [{ id: '1', groups: ['red'], sort: '1' }])
    model.stale()
    model.record('red', (read) => [read.list(byGroup, 'red'), read.row(items, '1')])

    model.rows.put(items, { id: '2', groups: ['blue'], sort: '2' })
    model.rows.put(items, { id: '1', groups: ['red'], sort: '1' })

    expect(model.stale()).toEqual(new Set())
  })

  test('that reads something else is no longer found by what it read before', () => {
    const model = new Model()
    model.record('reader', (read) => [read.row(items, '1'), read.list(byGroup, 'red')])
    model.record('reader', (read) => [read.row(items, '2'), read.list(byGroup, 'blue')])

    model.rows.put(items, { id: '1', groups: ['red'], sort: '' })

    expect(model.stale()).toEqual(new Set())
    model.rows.put(items, { id: '2', groups: [], sort: '' })
    expect(model.stale()).toEqual(new Set(['reader']))
  })
})

test('A savepoint that is rolled back leaves rows, places and readers as they were', () => {
  const model = new Model()
  apply(model.rows, [{ id: '1', groups: ['red'], sort: '1' }])
  model.record('old', (read) => read.list(byGroup, 'red'))
  const tables = ['r_items', 'i_items.byGroup', 'readers', 'row_reads', 'span_reads', 'query_reads']
  const contents = () => tables.map((table) => model.database.all(`SELECT * FROM "${table}"`))
  const before = contents()

  expect(() =>
    model.database.transactionSync(() => {
      apply(model.rows, [{ id: '2', groups: ['red', 'blue'], sort: '2' }, '1'])
      model.record('new', (read) => read.row(items, '2'))
      model.record('old', () => null)
      model.graph.forget('old')
      throw new Error('On purpose.')
    }),
  ).toThrow('On purpose.')

  expect(contents()).toEqual(before)
})
