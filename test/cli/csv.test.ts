import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csv } from '../../src/cli/csv.ts'

test('Any cells come back as they were, but for an apostrophe before what a spreadsheet would take for a formula', () => {
  const rows = fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 3, maxLength: 3 }), { minLength: 1 })
  fc.assert(
    fc.property(rows, (given) => {
      const harmless = given.map((row) => row.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)))
      expect(parse(csv(given), { skip_empty_lines: false, record_delimiter: '\r\n' })).toEqual(harmless)
    }),
  )
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://evil.example","x")'])('%j is no formula', (cell) => {
  expect(csv([[cell]])).toMatch(/^"?'/)
})
