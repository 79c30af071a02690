import { describe, expect, it } from 'vitest'
import { ownWrites } from '../../src/gateway/own-writes.ts'

const KEY = Buffer.alloc(32, 1)
const request = (headers: Record<string, string> = {}) => new Request('http://localhost/-/x', { headers })
const sentBack = (cookie: string) => request({ cookie: `other=1; ${cookie.split(';')[0]}` })

describe('what a browser can show to have sent', () => {
  it('is what it was given the cookie for, and what it had before', () => {
    const own = ownWrites(() => 1000, KEY)
    const first = own.cookie(request(), 'first', 60)

    const second = own.cookie(sentBack(first), 'second', 60)

    expect(own.of(sentBack(second))).toEqual(['first', 'second'])
    expect(own.of(request())).toEqual([])
  })

  it('is nothing once the time is over', () => {
    let now = 1000
    const own = ownWrites(() => now, KEY)
    const cookie = own.cookie(request(), 'first', 60)

    now += 60_000

    expect(own.of(sentBack(cookie))).toEqual([])
  })

  it('is nothing that was made up, prolonged, or given by another gateway', () => {
    const own = ownWrites(() => 1000, KEY)
    const cookie = own.cookie(request(), 'first', 60)

    expect(own.of(sentBack(cookie.replace('first', 'other')))).toEqual([])
    expect(own.of(sentBack(cookie.replace('61000', '91000')))).toEqual([])
    expect(own.of(sentBack(ownWrites(() => 1000, Buffer.alloc(32, 2)).cookie(request(), 'first', 60)))).toEqual([])
    expect(own.of(sentBack('drowse-own=~..~first.61000.'))).toEqual([])
  })

  it('is out of reach for scripts and other sites, and for plain connections where the site has none', () => {
    const own = ownWrites(() => 1000, KEY)

    expect(own.cookie(request(), 'a', 60)).toMatch(/; Path=\/-\/; Max-Age=60; HttpOnly; SameSite=Strict$/)
    expect(own.cookie(request({ origin: 'https://example.org' }), 'a', 60)).toMatch(/; Secure$/)
  })

  it('is the last ten at most', () => {
    const own = ownWrites(() => 1000, KEY)
    const ids = Array.from({ length: 12 }, (_, index) => `id${index}`)

    const cookie = ids.reduce((before, id) => own.cookie(sentBack(before), id, 60), '')

    expect(own.of(sentBack(cookie))).toEqual(ids.slice(-10))
  })
})
