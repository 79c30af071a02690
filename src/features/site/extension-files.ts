import { EXTENSION_FILE, EXTENSION_SHORTCODES, settings, templates } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'

/** Names the setting that holds the hash where texts go through plugins. */
const PLUGINS = 'site-ts-plugins'

/** A compiled site.ts as it is kept. */
export interface ExtensionFile {
  /** SHA-256 of its module. */
  readonly bundle: string
  /** Whether texts go through plugins of it. */
  readonly plugins: boolean
  readonly shortcodes: boolean
}

/** Takes a site.ts in use, or takes it away. Only what depends on a part of it that was or is there is touched. */
export function useExtension(change: Change, file: ExtensionFile | null): void {
  const rows = { [EXTENSION_FILE]: true, [EXTENSION_SHORTCODES]: file?.shortcodes === true }
  for (const [name, isThere] of Object.entries(rows)) {
    if (file && isThere) change.put(templates, { name, hash: file.bundle })
    else change.remove(templates, name)
  }
  if (file?.plugins) change.put(settings, { name: PLUGINS, value: file.bundle })
  else change.remove(settings, PLUGINS)
}

/** Whether all files are to be read again once this one is in use. */
export function hasOtherPlugins(read: Pick<Change, 'row'>, file: ExtensionFile | null): boolean {
  return pluginsOf(read) !== (file?.plugins ? file.bundle : null)
}

/** SHA-256 of the module of a site's site.ts, or null for a site without one. */
export function extensionBundle(read: Pick<Change, 'row'>): string | null {
  return read.row(templates, EXTENSION_FILE)?.hash ?? null
}

/** The same where texts go through plugins of it. */
export function pluginsOf(read: Pick<Change, 'row'>): string | null {
  const value = read.row(settings, PLUGINS)?.value
  return typeof value === 'string' ? value : null
}
