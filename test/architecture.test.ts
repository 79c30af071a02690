import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/**
 * DESIGN's arrows: which folder of src/ may import which, types included. A new edge is a decision: it belongs in DESIGN first. `errors` and `protocol` are the
 * words all others speak.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  protocol: ['errors'],
  config: ['protocol'],
  content: ['config', 'protocol'],
  // Other generators' sites: reads them and writes entries, which the rest then meets as files.
  import: ['config', 'content', 'errors', 'protocol'],
  model: ['content', 'errors', 'protocol'],
  render: ['content', 'errors', 'model', 'protocol'],
  // `gateway`: the type of a form, which is the gateway's contract and the features' to fulfil.
  // What a site adds to itself, by its site.ts.
  extend: ['config', 'content', 'errors', 'model', 'protocol', 'render'],
  features: ['config', 'content', 'errors', 'gateway', 'model', 'protocol', 'render'],
  build: ['config', 'content', 'errors', 'extend', 'features', 'model', 'protocol', 'render'],
  guest: ['build', 'content', 'errors', 'extend', 'features', 'model', 'protocol', 'render'],
  publish: ['errors', 'protocol'],
  machines: ['errors', 'protocol'],
  journal: ['errors', 'protocol'],
  meter: ['machines'],
  gateway: ['errors', 'journal', 'protocol'],
  dispatch: ['errors', 'journal', 'machines', 'meter', 'protocol', 'publish'],
  // Backends of dispatch's contract Performer.
  effects: ['dispatch', 'errors', 'gateway', 'protocol'],
  // The composition root.
  cli: [
    'build',
    'config',
    'content',
    'dispatch',
    'effects',
    'errors',
    'features',
    'gateway',
    'import',
    'journal',
    'machines',
    'meter',
    'protocol',
    'publish',
    'render',
  ],
}

/** Where one folder may use another's contract (`types.ts`) and nothing else of it. */
const CONTRACTS_ONLY: readonly (readonly [from: string, to: string])[] = [
  ['features', 'gateway'],
  ['gateway', 'journal'],
  ['dispatch', 'journal'],
  ['dispatch', 'machines'],
  ['dispatch', 'meter'],
  ['dispatch', 'publish'],
  ['effects', 'dispatch'],
  ['effects', 'gateway'],
  ['meter', 'machines'],
]

/** Which feature may import which. Saving a post reads its file as a sync would. */
const FEATURES: Readonly<Record<string, readonly string[]>> = { blog: ['site'] }

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src', path))
  .sort()

const STATEMENT = /^(?:import|export)\s[^'"`;]*?\sfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm

function specifiersOf(file: string): readonly string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(STATEMENT)].map(([, ...found]) => found.find((each) => each !== undefined) ?? '')
}

const specifiers = new Map(files.map((file) => [file, specifiersOf(file)]))
const imports: readonly Import[] = files.flatMap((from) =>
  (specifiers.get(from) ?? []).flatMap((to) => (to.startsWith('.') ? [{ from, to: normalize(join(dirname(from), to)) }] : [])),
)

/** The folders below src/ that a file is in: `src/features/blog/lists.ts` → features, blog. */
function foldersOf(file: string): readonly string[] {
  return file.split('/').slice(1, -1)
}

const shown = ({ from, to }: Import) => `${from} → ${to}`

/** Everything a file imports, and what that imports. */
function reach(start: string): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const found = new Set([start])
  for (const file of found) for (const { from, to } of imports) if (from === file) found.add(to)
  const packages = [...found].flatMap((file) => specifiers.get(file) ?? []).filter((name) => !/^\.|^node:/.test(name))
  return { files: found, packages: new Set(packages) }
}

describe('The import graph', () => {
  test('is read whole: every import leads to a file that is there', () => {
    expect(imports.length).toBeGreaterThan(300)
    expect(imports.filter(({ to }) => !files.includes(to)).map(shown)).toEqual([])
  })

  test('has no arrow between folders that DESIGN does not have', () => {
    const strange = imports.filter(({ from, to }) => {
      const [here = '', there = ''] = [foldersOf(from)[0], foldersOf(to)[0]]
      return here !== there && !ARROWS[here]?.includes(there)
    })

    expect(strange.map(shown)).toEqual([])
  })

  test('has no arrow to spare: each of the list is in use', () => {
    const used = new Set(imports.map(({ from, to }) => `${foldersOf(from)[0]} → ${foldersOf(to)[0]}`))
    // The command line may come to need what it does not need yet.
    const listed = Object.entries(ARROWS).flatMap(([from, all]) => (from === 'cli' ? [] : all.map((to) => `${from} → ${to}`)))

    expect(listed.filter((arrow) => !used.has(arrow))).toEqual([])
  })

  test.each(CONTRACTS_ONLY)('lets %s see the contract of %s and nothing behind it', (from, to) => {
    const behind = imports.filter(
      (each) => foldersOf(each.from)[0] === from && foldersOf(each.to)[0] === to && each.to !== `src/${to}/types.ts`,
    )

    expect(behind.map(shown)).toEqual([])
  })

  test('keeps features apart', () => {
    const strange = imports.filter(({ from, to }) => {
      const [[here, mine], [there, theirs]] = [foldersOf(from), foldersOf(to)]
      if (here !== 'features' || there !== 'features' || mine === undefined || theirs === undefined || mine === theirs)
        return false
      return !FEATURES[mine]?.includes(theirs)
    })

    expect(strange.map(shown)).toEqual([])
  })

  test.each(['src/machines/drivers', 'src/publish/stores'])('keeps the backends in %s apart', (folder) => {
    const backendOf = (file: string) => file.slice(folder.length + 1).split(/[/.]/)[0]
    const inside = imports.filter(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${folder}/`))

    expect(inside.filter(({ from, to }) => backendOf(from) !== backendOf(to)).map(shown)).toEqual([])
  })

  test('lets nothing but the command line know the command line, and nothing in src know test', () => {
    const strange = imports.filter(
      ({ from, to }) => !to.startsWith('src/') || (to.startsWith('src/cli/') && !from.startsWith('src/cli/')),
    )

    expect(strange.map(shown)).toEqual([])
  })

  test('has no cycle', () => {
    const cycles = files.flatMap((file) => {
      const [back] = imports.filter(({ from, to }) => to === file && reach(file).files.has(from))
      return back === undefined ? [] : [shown(back)]
    })

    expect(cycles).toEqual([])
  })
})

describe('What a program loads', () => {
  test('the guest: no compiler, no server, no gateway, no driver', () => {
    const { files: loaded, packages } = reach('src/guest/main.ts')

    expect([...loaded].filter((file) => /^src\/(?:cli|gateway|dispatch|machines|journal|publish|meter)\//.test(file))).toEqual([])
    expect(
      [...packages].filter((name) => /^(?:esbuild|lightningcss|sharp|hono|@hono|@aws-sdk|chokidar|commander)/.test(name)),
    ).toEqual([])
  })

  test('a form, which the gateway checks before a wake: no database and no Markdown', () => {
    const { files: loaded, packages } = reach('src/features/forms.ts')

    expect([...loaded].filter((file) => /^src\/(?:model|build|guest|content)\//.test(file))).toEqual([])
    expect([...packages].toSorted()).toEqual(['valibot'])
  })
})

describe('A file', () => {
  test('is at most 400 lines long', () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 400)

    expect(long).toEqual([])
  })

  test('is named after the noun or the verb inside it, in kebab-case', () => {
    const strange = files.filter((file) => !/^(?:[a-z0-9]+-)*[a-z0-9]+\.ts$/.test(file.slice(file.lastIndexOf('/') + 1)))
    const empty = files.filter((file) => /\/(?:index|utils?|helpers?|common|misc|shared)\.ts$/.test(file))

    expect([...strange, ...empty]).toEqual([])
  })
})
