import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Site } from '../../src/build/site.ts'
import type { Feature } from '../../src/features/types.ts'
import { Database } from '../../src/model/database.ts'
import { templates } from '../../src/model/site-tables.ts'
import { defineQuery, defineTable } from '../../src/model/table.ts'
import type { Query, Read, Table } from '../../src/model/types.ts'
import type { Json } from '../../src/protocol/types.ts'
import type { Route } from '../../src/render/types.ts'

/** A row is a small program: what the query or page of that number reads. It may only ask about higher numbers, so nothing asks itself. */
interface Program {
  readonly id: number
  readonly asks: readonly number[]
  /** Asks about a further one only if the first answer is of this parity: what is read depends on what was read. */
  readonly thenAsks: number | null
  readonly value: number
  readonly hasPage: boolean
}

const SIZE = 7

const programs = defineTable<Program, 'all'>({
  name: 'programs',
  key: ({ id }) => String(id),
  places: { all: ({ id, value }) => [{ group: String(value % 2), sort: String(id) }] },
})

/** How often the query below was worked out. */
let runs = 0

/** Small results on purpose: most changes of what is below leave the answer as it is. */
const answer: Query<number, number> = defineQuery('answer', (read, id) => {
  runs++
  const program = read.row(programs, String(id))
  if (program === null) return -1
  const answers = program.asks.map((asked) => read.query(answer, asked))
  const more = program.thenAsks !== null && (answers[0] ?? 0) % 2 === 0 ? [read.query(answer, program.thenAsks)] : []
  return [...answers, ...more].reduce((sum, each) => sum + each, program.value) % 3
})

const evens = defineQuery<null, number>('evens', (read) => read.count(programs.indexes.all, '0', 2))

function pageText(read: Read, id: string): string {
  const program = read.row(programs, id)
  const asks = program?.asks ?? []
  return JSON.stringify([program?.value, asks.map((asked) => read.query(answer, asked)), read.query(evens, null)])
}

const pages: Route = {
  name: 'program',
  over: { table: programs.name },
  pages: (read, id) => (read.row(programs, id)?.hasPage ? [{ path: `/${id}/`, argument: id }] : []),
  render: (context, id) => ({ content: pageText(context, String(id)), contentType: 'text/plain' }),
}

/** One page whose address follows from a query's answer. */
const wanderer: Route = {
  name: 'wanderer',
  pages: (read) => [{ path: `/at-${read.query(answer, 1)}/`, argument: null }],
  render: (context) => ({ content: String(context.query(answer, 0)), contentType: 'text/plain' }),
}

const feature: Feature = {
  name: 'programs',
  // What every site has, and is asked for with each change.
  tables: [programs, templates] as unknown as readonly Table<never>[],
  queries: [answer, evens] as unknown as readonly Query[],
  routes: [pages, wanderer],
}

const PARTS = {
  theme: {
    shortcodes: [],
    shortcode() {
      throw new Error('No page here has a shortcode.')
    },
    render() {
      throw new Error('No page here has a template.')
    },
  },
  bodies: { get: () => null },
  blob: () => new Uint8Array(),
}

class Publisher {
  readonly database = new Database(':memory:', { durable: false })
  readonly output = new Map<string, string>()
  #engine = 1
  #site = new Site(this.database, [feature], 'engine-1')

  /** Returns how many pages were rendered. */
  async publish(changes: readonly Change[], { fails = false, newEngine = false } = {}): Promise<number> {
    if (newEngine) this.#site = new Site(this.database, [feature], `engine-${++this.#engine}`)
    let rendered = 0
    const work = async () => {
      const { plan } = this.#site.change((change) => {
        for (const each of changes) {
          if (typeof each === 'number') change.remove(programs, String(each))
          else change.put(programs, each)
        }
      })
      const published = new Map<string, string>()
      const summary = await this.#site.render(plan, PARTS, ({ key }, bytes) => {
        published.set(key, new TextDecoder().decode(bytes))
      })
      if (fails) throw new Error('On purpose.')
      for (const key of plan.removed) this.output.delete(key)
      for (const [key, content] of published) this.output.set(key, content)
      rendered = summary.rendered
    }
    await this.database.transaction(work).catch((error: unknown) => {
      if (!fails) throw error
    })
    return rendered
  }

  /** Queries that are in the graph although nothing reads them, and reads of queries that are not in it. */
  get loose(): readonly Json[] {
    const unread = this.database.all(
      `SELECT key FROM readers WHERE key LIKE '["query"%' AND id NOT IN (SELECT query FROM query_reads)`,
    )
    const dangling = this.database.all('SELECT query FROM query_reads WHERE query NOT IN (SELECT id FROM readers)')
    const ownerless = this.database.all('SELECT reader FROM row_reads WHERE reader NOT IN (SELECT id FROM readers)')
    return [...unread, ...dangling, ...ownerless].map((row) => JSON.stringify(row))
  }
}

type Change = Program | number

const program: fc.Arbitrary<Program> = fc.nat(SIZE).chain((id) => {
  const higher = fc.integer({ min: id + 1, max: SIZE + 2 })
  return fc.record({
    id: fc.constant(id),
    asks: fc.array(higher, { maxLength: 3 }),
    thenAsks: fc.option(higher),
    value: fc.nat(3),
    hasPage: fc.boolean(),
  })
})
const change: fc.Arbitrary<Change> = fc.oneof({ weight: 5, arbitrary: program }, fc.nat(SIZE))
const round = fc.record({
  changes: fc.array(change, { maxLength: 4 }),
  fate: fc.constantFrom('ends', 'ends', 'ends', 'fails', 'new engine'),
})

function finalPrograms(rounds: readonly { changes: readonly Change[]; fate: string }[]): readonly Program[] {
  const all = new Map<number, Program>()
  for (const each of rounds.filter(({ fate }) => fate !== 'fails').flatMap(({ changes }) => changes)) {
    if (typeof each === 'number') all.delete(each)
    else all.set(each.id, each)
  }
  return [...all.values()]
}

describe('Queries that read what other queries answer', () => {
  test('lead to the same pages as a site made at once, and leave nothing behind that nobody reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 12 }), async (rounds) => {
        const grown = new Publisher()
        for (const { changes, fate } of rounds)
          await grown.publish(changes, { fails: fate === 'fails', newEngine: fate === 'new engine' })
        await grown.publish([])
        const fresh = new Publisher()
        await fresh.publish(finalPrograms(rounds))

        expect(Object.fromEntries(grown.output)).toEqual(Object.fromEntries(fresh.output))
        expect(grown.loose).toEqual([])
      }),
      { numRuns: Number(process.env.DROWSE_RUNS ?? 600) },
    )
  }, 3_600_000)

  const one = (id: number, fields: Partial<Program> = {}): Program => ({
    id,
    asks: [],
    thenAsks: null,
    value: 0,
    hasPage: false,
    ...fields,
  })

  test('stop a change where the answer stays the same', async () => {
    const site = new Publisher()
    await site.publish([one(2, { hasPage: true, asks: [3] }), one(3, { asks: [4] }), one(4, { value: 1 })])

    await expect(site.publish([one(4, { value: 4 })])).resolves.toBe(0)
    await expect(site.publish([one(4, { value: 2 })])).resolves.toBe(1)
  })

  test('are not worked out again for a page that reads something else as well, until what they come from is another', async () => {
    const site = new Publisher()
    const inner = one(3, { value: 1 })
    await site.publish([one(2, { hasPage: true, asks: [3] }), inner])
    const before = runs

    await site.publish([one(2, { hasPage: true, asks: [3], value: 1 })])
    expect(runs - before).toBe(0)

    await site.publish([{ ...inner, value: 2 }])
    expect(runs - before).toBe(1)
    expect(site.output.get('2/index.html')).toBe('[1,[2],1]')
  })

  test('are forgotten with the last page that asks them', async () => {
    const site = new Publisher()
    await site.publish([one(2, { hasPage: true, asks: [3] }), one(3, { asks: [4] })])
    const queries = () => site.database.all(`SELECT key FROM readers WHERE key LIKE '["query","answer"%'`).map(({ key }) => key)
    const withPage = queries()

    await site.publish([2])

    expect(withPage).toContain('["query","answer",4]')
    expect(queries().toSorted()).toEqual(['["query","answer",0]', '["query","answer",1]'])
  })
})
