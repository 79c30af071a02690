import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DrowseError } from '../../src/errors/drowse-error.ts'
import { compileTheme } from '../../src/render/theme/compile.ts'
import { loadTheme } from '../../src/render/theme/load.ts'
import { type CompiledTheme, TEMPLATE_NAMES } from '../../src/render/theme/types.ts'
import { sampleProps } from './sample-props.ts'
import { BUILT_IN, folderOf } from './theme-folders.ts'

const compile = (...dirs: string[]) => compileTheme({ themesDirs: [...dirs, BUILT_IN], name: 'default' })
const compileWith = (files: Readonly<Record<string, string>>) => compile(folderOf(files))

const changedTemplates = (a: CompiledTheme, b: CompiledTheme) =>
  TEMPLATE_NAMES.filter((name) => a.templates[name] !== b.templates[name])

const failureOf = async (compiled: Promise<unknown>): Promise<DrowseError> => {
  const error: unknown = await compiled.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof DrowseError)) throw new Error('The theme compiled, or failed in another way.', { cause: error })
  return error
}

describe('Compiling a theme', () => {
  test('gives the same bytes for the same sources in another folder', async () => {
    const copy = folderOf({})
    cpSync(BUILT_IN, copy, { recursive: true })

    const [here, there] = await Promise.all([compile(), compileTheme({ themesDirs: [copy], name: 'default' })])

    expect(there).toEqual(here)
  })

  test('gives a module that imports nothing and names no folder of this computer', async () => {
    const { source } = await compile()

    expect(source).not.toMatch(/\bimport\s*["'{*(]/)
    expect(source).not.toContain(join(BUILT_IN, '..'))
  })

  test('names each asset by its content and finds it by its name in the theme', async () => {
    const { assets } = await compile()

    expect(assets.map(({ name }) => name)).toEqual([
      'cart.js',
      'favicon.svg',
      'fonts/lora-cyrillic-wght-normal.woff2',
      'fonts/lora-latin-wght-normal.woff2',
      'search.js',
      'shop.css',
      'style.css',
    ])
    expect(assets.map(({ path }) => path)).toEqual(
      assets.map(() => expect.stringMatching(/^\/assets\/[\w/-]+\.[0-9a-f]{8}\.(?:svg|woff2|css|js)$/)),
    )
  })

  test('points the style sheet at the hashed fonts', async () => {
    const { assets } = await compile()
    const [css, ...fonts] = [
      assets.find(({ name }) => name === 'style.css'),
      ...assets.filter(({ name }) => name.endsWith('.woff2')),
    ]

    const text = new TextDecoder().decode(css?.bytes)

    expect(fonts.map(({ path }) => text.includes(path.slice('/assets/'.length)))).toEqual([true, true])
  })

  test('keeps the fonts within 60 kB', async () => {
    const { assets } = await compile()

    const bytes = assets.filter(({ name }) => name.endsWith('.woff2')).reduce((sum, font) => sum + font.bytes.length, 0)

    expect(bytes).toBeLessThanOrEqual(60_000)
  })
})

describe('A site’s own files', () => {
  test('a component on every page changes every template', async () => {
    const own = await compileWith({ 'default/components/Footer.tsx': 'export const Footer = () => <footer>Mine</footer>' })

    expect(changedTemplates(await compile(), own)).toEqual(TEMPLATE_NAMES)
  })

  test('a component changes only the templates that use it', async () => {
    const own = await compileWith({ 'default/components/Comments.tsx': 'export const Comments = () => <p>No talk here.</p>' })

    expect(changedTemplates(await compile(), own)).toEqual(['Post', 'Note'])
  })

  test('a template changes itself alone', async () => {
    const own = await compileWith({ 'default/templates/Terms.tsx': 'export const Terms = () => <html><body>Terms</body></html>' })

    expect(changedTemplates(await compile(), own)).toEqual(['Terms'])
  })

  test('a comment in the source changes nothing', async () => {
    const copy = folderOf({})
    cpSync(BUILT_IN, copy, { recursive: true })
    rmSync(join(copy, 'default/components/Footer.tsx'))
    const footer = `// A remark.\nexport const Footer = () => <footer>Mine</footer>`
    const plain = `export const Footer = () => <footer>Mine</footer>`

    const [a, b] = await Promise.all([
      compileWith({ 'default/components/Footer.tsx': footer }),
      compileWith({ 'default/components/Footer.tsx': plain }),
    ])

    expect(changedTemplates(a, b)).toEqual([])
  })

  test('can import what they replace, and their neighbours through either folder', async () => {
    const own = await compileWith({
      'default/components/Footer.tsx': `
        import { Footer as Base } from 'theme:base/components/Footer.tsx'
        import { Time } from './Time.tsx'
        import type { PageView } from 'drowse/theme'
        export const Footer = ({ page }: { page: PageView }) => <><Base page={page} /><aside>Since <Time iso="2026-01-02T00:00:00.000Z" language="en" /></aside></>`,
    })

    const html = (await loadTheme(own.source)).render('NotFound', sampleProps('Hello').NotFound)

    expect(html).toContain('<footer class="site-footer">')
    expect(html).toContain('<aside>Since <time datetime="2026-01-02">January 2, 2026</time></aside>')
  })

  test('a partial of the style changes the style sheet and no template', async () => {
    const [base, own] = await Promise.all([
      compile(),
      compileWith({ 'default/style/tokens.css': ':root { --paper: rebeccapurple }' }),
    ])

    const style = own.assets.find(({ name }) => name === 'style.css')

    expect(new TextDecoder().decode(style?.bytes)).toContain('--paper:rebeccapurple')
    expect(style?.path).not.toBe(base.assets.find(({ name }) => name === 'style.css')?.path)
    expect(changedTemplates(base, own)).toEqual([])
  })

  test('can begin with the style they replace', async () => {
    const own = await compileWith({
      'default/style/tokens.css': `@import 'theme:base/style/tokens.css';\n:root { --accent: rebeccapurple }`,
    })

    const css = new TextDecoder().decode(own.assets.find(({ name }) => name === 'style.css')?.bytes)

    expect(css).toContain('--paper:#fcfaf6')
    expect(css).toContain('--accent:rebeccapurple')
  })

  test('may have one file twice, in two folders', async () => {
    const compiled = await compileWith({ 'default/assets/light/icon.svg': '<svg/>', 'default/assets/dark/icon.svg': '<svg/>' })

    const icons = compiled.assets.filter(({ name }) => name.endsWith('/icon.svg')).map(({ path }) => path)

    expect(icons).toEqual([
      expect.stringMatching(/^\/assets\/dark\/icon\.[0-9a-f]{8}\.svg$/),
      expect.stringMatching(/^\/assets\/light\/icon\.[0-9a-f]{8}\.svg$/),
    ])
  })

  test('can be a whole theme of another name', async () => {
    const templates = TEMPLATE_NAMES.map((name) => `export const ${name} = () => <html><body>${name}</body></html>`).join('\n')
    const dir = folderOf({
      'plain/theme.tsx': templates,
      'plain/style.css': 'body { margin: 0 }',
      'plain/assets/icons/a.svg': '<svg/>',
    })

    const theme = await compileTheme({ themesDirs: [dir, BUILT_IN], name: 'plain' })

    expect((await loadTheme(theme.source)).render('Terms', sampleProps('x').Terms)).toBe(
      '<!DOCTYPE html><html><body>Terms</body></html>',
    )
    expect(theme.assets.map(({ name }) => name)).toEqual(['icons/a.svg', 'style.css'])
  })
})

describe('A component', () => {
  const rendered = async (source: string) => {
    const { source: compiled } = await compileWith({ 'default/components/Footer.tsx': source })
    return (await loadTheme(compiled)).render('NotFound', sampleProps('Hello').NotFound)
  }

  test('may have a key, and take HTML and types from hono', async () => {
    const html = await rendered(`
      import { html, raw } from 'hono/html'
      import { type Child, type FC } from 'hono/jsx'
      const Framed: FC<{ children: Child }> = ({ children }) => <b {...{ id: 'x' }} key="k">{html\`<i>\${children}</i>\`}</b>
      export const Footer = () => <Framed>{raw('<u>1</u>')}{['&']}</Framed>`)

    expect(html).toContain('<b id="x"><i><u>1</u>&amp;</i></b>')
  })

  test('that is async is told with its name, and where it is used', async () => {
    const html = rendered(`const Late = async () => <p>late</p>\nexport function Footer() { return <footer><Late /></footer> }`)

    await expect(html).rejects.toMatchObject({
      code: 'theme-invalid',
      message:
        'The template NotFound failed in Footer: The component Late is async. A component is given all it needs; it may not wait.',
    })
  })

  test('can’t use hono’s JSX, nor its contexts', async () => {
    const pragma = await failureOf(rendered('/** @jsxImportSource hono/jsx */ export const Footer = () => <p />'))
    const context = await failureOf(
      rendered("import { createContext } from 'hono/jsx'\nexport const Footer = () => createContext('')"),
    )

    expect(pragma.message).toContain('"hono/jsx/jsx-runtime" can’t be imported here.')
    expect(context.message).toMatch(/Footer\.tsx:1:31\s+"hono\/jsx" can’t be imported here\. JSX is Drowse’s own/)
  })
})

describe('A theme with a fault', () => {
  test('is refused with file, line, column and the line itself', async () => {
    const error = await failureOf(
      compileWith({ 'default/components/Footer.tsx': 'export const Footer = () => (\n  <footer>Mine</p>\n)' }),
    )

    expect(error.code).toBe('theme-invalid')
    expect(error.details.problems).toMatchObject([
      { where: 'themes/default/components/Footer.tsx', line: 2, column: 17, severity: 'error', hint: '<footer>Mine</p>' },
    ])
    expect(error.message).toContain('themes/default/components/Footer.tsx:2:17')
  })

  test('tells all faults of components and style at once', async () => {
    const error = await failureOf(
      compileWith({
        'default/components/Footer.tsx': 'export const Footer = () => <p>',
        'default/components/Time.tsx': `import { x } from './nowhere.tsx'\nexport const Time = () => x`,
        'default/style/print.css': '@media print {\n  a.. { color: red }\n}\n',
      }),
    )

    expect(error.details.problems).toMatchObject([
      { where: 'themes/default/components/Footer.tsx', line: 1 },
      { where: 'themes/default/components/Time.tsx', line: 1 },
      { where: 'themes/default/style/print.css', line: 2, hint: 'a.. { color: red }' },
    ])
  })

  test('that exports no template of a name is told which, and how to add it', async () => {
    const error = await failureOf(compileWith({ 'default/theme.tsx': `export { Home } from './templates/Home.tsx'` }))

    expect(error.details.problems).toHaveLength(TEMPLATE_NAMES.length - 1)
    expect(error.details.problems).toContainEqual({
      where: 'themes/default/theme.tsx',
      rule: 'theme/template-missing',
      message: 'The theme exports no template "Post".',
      hint: `Add a line such as: export { Post } from './templates/Post.tsx'`,
      severity: 'error',
    })
  })

  test('may not reach for Node’s modules', async () => {
    const error = await failureOf(
      compileWith({
        'default/components/Footer.tsx': `import { readFileSync } from 'node:fs'\nexport const Footer = () => readFileSync('x', 'utf8')`,
      }),
    )

    expect(error.message).toContain('A theme can’t import "node:fs"')
  })

  test('names the file that a style sheet asks for in vain', async () => {
    const error = await failureOf(
      compileWith({ 'default/style/tokens.css': `:root { color: red }\nbody { background: url('./gone.png') }` }),
    )

    expect(error.details.problems).toMatchObject([
      { where: 'themes/default/style/tokens.css', line: 2, message: '"./gone.png" is not a file of this theme.' },
    ])
  })

  test('that is nowhere says where it was looked for', async () => {
    const error = await failureOf(compileTheme({ themesDirs: [BUILT_IN], name: 'nowhere' }))

    expect(error).toMatchObject({
      code: 'theme-invalid',
      message: 'There is no theme "nowhere": no themes/nowhere/theme.tsx was found.',
    })
  })
})
