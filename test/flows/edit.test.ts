import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Product, startProduct, workplace } from './product.ts'
import { commentTexts, getText, postForm } from './visitor.ts'

/** The hidden fields and the text of each form on a page of one's own comments. */
function formsOn(html: string) {
  return Array.from(html.matchAll(/<form[\s\S]*?<\/form>/g), ([form]) => {
    const hidden = Array.from(form.matchAll(/name="(\w+)" value="([^"]*)"/g), ([, name = '', value = '']) => [name, value])
    const { delete: _, ...fields } = Object.fromEntries(hidden) as Record<string, string>
    return { ...fields, text: /<textarea[^>]*>\n([^<]*)</.exec(form)?.[1] ?? '' }
  })
}

describe('a visitor who has just written a comment', () => {
  const place = workplace()
  const EDIT = '/-/comment.edit'
  let product: Product
  let cookie = ''

  const mine = async (sent = cookie) => {
    const response = await fetch(product.url + EDIT, { headers: { cookie: sent } })
    return await response.text()
  }
  const edit = async (fields: Record<string, string>, sent = cookie) => {
    const headers = { origin: product.url, cookie: sent }
    const response = await fetch(product.url + EDIT, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
      headers,
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return response
  }

  beforeAll(async () => {
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product.kill()
    place.clear()
  })

  it('gets a cookie, by which one page shows what they wrote', async () => {
    const response = await postForm(product.url, { text: 'I was hear.' })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''

    expect(cookie).toMatch(/^drowse-own=/)
    expect(formsOn(await mine())).toMatchObject([{ number: '1', text: 'I was hear.' }])
    expect(formsOn(await mine(''))).toEqual([])
  })

  it('changes it, and changes it back', async () => {
    const [form = { text: '' }] = formsOn(await mine())
    const response = await edit({ ...form, text: 'I was here.' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^\/posts\/first\/\?v=\w+#comment-1$/)
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['I was here.'])

    const [second = { text: '' }] = formsOn(await mine())
    expect(second.text).toBe('I was here.')
    await edit({ ...second, text: 'I was hear.' })
    const [third = { text: '' }] = formsOn(await mine())
    await edit({ ...third, text: 'I was here.' })
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['I was here.'])
  })

  it('sees what they typed when it can’t be saved', async () => {
    const [form = { text: '' }] = formsOn(await mine())
    const response = await edit({ ...form, text: ' ' })
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('role="alert"')
  })

  it('is the only one who can, even if someone sends the same comment again', async () => {
    const [form = { text: '' }] = formsOn(await mine())
    const stranger = await postForm(product.url, { text: 'I was hear.' })
    expect(stranger.status).toBe(303)
    expect(stranger.headers.get('set-cookie')).toBe(null)
    const before = cookie
    expect((await edit({ ...form, text: 'Nonsense.' }, '')).status).toBe(403)
    cookie = before
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['I was here.'])
  })

  it('still can after a restart of the gateway', async () => {
    await product.stop()
    product = await startProduct(place)
    const [form = { text: '' }] = formsOn(await mine())
    expect(form.text).toBe('I was here.')
    expect((await edit({ ...form, text: 'I am here.' })).status).toBe(303)
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual(['I am here.'])
  })

  it('deletes it, whatever the field holds, and for good though it is still open in another window', async () => {
    const [form = { text: '' }] = formsOn(await mine())
    const [other = { text: '' }] = formsOn(await mine())
    const response = await edit({ ...form, text: '', delete: 'yes' })
    expect(response.status).toBe(303)
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual([])
    expect(formsOn(await mine())).toEqual([])

    const late = await edit({ ...other, text: 'I was still writing.' })
    expect(late.status).toBe(403)
    expect(await late.text()).toContain('I was still writing.</textarea>')
    expect((await edit({ ...form, text: '', delete: 'yes' })).headers.get('location')).toBe(response.headers.get('location'))
    expect(commentTexts(await getText(product.url, '/posts/first/'))).toEqual([])
  })
})
