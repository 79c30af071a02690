import { describe, expect, it } from 'vitest'
import { parseTimestamp } from '../../src/content/timestamp.ts'

describe('a date', () => {
  it.each([
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2024-5-1', '2024-05-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-05-01 10:00', '2024-05-01T10:00:00.000Z'],
    ['2024-05-01T10:00:00', '2024-05-01T10:00:00.000Z'],
    ['2024-05-01T10:00:00Z', '2024-05-01T10:00:00.000Z'],
    ['2024-05-01t10:00:00.1234z', '2024-05-01T10:00:00.123Z'],
    ['2024-05-01T10:00:00.5+02:00', '2024-05-01T08:00:00.500Z'],
    ['2024-05-01 10:00:00 +0200', '2024-05-01T08:00:00.000Z'],
    ['2024-05-01 10:00:00 -5', '2024-05-01T15:00:00.000Z'],
    ['2024-01-01T01:00:00+05:30', '2023-12-31T19:30:00.000Z'],
    ['2024-05-01 10:00:00 UTC', '2024-05-01T10:00:00.000Z'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z'],
  ])('written %s is %s', (written, utc) => {
    expect(parseTimestamp(written)).toBe(utc)
  })

  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-05-01T24:00:00Z',
    '2024-05-01T10:60:00Z',
    '2024-05-01T10:00:00+25:00',
    '20240501',
    '2024',
    '01.05.2024',
    'May 1, 2024',
    'tomorrow',
    '',
    '2024-05-01T',
    '2024-05-01 and more',
    '9999-12-31T23:00:00-05:00',
  ])('is not %j', (written) => {
    expect(parseTimestamp(written)).toBeNull()
  })

  it('without a zone is the same on every machine', () => {
    const zone = process.env.TZ
    process.env.TZ = 'Pacific/Auckland'

    expect(parseTimestamp('2024-05-01 10:00:00')).toBe('2024-05-01T10:00:00.000Z')

    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
})
