import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DrowseError } from '../../src/errors/drowse-error.ts'
import type { Acceptance, Journal } from '../../src/journal/types.ts'
import type { Receipt } from '../../src/protocol/types.ts'

interface Subject {
  /** Opens the journal of this test; a second call opens the same data again. */
  open(options?: { now?: () => number }): Journal
}

/** What every journal must do. `fresh` gives each test a journal of its own. */
export function journalContract(name: string, fresh: () => Subject): void {
  describe(`the journal contract: ${name}`, () => {
    it('accepts a write, gives it an unguessable id and finds it again', async () => {
      const journal = fresh().open()
      const { entry, fresh: isFresh } = await journal.accept(comment('hello'))
      expect(isFresh).toBe(true)
      expect(entry.state).toBe('accepted')
      expect(entry.write.id).toMatch(/^[0-9a-z]{26}$/)
      expect(journal.find('blog', entry.write.id)).toEqual(entry)
      expect(journal.find('other', entry.write.id)).toBeNull()
    })

    it('answers the same key and payload with the same write', async () => {
      const journal = fresh().open()
      const first = await journal.accept(comment('hello', 'k1'))
      const again = await journal.accept({ ...comment('hello', 'k1'), payload: { page: '/a/', text: 'hello' } })
      expect(again.fresh).toBe(false)
      expect(again.entry.write.id).toBe(first.entry.write.id)
      expect(journal.claim('blog', 10)?.writes).toHaveLength(1)
    })

    it('takes the payload for the key where there is none', async () => {
      const journal = fresh().open()
      const first = await journal.accept(comment('hello', null))
      const again = await journal.accept(comment('hello', null))
      const other = await journal.accept(comment('goodbye', null))
      expect(again.entry.write.id).toBe(first.entry.write.id)
      expect(other.fresh).toBe(true)
    })

    it('takes a payload anew that was rejected, whatever became of it meanwhile', async () => {
      const journal = fresh().open()
      const first = await journal.accept(comment('hello', null))
      const batch = claim(journal)
      journal.applied(batch, [rejected(first.entry.write)])
      const meanwhile = await journal.accept(comment('hello', null))
      journal.published(batch)
      const again = await journal.accept(comment('hello', null))
      const twice = await journal.accept(comment('hello', null))
      expect([meanwhile, again, twice].map((one) => one.fresh)).toEqual([false, true, false])
      expect(twice.entry.write.id).toBe(again.entry.write.id)
      expect(journal.find('blog', first.entry.write.id)?.receipt).toEqual(rejected(first.entry.write))
    })

    it('takes a payload anew that was applied more than a day ago, and never one that is open', async () => {
      let now = Date.parse('2030-01-01T00:00:00Z')
      const journal = fresh().open({ now: () => now })
      await journal.accept(comment('done', null))
      const batch = claim(journal)
      journal.applied(batch, batch.writes.map(applied))
      journal.published(batch)
      await journal.accept(comment('open', null))
      now += 23 * 3_600_000
      const sameDay = await journal.accept(comment('done', null))
      now += 2 * 3_600_000
      const nextDay = await journal.accept(comment('done', null))
      const open = await journal.accept(comment('open', null))
      expect([sameDay, nextDay, open].map((one) => one.fresh)).toEqual([false, true, false])
    })

    it('answers a key with its write for ever, rejected or old', async () => {
      let now = Date.parse('2030-01-01T00:00:00Z')
      const journal = fresh().open({ now: () => now })
      const { entry } = await journal.accept(comment('hello', 'k1'))
      const batch = claim(journal)
      journal.applied(batch, [rejected(entry.write)])
      journal.published(batch)
      now += 48 * 3_600_000
      const again = await journal.accept(comment('hello', 'k1'))
      expect(again).toMatchObject({ fresh: false, entry: { write: { id: entry.write.id } } })
    })

    it('keeps keys of different sites and kinds apart', async () => {
      const journal = fresh().open()
      const all = await Promise.all([
        journal.accept(comment('one', 'k')),
        journal.accept({ ...comment('two', 'k'), site: 'other' }),
        journal.accept({ ...comment('three', 'k'), kind: 'post.save' }),
      ])
      expect(all.map((one) => one.fresh)).toEqual([true, true, true])
    })

    it('recalls what it would answer with, and accepts nothing', async () => {
      const journal = fresh().open()
      const { entry } = await journal.accept(comment('hello', 'k1'))
      await journal.accept(comment('hello', null))
      expect(journal.recall(comment('hello', 'k1'))).toEqual(entry)
      expect(journal.recall(comment('hello', null))).not.toBeNull()
      expect([comment('another', 'k1'), comment('hello', 'k2'), comment('another', null)].map(journal.recall)).toEqual([
        null,
        null,
        null,
      ])
      expect(texts(journal)).toHaveLength(2)
    })

    it('refuses a reused key without failing its neighbours in the same commit', async () => {
      const journal = fresh().open()
      const results = await Promise.allSettled([
        journal.accept(comment('one', 'k1')),
        journal.accept(comment('another', 'k1')),
        journal.accept(comment('two', 'k2')),
      ])
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(results[1]).toMatchObject({ reason: { code: 'key-reused' } })
      expect(texts(journal)).toEqual(['one', 'two'])
    })

    it('claims the oldest writes first, again until they are published', async () => {
      const journal = fresh().open()
      for (const text of ['a', 'b', 'c']) await journal.accept(comment(text))
      expect(texts(journal, 2)).toEqual(['a', 'b'])
      const batch = claim(journal, 2)
      journal.applied(batch, batch.writes.map(applied))
      expect(texts(journal, 2)).toEqual(['a', 'b'])
      journal.published(batch)
      expect(texts(journal, 2)).toEqual(['c'])
    })

    it('claims the owner’s writes before those of visitors, and never both at once', async () => {
      const journal = fresh().open()
      for (const text of ['a', 'b']) await journal.accept(comment(text))
      const owners = { ...comment('c'), actor: { role: 'owner' } } as const
      await journal.accept(owners)

      expect(texts(journal)).toEqual(['c'])
      const batch = claim(journal)
      journal.applied(batch, batch.writes.map(applied))
      journal.published(batch)
      expect(texts(journal)).toEqual(['a', 'b'])
    })

    it('counts the visitors’ writes of a site that are neither published nor parked', async () => {
      const journal = fresh().open()
      const owners = { ...comment('o'), actor: { role: 'owner' } } as const
      await journal.accept(owners)
      for (const text of ['a', 'b', 'c']) await journal.accept(comment(text))
      await journal.accept({ ...comment('elsewhere'), site: 'other' })
      expect(journal.backlog('blog')).toBe(3)

      journal.published(claim(journal))
      const batch = claim(journal, 1)
      journal.applied(batch, batch.writes.map(applied))
      expect(journal.backlog('blog')).toBe(3)
      journal.published(batch)
      journal.park('blog', claim(journal, 1).writes[0]?.id ?? '', 'broken')

      expect(journal.backlog('blog')).toBe(1)
    })

    it('keeps receipts, and takes the same ones twice', async () => {
      const journal = fresh().open()
      const { entry } = await journal.accept(comment('a'))
      const batch = claim(journal)
      journal.applied(batch, batch.writes.map(applied))
      journal.applied(batch, batch.writes.map(applied))
      journal.published(batch)
      journal.published(batch)
      expect(journal.find('blog', entry.write.id)).toMatchObject({ state: 'published', receipt: applied(entry.write) })
    })

    it('keeps all that a receipt says', async () => {
      const journal = fresh().open()
      const { entry } = await journal.accept(comment('a'))
      const problems = [
        { where: 'text', line: 1, column: 2, rule: 'r', message: 'Odd.', hint: 'Mend it.', severity: 'warning' as const },
      ]
      const receipt: Receipt = {
        write: entry.write.id,
        status: 'applied',
        result: { n: [1, null] },
        problems,
      }
      journal.applied(claim(journal), [receipt])
      expect(journal.find('blog', entry.write.id)?.receipt).toEqual(receipt)
    })

    it('keeps the bytes a write brings for as long as an open write needs them', async () => {
      const journal = fresh().open()
      const bytes = new TextEncoder().encode('a picture')
      const digest = hash('sha256', bytes)
      await journal.accept({ ...comment('a'), blobs: new Map([[digest, bytes]]) })
      const first = claim(journal)
      await journal.accept({ ...comment('b'), blobs: new Map([[digest, bytes]]) })
      journal.published(first)
      expect(Buffer.from(journal.blob(digest))).toEqual(Buffer.from(bytes))
      journal.published(claim(journal))
      expect(() => journal.blob(digest)).toThrow(/no bytes/)
    })

    it('refuses a blob that does not have its hash', async () => {
      const journal = fresh().open()
      const acceptance = { ...comment('a'), blobs: new Map([['0'.repeat(64), new Uint8Array([1])]]) }
      await expect(journal.accept(acceptance)).rejects.toMatchObject({ code: 'internal' })
      expect(journal.claim('blog', 1)).toBeNull()
    })

    it('parks a write so that those behind it go on, and puts it back in its old place', async () => {
      const journal = fresh().open()
      const { entry } = await journal.accept(comment('poison'))
      await journal.accept(comment('b'))
      journal.park('blog', entry.write.id, 'it always fails')
      expect(texts(journal)).toEqual(['b'])
      expect(journal.parked('blog')).toMatchObject([{ state: 'parked', parkedBecause: 'it always fails' }])
      expect(journal.unpark('blog', entry.write.id)).toBe(true)
      expect(journal.unpark('blog', entry.write.id)).toBe(false)
      expect(texts(journal)).toEqual(['poison', 'b'])
    })

    it('puts all parked writes back at once, of every site', async () => {
      const journal = fresh().open()
      for (const site of ['one', 'two']) {
        const { entry } = await journal.accept({ ...comment('a'), site })
        journal.park(site, entry.write.id, 'it always fails')
      }
      expect(journal.unparkAll()).toBe(2)
      expect(journal.unparkAll()).toBe(0)
      expect(journal.sitesWithWork()).toEqual(['one', 'two'])
    })

    it('names the sites that have work', async () => {
      const journal = fresh().open()
      await journal.accept({ ...comment('a'), site: 'one' })
      await journal.accept({ ...comment('a'), site: 'two' })
      journal.published(claim(journal, 1, 'one'))
      expect(journal.sitesWithWork()).toEqual(['two'])
    })

    it('never lets acceptedAt go backwards when the clock does', async () => {
      const subject = fresh()
      let now = Date.parse('2030-01-01T00:00:10Z')
      const journal = subject.open({ now: () => now })
      const first = await journal.accept(comment('a'))
      now -= 3_600_000
      const second = await journal.accept(comment('b'))
      journal.close()
      const third = await subject.open({ now: () => now }).accept(comment('c'))
      expect([second, third].map((one) => one.entry.write.acceptedAt)).toEqual(Array(2).fill(first.entry.write.acceptedAt))
    })

    it('forgets published writes that are old enough, and no others', async () => {
      const journal = fresh().open({ now: () => Date.parse('2030-01-01T00:00:00Z') })
      const { entry } = await journal.accept(comment('a'))
      journal.published(claim(journal))
      await journal.accept(comment('b'))
      expect(journal.prune('2029-12-31T00:00:00.000Z')).toBe(0)
      expect(journal.prune('2030-01-02T00:00:00.000Z')).toBe(1)
      expect(journal.find('blog', entry.write.id)).toBeNull()
      expect(texts(journal)).toEqual(['b'])
    })

    it('keeps everything over a restart and raises its epoch', async () => {
      const subject = fresh()
      const before = subject.open()
      await before.accept({ ...comment('a'), state: { key: 'folder', value: 'v1' } })
      before.state.set('other', 'x')
      before.effects.add('blog', [{ id: 'e1', kind: 'mail', payload: { to: 'a' } }])
      before.close()
      const after = subject.open()
      expect(texts(after)).toEqual(['a'])
      expect(after.state.get('folder')).toBe('v1')
      expect(after.effects.waiting('blog')).toEqual([{ id: 'e1', kind: 'mail', payload: { to: 'a' } }])
      expect(after.epoch).toBe(before.epoch + 1)
    })

    it('sets the state of an acceptance only when the write is fresh', async () => {
      const journal = fresh().open()
      await journal.accept({ ...comment('a', 'k'), state: { key: 'folder', value: 'v1' } })
      await journal.accept({ ...comment('a', 'k'), state: { key: 'folder', value: 'v2' } })
      expect(journal.state.get('folder')).toBe('v1')
    })

    it('lists and removes state by key', () => {
      const journal = fresh().open()
      journal.state.set('wake/b', '2')
      journal.state.set('wake/a', '1')
      journal.state.set('other', '3')
      journal.state.set('wake/b', null)
      expect(journal.state.entries('wake/')).toEqual([['wake/a', '1']])
      expect(journal.state.get('wake/b')).toBeNull()
    })

    it('performs an effect once, however often it is added', () => {
      const journal = fresh().open()
      const effects = [
        { id: 'e1', kind: 'mail', payload: 1 },
        { id: 'e2', kind: 'mail', payload: 2 },
      ]
      journal.effects.add('blog', effects)
      journal.effects.performed('blog', 'e1')
      journal.effects.add('blog', effects)
      expect(journal.effects.waiting('blog').map((effect) => effect.id)).toEqual(['e2'])
    })

    it('gives one process at a time the data', () => {
      const subject = fresh()
      const journal = subject.open()
      expect(() => subject.open()).toThrow(expect.objectContaining({ code: 'data-in-use' } satisfies Partial<DrowseError>))
      journal.close()
      expect(() => subject.open()).not.toThrow()
    })
  })
}

export function comment(text: string, key: string | null = text): Acceptance {
  return { site: 'blog', kind: 'comment.create', actor: { role: 'visitor' }, payload: { text, page: '/a/' }, key }
}

export function applied(write: { readonly id: string }): Receipt {
  return { write: write.id, status: 'applied', page: '/a/', anchor: 'comment-1' }
}

function rejected(write: { readonly id: string }): Receipt {
  return { write: write.id, status: 'rejected', code: 'parent-unknown', message: 'No such comment.' }
}

export function claim(journal: Journal, limit = 100, site = 'blog') {
  const batch = journal.claim(site, limit)
  if (batch === null) throw new Error('Expected work to claim.')
  return batch
}

function texts(journal: Journal, limit = 100): unknown[] {
  const batch = journal.claim('blog', limit)
  return (batch?.writes ?? []).map((write) =>
    write.payload !== null && typeof write.payload === 'object' && 'text' in write.payload ? write.payload.text : null,
  )
}
