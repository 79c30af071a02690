import { assets, settings, templates } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'

/** A compiled theme as it is kept: where its bytes are, and what each template and asset hashes to. */
export interface ThemeFiles {
  /** SHA-256 of the bundled module. */
  readonly bundle: string
  readonly templates: Readonly<Record<string, string>>
  readonly assets: readonly {
    readonly name: string
    readonly path: string
    readonly blob: string
    readonly contentType: string
  }[]
}

/** Names the setting that holds the bundle's hash. No page reads it: pages read the hashes of their own templates. */
const BUNDLE = 'theme-bundle'

/** Takes a theme in use. Only what differs from the one before is touched. */
export function useTheme(change: Change, theme: ThemeFiles): void {
  change.put(settings, { name: BUNDLE, value: theme.bundle })
  for (const [name, hash] of Object.entries(theme.templates)) change.put(templates, { name, hash })
  const names = new Set(theme.assets.map(({ name }) => name))
  for (const { key } of change.list(assets.indexes.all, '')) if (!names.has(key)) change.remove(assets, key)
  for (const asset of theme.assets) change.put(assets, asset)
}

/** SHA-256 of the theme's module, or null for a site that has none yet. */
export function themeBundle(read: Pick<Change, 'row'>): string | null {
  const value = read.row(settings, BUNDLE)?.value
  return typeof value === 'string' ? value : null
}
