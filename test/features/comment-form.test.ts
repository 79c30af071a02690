import { describe, expect, test } from 'vitest'
import { commentForm } from '../../src/features/comments/form.ts'
import type { Fields } from '../../src/gateway/types.ts'

const htmlOf = (fields: Fields) => commentForm.html?.(fields, []) ?? ''

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
