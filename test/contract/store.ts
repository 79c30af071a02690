import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/publish/types.ts'

const page = { contentType: 'text/html', cache: 'page' } as const

/** What every store must do. `fresh` gives each test an empty one. */
export function storeContract(name: string, fresh: () => Store | Promise<Store>): void {
  describe(`the store contract: ${name}`, () => {
    it('gives back what was put, and null for what was not', async () => {
      const store = await fresh()
      expect(await store.put('posts/hello/index.html', bytes('hello'), page)).toBe(true)
      expect(text(await store.get('posts/hello/index.html'))).toBe('hello')
      expect(await store.get('posts/other/index.html')).toBeNull()
      expect(await store.get('posts/hello')).toBeNull()
    })

    it('replaces what is there, and takes the same bytes twice', async () => {
      const store = await fresh()
      for (const content of ['one', 'two', 'two']) await store.put('a.html', bytes(content), page)
      expect(text(await store.get('a.html'))).toBe('two')
    })

    it('keeps bytes as they are, empty ones and large ones too', async () => {
      const store = await fresh()
      const all = new Uint8Array(1_000_000).map((_, index) => index % 256)
      await store.put('large.bin', all, { contentType: 'application/octet-stream', cache: 'page' })
      await store.put('empty.txt', new Uint8Array(), page)
      expect(Buffer.from((await store.get('large.bin')) ?? []).equals(Buffer.from(all))).toBe(true)
      expect((await store.get('empty.txt'))?.byteLength).toBe(0)
    })

    it('creates a key once when it is told createOnly', async () => {
      const store = await fresh()
      expect(store.capabilities.createOnly).toBe(true)
      const results = await Promise.all(
        ['a', 'b', 'c'].map((content) => store.put('releases/1.json', bytes(content), page, 'createOnly')),
      )
      expect(results.filter((created) => created)).toHaveLength(1)
      expect(await store.put('releases/1.json', bytes('d'), page, 'createOnly')).toBe(false)
    })

    it('takes many puts at once, into folders that don’t exist yet', async () => {
      const store = await fresh()
      const keys = Array.from({ length: 100 }, (_, n) => `deep/${n % 7}/${n % 3}/${n}.html`)
      await Promise.all(keys.map((key) => store.put(key, bytes(key), page)))
      for (const key of keys) expect(text(await store.get(key))).toBe(key)
    })

    it('lists the keys that begin with a prefix', async () => {
      const store = await fresh()
      for (const key of ['site/b.html', 'site/a/index.html', 'site/ab.txt', 'other/a.html'])
        await store.put(key, bytes(key), page)
      expect((await Array.fromAsync(store.list('site/'))).sort()).toEqual(['site/a/index.html', 'site/ab.txt', 'site/b.html'])
      expect((await Array.fromAsync(store.list('site/a'))).sort()).toEqual(['site/a/index.html', 'site/ab.txt'])
      expect(await Array.fromAsync(store.list('nothing/'))).toEqual([])
    })

    it('removes keys, and does not mind those that are not there', async () => {
      const store = await fresh()
      await store.put('a/b/c.html', bytes('c'), page)
      await store.put('a/d.html', bytes('d'), page)
      await store.remove(['a/b/c.html', 'a/b/c.html', 'never/was.html'])
      expect(await Array.fromAsync(store.list(''))).toEqual(['a/d.html'])
    })

    it('removes nothing below a key that is not there', async () => {
      const store = await fresh()
      await store.put('a/b/c.html', bytes('c'), page)
      await store.remove(['a/b'])
      expect(text(await store.get('a/b/c.html'))).toBe('c')
    })

    it('puts and removes in one folder at the same time', async () => {
      const store = await fresh()
      for (let round = 0; round < 30; round++) {
        await store.put('tags/old/index.html', bytes('old'), page)
        await Promise.all([store.remove(['tags/old/index.html']), store.put(`tags/new${round}/index.html`, bytes('new'), page)])
      }
      expect(await Array.fromAsync(store.list('tags/'))).toHaveLength(30)
    })

    it('copies an object over what is there, and says when there is none', async () => {
      const store = await fresh()
      const info = { key: 'a.html', hash: hash('sha256', bytes('one')), sizeBytes: 3, ...page }
      await store.put('a.html', bytes('one'), info)
      await store.put('deep/b.html', bytes('two'), page)
      expect(await store.copy('a.html', 'deep/b.html')).toBe(true)
      expect(await store.copy('a.html', 'deep/b.html')).toBe(true)
      expect(await store.holds('deep/b.html', info)).toBe(true)
      await store.put('a.html', bytes('new'), page)
      expect(text(await store.get('deep/b.html'))).toBe('one')
      expect(await store.copy('none.html', 'deep/b.html')).toBe(false)
      expect(text(await store.get('deep/b.html'))).toBe('one')
    })

    it('knows whether exactly an object is there', async () => {
      const store = await fresh()
      const info = { key: 'a.html', hash: hash('sha256', bytes('one')), sizeBytes: 3, ...page }
      expect(await store.holds('a.html', info)).toBe(false)
      await store.put('a.html', bytes('one'), info)
      expect(await store.holds('a.html', info)).toBe(true)
      await store.put('a.html', bytes('two'), page)
      expect(await store.holds('a.html', info)).toBe(false)
      expect(await store.holds('a.html', { ...info, hash: hash('sha256', bytes('two')) })).toBe(true)
    })

    it('lists more keys than a store tells at once, and removes them', async () => {
      const store = await fresh()
      const keys = Array.from({ length: 1100 }, (_, n) => `many/${n}.txt`)
      const rest = keys.values()
      const lane = async () => {
        for (const key of rest) await store.put(key, bytes('x'), page)
      }
      await Promise.all(Array.from({ length: 16 }, lane))
      expect((await Array.fromAsync(store.list('many/'))).sort()).toEqual(keys.toSorted())
      await store.remove(keys)
      expect(await Array.fromAsync(store.list('many/'))).toEqual([])
    })

    it('takes names in any script', async () => {
      const store = await fresh()
      await store.put('заметки/привет, мир/index.html', bytes('мир'), page)
      expect(text(await store.get('заметки/привет, мир/index.html'))).toBe('мир')
    })

    it.each(['tags/con/index.html', 'aux.html', 'media/what?.png', 'c:drive', 'dot.'])(
      'takes a name that only Windows minds: %s',
      async (key) => {
        const store = await fresh()
        await store.put(key, bytes('x'), page)
        expect(text(await store.get(key))).toBe('x')
      },
    )

    it.each([
      '../up.html',
      'a/../../up.html',
      '/absolute.html',
      'a//b.html',
      'a/',
      '',
      './a.html',
      'a\\b.html',
      'a\u0000b',
      'x'.repeat(300),
    ])('refuses the key %j', async (key) => {
      const store = await fresh()
      await expect(store.put(key, bytes('x'), page)).rejects.toMatchObject({ code: 'store-failed' })
    })
  })
}

export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

export function text(content: Uint8Array | null): string | null {
  return content === null ? null : new TextDecoder().decode(content)
}
