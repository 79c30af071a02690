import { compileTheme } from '../../src/render/theme/compile.ts'
import type { CompiledTheme } from '../../src/render/theme/types.ts'
import { BUILT_IN, folderOf } from '../render/theme-folders.ts'

/** The default theme with some of its files replaced, as a site would do it. */
export const OVERRIDES = {
  plain: {},
  footer: {
    'default/components/Footer.tsx':
      'export function Footer({ page }) { return <footer>Another footer {JSON.stringify(page.data("team"))}</footer> }',
  },
  byline: { 'default/components/Byline.tsx': 'export function Byline({ entry }) { return <p>By {entry.author}</p> }' },
  style: { 'default/style.css': 'body { color: rebeccapurple }' },
  brokenPost: { 'default/templates/Post.tsx': "export function Post() { throw new Error('This component is broken.') }" },
  brokenModule: { 'default/templates/Note.tsx': 'globalThis.nowhere.at.all; export function Note() { return <p/> }' },
} as const satisfies Record<string, Readonly<Record<string, string>>>

export type ThemeName = keyof typeof OVERRIDES

const compiled = new Map<ThemeName, Promise<CompiledTheme>>()

/** Compiled once in this process. */
export function themeOf(name: ThemeName): Promise<CompiledTheme> {
  const known = compiled.get(name)
  if (known) return known
  const themesDirs = [folderOf(OVERRIDES[name]), BUILT_IN]
  const theme = compileTheme({ themesDirs, name: 'default' })
  compiled.set(name, theme)
  return theme
}
