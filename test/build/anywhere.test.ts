import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { drowse } from '../flows/product.ts'
import { newFolder } from '../guest/running-guest.ts'
import { filesIn } from './site-folder.ts'

const SITE = join(import.meta.dirname, '../fixtures/sites/features')

/** Other places on earth, and ways to write: Turkish has two letters i, Arabic its own digits, Thai its own years. */
const PLACES = [
  { TZ: 'Pacific/Kiritimati', LANG: 'en_US.UTF-8' },
  { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C' },
  { TZ: 'Asia/Kolkata', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'Asia/Bangkok', LANG: 'th_TH.UTF-8', LC_ALL: 'th_TH.UTF-8', LANGUAGE: 'th' },
  { TZ: 'Africa/Cairo', LANG: 'ar_EG.UTF-8', LC_ALL: 'ar_EG.UTF-8', LC_TIME: 'ar_EG.UTF-8' },
]

/** Builds as anybody would, in a process of its own. */
async function built(env: NodeJS.ProcessEnv): Promise<Readonly<Record<string, string>>> {
  const out = newFolder('out')
  const { code, stderr } = await drowse(['build', SITE, '--out', out, '--no-cache'], env)
  expect(code, stderr).toBe(0)
  return filesIn(out)
}

describe('A build', () => {
  let first: Readonly<Record<string, string>>
  beforeAll(async () => {
    first = await built({ TZ: 'UTC', LANG: 'en_GB.UTF-8' })
  })

  test('is one of a whole site', () => {
    expect(Object.keys(first).length).toBeGreaterThan(80)
  })

  test('gives the same bytes a second time', async () => {
    expect(await built({ TZ: 'UTC', LANG: 'en_GB.UTF-8' })).toEqual(first)
  })

  test.each(PLACES)('gives the same bytes with $TZ and $LANG', async (env) => {
    expect(await built(env)).toEqual(first)
  })
})
