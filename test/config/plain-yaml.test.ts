import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { readPlainYaml } from '../../src/config/plain-yaml.ts'

describe('plain front matter', () => {
  it('is read without the full parser', () => {
    const text =
      'title: "One: two"\nname: it’s\ndate: 2024-05-01T10:00:00.000Z\nday: 2024-05-01\ntags: [one, \'two three\', "#4"]\norder: 12\n\ndraft: true\n'

    expect(readPlainYaml(text)).toEqual({
      title: 'One: two',
      name: 'it’s',
      date: '2024-05-01T10:00:00.000Z',
      day: '2024-05-01',
      tags: ['one', 'two three', '#4'],
      order: 12,
      draft: true,
    })
  })

  it.each(['title: a\u00a0', 'tags: [a\u00a0]', 'title: a\u3000b'])(
    'leaves white space other than a space to the full parser: %j',
    (text) => {
      expect(readPlainYaml(text)).toBeNull()
    },
  )

  it('is what the full parser makes of it, or left to the full parser', () => {
    const piece = fc.constantFrom(
      ...['a', 'b c', 'Ünï', '漢', 'true', 'False', 'null', 'NULL', '~', 'yes', '.inf', '0', '12', '007', '1e3', '0x1f', '-1'],
      ...['2024-05-01', '2024-05-01 10:00', '2024-05-01T10:00:00Z', '10:00', ' ', ': ', ':', ' #', '#', '&', '*', '!', '|', '>'],
      ...['"', "'", '\\', '[', ']', ', ', '{', '}', '- ', '? ', '%', '@', '`', '\t', '\n', '\n  ', '\n---\n', '\u00a0', '\u2028'],
    )
    const value = fc.oneof(
      fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
      fc.array(piece, { maxLength: 4 }).map((pieces) => `[${pieces.join(', ')}]`),
      piece.map((text) => `"${text}"`),
      piece.map((text) => `'${text}' `),
    )
    const key = fc.constantFrom('title', 'tags', 'a-b', '__proto__', 'constructor', 'null', 'True', '2', 'key word', '"q"')
    const line = fc.tuple(key, fc.constantFrom(': ', ':', ':  ', ' : '), value).map((parts) => parts.join(''))
    const text = fc
      .tuple(fc.array(line, { maxLength: 4 }), fc.constantFrom('', '\n', '\n\n'))
      .map(([lines, end]) => lines.join('\n') + end)
    let plain = 0

    fc.assert(
      fc.property(text, (yaml) => {
        const read = readPlainYaml(yaml)
        if (read === null) return
        plain++
        const document = parseDocument(yaml, { logLevel: 'silent' })
        expect([...document.errors, ...document.warnings]).toEqual([])
        expect(read).toEqual(document.toJS() ?? {})
      }),
      { numRuns: 20_000 },
    )
    expect(plain).toBeGreaterThan(2_000)
  })
})
