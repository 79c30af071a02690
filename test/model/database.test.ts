import { beforeEach, describe, expect, test } from 'vitest'
import { Database } from '../../src/model/database.ts'

let database: Database

beforeEach(() => {
  database = new Database(':memory:', { durable: false })
  database.exec('CREATE TABLE notes (text TEXT)')
})

const note = (text: string) => database.run('INSERT INTO notes (text) VALUES (?)', text)
const notes = () => database.all('SELECT text FROM notes').map(({ text }) => text)

function failing(work: () => void): never {
  work()
  throw new Error('On purpose.')
}

describe('A transaction', () => {
  test('keeps what was done when it ends, and returns its result', async () => {
    await expect(database.transaction(async () => note('one'))).resolves.toBe(1)
    expect(database.transactionSync(() => note('two'))).toBe(1)

    expect(notes()).toEqual(['one', 'two'])
  })

  test('takes everything back when it throws, and when it rejects', async () => {
    expect(() => database.transactionSync(() => failing(() => note('one')))).toThrow('On purpose.')
    await expect(database.transaction(async () => failing(() => note('two')))).rejects.toThrow('On purpose.')

    expect(notes()).toEqual([])
  })

  test('inside another takes back its own part alone', async () => {
    await database.transaction(async () => {
      note('before')
      expect(() =>
        database.transactionSync(() => {
          note('inside')
          database.transactionSync(() => note('deeper'))
          failing(() => note('last'))
        }),
      ).toThrow('On purpose.')
      note('after')
    })

    expect(notes()).toEqual(['before', 'after'])
  })

  test('takes back the inner ones that had ended when the outer one fails', () => {
    expect(() => database.transactionSync(() => failing(() => database.transactionSync(() => note('inside'))))).toThrow()

    expect(notes()).toEqual([])
  })

  test('works after any number of failed ones', async () => {
    for (let round = 0; round < 5; round++) {
      await expect(database.transaction(async () => database.transactionSync(() => failing(() => note('lost'))))).rejects.toThrow(
        'On purpose.',
      )
    }

    database.transactionSync(() => note('kept'))

    expect(notes()).toEqual(['kept'])
  })

  test('that SQLite took back on a full disk lets nothing through that was meant for it', () => {
    const fill = () => {
      for (let round = 0; round < 100; round++) note('x'.repeat(4000))
    }
    const pages = Number(database.get('PRAGMA page_count')?.page_count)
    database.exec(`PRAGMA max_page_count = ${pages + 2}`)

    expect(() =>
      database.transactionSync(() => {
        expect(fill).toThrow('database or disk is full')
        note('stray')
      }),
    ).toThrow('The transaction is gone.')

    expect(notes()).toEqual([])
    database.transactionSync(() => note('small'))
    expect(notes()).toEqual(['small'])
  })

  test('tells of every rollback, of inner ones too', () => {
    const told: string[] = []
    database.onRollback(() => told.push('taken back'))

    database.transactionSync(() => {
      expect(() => database.transactionSync(() => failing(() => note('inside')))).toThrow()
      note('outside')
    })

    expect(told).toEqual(['taken back'])
    expect(notes()).toEqual(['outside'])
  })
})

test('A database in a folder that is not there says where it should be and what to do', () => {
  expect(() => new Database('/nowhere/at/all/site.db', { durable: false })).toThrow(
    expect.objectContaining({
      code: 'folder-unwritable',
      message: expect.stringContaining('/nowhere/at/all/site.db'),
      hint: 'Check that its folder exists and may be written to.',
    }),
  )
})
