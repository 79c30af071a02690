import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CODES } from '../../src/errors/codes.ts'

test('The manual’s error table holds every code as the program answers it', () => {
  const manual = readFileSync(new URL('../../content/manual/errors.md', import.meta.url), 'utf8')

  const rows = manual.split('\n').filter((line) => line.startsWith('| `'))

  expect(rows).toEqual(
    Object.entries(CODES).map(
      ([code, { status, retry, about }]) => `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} | ${about} |`,
    ),
  )
})
