import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drowse, type Product, startProduct, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

describe('a comment on a site whose owner reads them first', () => {
  const place = workplace('small', 'moderation: hold')
  const held = { text: 'Read me first.' }
  let product: Product
  let heldPage = ''

  beforeAll(async () => {
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  it('is held: its sender is told so, and the post does not show it', async () => {
    const response = await postForm(product.url, held)
    heldPage = response.headers.get('location') ?? ''
    expect(response.status).toBe(303)
    expect(heldPage).toMatch(/^\/comments\/held\/[0-9a-f]{32}\/\?v=\w+$/)
    expect(await getText(product.url, heldPage)).toContain('will be shown once the owner of this site has read it')
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual([])
  })

  it('gets the same answer when it is sent again', async () => {
    const response = await postForm(product.url, held)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(heldPage)
  })

  it('says so to programs', async () => {
    const body = JSON.stringify({ page: '/posts/first/', name: 'Vera', text: 'From a program.' })
    const headers = { 'content-type': 'application/json', origin: product.url }
    const answer = await fetch(`${product.url}/-/comment.create`, { method: 'POST', body, headers })
    expect(await answer.json()).toMatchObject({ status: 'applied', receipt: { result: { number: 2, state: 'held' } } })
  })

  it('is on the post once the owner shows it', async () => {
    const token = (await drowse(['token', place.siteDir, '--data', place.dataDir])).stdout.trim()
    const owner = ['--to', product.url, '--token', token]
    expect((await drowse(['comments', ...owner])).stdout).toMatch(/^1 .*Vera.*\/posts\/first\/\n {4}Read me first\.\n2 /)
    expect((await drowse(['comment', '1', 'approve', ...owner])).stdout).toBe('Comment 1 is shown.\n')
    expect((await drowse(['comment', '2', 'delete', ...owner])).stdout).toBe('Comment 2 is deleted.\n')
    expect((await drowse(['comments', ...owner])).stdout).toBe('No comments wait.\n')
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['Read me first.'])
  })
})
