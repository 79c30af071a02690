import { describe, expect, test } from 'vitest'
import { speechIn } from '../../src/errors/words/say.ts'
import { commentForm } from '../../src/features/comments/form.ts'
import { formsOf } from '../../src/features/forms.ts'
import type { Fields } from '../../src/gateway/types.ts'

const htmlOf = (fields: Fields) => commentForm.html?.(fields, [], speechIn('en')) ?? ''

describe('The page of what one wrote', () => {
  const formOf = (settings?: Parameters<typeof formsOf>[0]) => formsOf(settings).find(({ kind }) => kind === 'comment.edit')
  const write = {
    id: 'a',
    kind: 'comment.create',
    payload: { page: '/posts/hello/', text: 'Hm <b>' },
    result: { number: 3 },
    nextKey: 'k',
  }

  test('speaks the visitor’s language, in the site’s own words where it has some', () => {
    const words = { ru: { save: 'Готово <' } }
    const mine = formOf()?.mine?.([write], speechIn('ru', words))

    expect(mine?.title).toBe('Написанное вами')
    expect(mine?.html).toContain('>Готово &lt;</button>')
    expect(mine?.html).toContain('>Удалить</button>')
    expect(mine?.html).toContain('Hm &lt;b&gt;</textarea>')
    expect(mine?.html).toContain('name="page" value="/posts/hello/"')
    expect(formOf()?.mine?.([], speechIn('en')).html).toContain('There is nothing here')
  })

  test('knows a browser for as long as the site says', () => {
    const seconds = (editFor: number) => formOf({ comments: { editFor } })?.ownSeconds

    expect([seconds(60_000), seconds(0)]).toEqual([60, undefined])
    expect(formOf()?.ownSeconds).toBe(900)
  })
})

describe('The form of a comment, shown again', () => {
  test('leads back to the comments of its page', () => {
    expect(htmlOf({ page: '/posts/hello/' })).toContain('<a href="/posts/hello/#comments">')
  })

  test('leads back to the comment that was to be answered', () => {
    expect(htmlOf({ page: '/posts/hello/', parent: '7' })).toContain('<a href="/posts/hello/#comment-7">')
  })

  test.each(['', 'https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)'])(
    'leads nowhere if its page is “%s”, no path of this site',
    (page) => {
      expect(htmlOf({ page })).not.toContain('<a ')
    },
  )

  test('lets name and text run the way they are written', () => {
    expect(htmlOf({}).match(/ name="(?:name|text)"[^>]* dir="auto"/g)).toHaveLength(2)
  })
})
