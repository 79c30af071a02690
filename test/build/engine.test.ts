import { join } from 'node:path'
import { expect, test } from 'vitest'
import { engineName } from '../../src/build/engine.ts'
import { siteFolder, writeFiles } from './site-folder.ts'

const FOLDERS = ['config', 'content', 'model', 'features', 'extend', 'render', 'build', 'protocol', 'errors']
const VERSIONS = { node: '26.0.0', icu: '78.1', cldr: '48.0', unicode: '17.0' }

/** Drowse in small: code in every folder, and a package that uses another. */
function program(): string {
  return siteFolder({
    'package.json': '{ "dependencies": { "marked": "^1.0.0" } }',
    'node_modules/marked/package.json': '{ "version": "1.0.0", "dependencies": { "letters": "^2.0.0" } }',
    'node_modules/letters/package.json': '{ "version": "2.0.0" }',
    'node_modules/unused/package.json': '{ "version": "3.0.0" }',
    ...Object.fromEntries(FOLDERS.map((folder) => [`src/${folder}/code.ts`, folder])),
  })
}

const nameOf = (root: string, versions = VERSIONS) => engineName(join(root, 'src'), versions)

test('Two copies of one program have one name', () => {
  expect(nameOf(program())).toBe(nameOf(program()))
})

test.each<[string, Readonly<Record<string, string>>]>([
  ['code that renders', { 'src/render/code.ts': 'other' }],
  ['the words of problems and errors', { 'src/errors/code.ts': 'other' }],
  ['a package', { 'node_modules/marked/package.json': '{ "version": "1.0.1", "dependencies": { "letters": "^2.0.0" } }' }],
  ['a package’s package', { 'node_modules/letters/package.json': '{ "version": "2.0.1" }' }],
  [
    'which of two copies of a package is used',
    { 'node_modules/marked/node_modules/letters/package.json': '{ "version": "2.1.0" }' },
  ],
])('Another name comes of another version of %s', (_, files) => {
  const root = program()
  const before = nameOf(root)

  writeFiles(root, files)

  expect(nameOf(root)).not.toBe(before)
})

test.each(['node', 'icu', 'cldr'])('Another name comes of another version of %s', (part) => {
  const root = program()

  expect(nameOf(root, { ...VERSIONS, [part]: '0' })).not.toBe(nameOf(root))
})

test('What npm noted of packages when it put them there says the same as they do', () => {
  const [plain, noted] = [program(), program()]

  writeFiles(noted, {
    'node_modules/.package-lock.json': JSON.stringify({
      packages: {
        'node_modules/marked': { version: '1.0.0', dependencies: { letters: '^2.0.0' } },
        'node_modules/letters': { version: '2.0.0' },
        'node_modules/unused': { version: '3.0.0' },
      },
    }),
  })

  expect(nameOf(noted)).toBe(nameOf(plain))
})

test('Another name comes of another version that npm noted', () => {
  const root = program()
  const before = nameOf(root)

  writeFiles(root, { 'node_modules/.package-lock.json': '{ "packages": { "node_modules/letters": { "version": "2.0.1" } } }' })

  expect(nameOf(root)).not.toBe(before)
})

test('A package that nothing uses changes nothing', () => {
  const root = program()
  const before = nameOf(root)

  writeFiles(root, { 'node_modules/unused/package.json': '{ "version": "3.0.1" }' })

  expect(nameOf(root)).toBe(before)
})
