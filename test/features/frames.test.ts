import { expect, test } from 'vitest'
import { FRAME_SLOT, frameKey } from '../../src/protocol/page-frame.ts'
import { keysOf, openGuest, syncOf, textOf } from '../guest/running-guest.ts'
import { themeOf } from '../guest/themes.ts'

const POST = '---\ntitle: Hello\ndate: 2024-01-01\n---\nText.\n'

test('There is a frame for the gateway’s pages in each language of the site', async () => {
  const config = 'title: Owls\nurl: https://example.org\nlanguage: en\nlanguages: { ru: { title: Совы } }\n'
  const files = { 'site.yaml': config, 'content/posts/hello.md': POST, 'content/posts/hello.ru.md': POST }

  const answer = await openGuest().apply([syncOf(files, await themeOf('plain'))])

  expect(textOf(answer, frameKey(null))).toMatch(/<html lang="en">.*Skip to the content/s)
  expect(textOf(answer, frameKey('ru'))).toMatch(/<html lang="ru">.*К содержанию/s)
  expect(textOf(answer, frameKey('ru'))).toContain(FRAME_SLOT)
})

test('A site of one language has one', async () => {
  const files = { 'site.yaml': 'title: Owls\nurl: https://example.org\nlanguage: ru\n', 'content/posts/hello.md': POST }

  const answer = await openGuest().apply([syncOf(files, await themeOf('plain'))])

  expect(keysOf(answer).filter((key) => key.startsWith('_drowse/'))).toEqual([frameKey(null)])
  expect(textOf(answer, frameKey(null))).toContain('<html lang="ru">')
})
