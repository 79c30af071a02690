import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileHashes } from '../../src/build/file-hashes.ts'
import { keptTheme } from '../../src/build/kept-theme.ts'
import { Database } from '../../src/model/database.ts'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { newFolder } from '../guest/running-guest.ts'
import { BUILT_IN } from '../render/theme-folders.ts'

const LATER_MS = 10_000
const later = () => Date.now() + LATER_MS
const memory = () => new Database(':memory:', { durable: false })

describe('A kept theme', () => {
  test('is what compiling gives', async () => {
    const [database, options] = [memory(), { themesDirs: [BUILT_IN], name: 'default' }]
    const compiled = await compileTheme(options)

    await keptTheme(database, 'engine-1', options)
    database.run(`UPDATE kept_theme SET theme = json_set(theme, '$.hash', 'kept')`)
    const kept = await keptTheme(database, 'engine-1', options)

    const plain = ({ assets, ...rest }: typeof kept) => ({
      ...rest,
      assets: assets.map((one) => ({ ...one, bytes: [...one.bytes] })),
    })
    expect(plain(kept)).toEqual({ ...plain(compiled), hash: 'kept' })
  })

  test('is compiled again where a file of it is another, or the engine', async () => {
    const site = newFolder('themes')
    mkdirSync(join(site, 'default/components'), { recursive: true })
    const footer = join(site, 'default/components/Footer.tsx')
    const [database, options] = [memory(), { themesDirs: [site, BUILT_IN], name: 'default' }]
    writeFileSync(footer, 'export const Footer = () => <footer>One</footer>')
    await keptTheme(database, 'engine-1', options)

    writeFileSync(footer, 'export const Footer = () => <footer>Two</footer>')

    expect((await keptTheme(database, 'engine-1', options)).source).toContain('Two')
    database.run(`UPDATE kept_theme SET theme = json_set(theme, '$.hash', 'kept')`)
    expect((await keptTheme(database, 'engine-2', options)).hash).not.toBe('kept')
  })

  test('is compiled every time where it has code of other packages', async () => {
    const site = newFolder('themes')
    mkdirSync(join(site, 'default/components'), { recursive: true })
    mkdirSync(join(site, '../node_modules/owl'), { recursive: true })
    writeFileSync(join(site, '../node_modules/owl/index.js'), 'export const name = "owl"')
    writeFileSync(join(site, '../node_modules/owl/package.json'), '{"name":"owl","type":"module","exports":"./index.js"}')
    writeFileSync(
      join(site, 'default/components/Footer.tsx'),
      `import { name } from 'owl'\nexport const Footer = () => <footer>{name}</footer>`,
    )
    const [database, options] = [memory(), { themesDirs: [site, BUILT_IN], name: 'default' }]
    expect((await keptTheme(database, 'engine-1', options)).source).toContain('"owl"')

    writeFileSync(join(site, '../node_modules/owl/index.js'), 'export const name = "eagle"')

    expect((await keptTheme(database, 'engine-1', options)).source).toContain('"eagle"')
  })
})

describe('The hash of a file', () => {
  function fileWith(text: string): string {
    const file = join(newFolder('files'), 'post.md')
    writeFileSync(file, text)
    return file
  }

  test('is known while the file is as it was', () => {
    const [database, file] = [memory(), fileWith('One')]
    const first = fileHashes(database, later)
    expect(first.find(file)).toBe(null)
    first.keep(file, 'hash-1')
    first.finish()

    expect(fileHashes(database, later).find(file)).toBe('hash-1')
  })

  test('is unknown once the file was written, with its size and date as before too', () => {
    const [database, file] = [memory(), fileWith('One')]
    const first = fileHashes(database, later)
    first.find(file)
    first.keep(file, 'hash-1')
    first.finish()
    const { atime, mtime } = statSync(file)

    writeFileSync(file, 'Two')
    utimesSync(file, atime, mtime)

    expect(fileHashes(database, later).find(file)).toBe(null)
  })

  test('is not kept of a file that was changed just now, since it may be changed again unseen', () => {
    const [database, file] = [memory(), fileWith('One')]
    const first = fileHashes(database, Date.now)
    first.find(file)
    first.keep(file, 'hash-1')
    first.finish()

    expect(fileHashes(database, later).find(file)).toBe(null)
  })

  test('is forgotten with the file', () => {
    const [database, file] = [memory(), fileWith('One')]
    const first = fileHashes(database, later)
    first.find(file)
    first.keep(file, 'hash-1')
    first.finish()

    fileHashes(database, later).finish()

    expect(database.all('SELECT * FROM known_files')).toEqual([])
  })
})
