import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildSite, filesIn, siteFolder } from '../build/site-folder.ts'
import { newFolder } from '../guest/running-guest.ts'

const CONFIG = 'title: Owls\nurl: https://owls.example\n'
const post = (front: string, body: string) => `---\ntitle: A night\ndate: 2024-01-20\n${front}---\n${body}\n`

function picture(width: number, height: number): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background: '#334455' } })
    .png()
    .toBuffer()
}

describe('What a link preview shows of a page', () => {
  let files: Readonly<Record<string, string>>

  beforeAll(async () => {
    const site = siteFolder({
      'site.yaml': CONFIG,
      'content/preview.png': await picture(1200, 630),
      'content/posts/owl.png': await picture(400, 300),
      'media/hide.png': await picture(640, 480),
      'media/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>',
      'content/posts/named.md': post('image: /media/hide.png\nimageAlt: The hide\n', '![An owl](owl.png)'),
      'content/posts/shown.md': post('', 'Then it came. ![An owl](owl.png) ![](/media/hide.png)'),
      'content/posts/drawn.md': post('image: /media/drawing.svg\n', '![Plan](/media/drawing.svg)'),
      'content/posts/elsewhere.md': post('image: https://example.com/a.jpg?w=2\n', 'Words.'),
      'content/posts/plain.md': post('', 'Words.'),
    })
    const out = newFolder('out')
    await buildSite(site, out)
    files = filesIn(out)
  })

  const told = (key: string) =>
    [...(files[key] ?? '').matchAll(/<meta property="og:image(:?\w*)" content="([^"]*)">/g)].map(([, name, value]) => [
      name,
      value,
    ])

  test.each([
    ['the picture that the front matter names', 'posts/named/', '/media/hide.png', '640', '480', 'The hide'],
    ['else the first in the text', 'posts/shown/', '/posts/owl.png', '400', '300', 'A night'],
    ['else the site’s own: for a post without', 'posts/plain/', '/preview.png', '1200', '630', 'Owls'],
    ['the same for one with drawings, which no preview shows', 'posts/drawn/', '/preview.png', '1200', '630', 'Owls'],
    ['and for lists', 'posts/', '/preview.png', '1200', '630', 'Owls'],
  ])('is %s', (_what, page, path, width, height, alt) => {
    expect(told(`${page}index.html`)).toEqual([
      ['', `https://owls.example${path}`],
      [':width', width],
      [':height', height],
      [':alt', alt],
    ])
  })

  test('may be a picture elsewhere, without its size', () => {
    expect(told('posts/elsewhere/index.html').slice(0, 2)).toEqual([
      ['', 'https://example.com/a.jpg?w=2'],
      [':alt', 'A night'],
    ])
  })

  test('is nothing on a site that has no picture', async () => {
    const out = newFolder('out')
    await buildSite(siteFolder({ 'site.yaml': CONFIG, 'content/posts/plain.md': post('', 'Words.') }), out)

    expect(filesIn(out)['posts/plain/index.html']).not.toContain('og:image')
    expect(filesIn(out)['posts/plain/index.html']).toContain('<meta name="twitter:card" content="summary">')
  })
})
