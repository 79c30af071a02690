import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { engineName } from '../build/engine.ts'
import { picturesDir } from '../build/pictures.ts'
import { prepareSync } from '../build/prepare-sync.ts'
import { scanFolder } from '../build/scan-folder.ts'
import { findExtension } from '../build/site-extension.ts'
import type { SiteConfig } from '../config/types.ts'
import { ENTRY_TYPES, FEATURES } from '../features/registry.ts'
import type { Problem, Receipt } from '../protocol/types.ts'
import { compileTheme } from '../render/theme/compile.ts'
import type { Embedded } from './embedded.ts'
import { SITE, SOURCE_DIR, THEMES_DIR } from './paths.ts'
import { recallSyncs } from './sync-memory.ts'

/** A first sync of a large site renders all of it; it is waited for this long. */
const SYNC_DEADLINE_MS = 30 * 60_000
const OWNER = { role: 'owner' } as const

interface Synced {
  readonly config: SiteConfig
  /** `waiting`: the changes are safe in the journal, and reach the machine when it can be reached. */
  readonly state: 'unchanged' | 'synced' | 'refused' | 'waiting'
  /** What is wrong with the folder. */
  readonly problems: readonly Problem[]
}

/** Brings the folder's changes to the machine, as a `site.sync` in the journal. Waits for it to be published, but not after `giveUp` has resolved. */
export async function syncFolder(
  siteDir: string,
  { journal, dispatcher }: Embedded,
  { giveUp = new Promise(() => {}), force = false }: { readonly giveUp?: Promise<unknown>; readonly force?: boolean } = {},
): Promise<Synced> {
  const memory = recallSyncs(journal)
  const scan = await scanFolder(siteDir, ENTRY_TYPES)
  const theme = await themeOf(siteDir, scan.config.theme)
  const extension = await findExtension(siteDir, FEATURES)
  const { write, problems } = await prepareSync(scan, theme, {
    extension,
    last: memory.expected,
    engine: engineName(SOURCE_DIR),
    types: ENTRY_TYPES,
    picturesDir: picturesDir(siteDir),
    force,
  })
  const synced = { config: scan.config, problems: [...scan.problems, ...theme.problems, ...extension.problems, ...problems] }
  if (write === null) return { ...synced, state: 'unchanged' }
  const { payload, blobs, key, after } = write
  const state = memory.accepting(after)
  const { entry, fresh } = await journal.accept({ site: SITE, kind: 'site.sync', actor: OWNER, payload, blobs, key, state })
  if (fresh) memory.accepted(entry.write.id)
  dispatcher.notify(SITE)
  const settled = dispatcher.settled(SITE, entry.write.id, SYNC_DEADLINE_MS)
  const receipt = await Promise.race([settled, giveUp.then(() => null)])
  switch (receipt?.status) {
    case undefined:
      return { ...synced, state: 'waiting' }
    case 'applied':
      return { ...synced, state: 'synced' }
    case 'rejected':
      return { ...synced, state: 'refused', problems: [...synced.problems, ...problemsOf(receipt)] }
  }
}

/** Themes that came with Drowse: compiled once for all sites that change nothing of them. It takes half a second, and they don't change while this runs. */
const shipped = new Map<string, ReturnType<typeof compileTheme>>()

function themeOf(siteDir: string, name: string): ReturnType<typeof compileTheme> {
  const own = join(siteDir, 'themes')
  if (existsSync(own)) return compileTheme({ themesDirs: [own, THEMES_DIR], name })
  const theme = shipped.get(name) ?? compileTheme({ themesDirs: [THEMES_DIR], name })
  shipped.set(name, theme)
  theme.catch(() => shipped.delete(name))
  return theme
}

function problemsOf({ code, message, problems }: Extract<Receipt, { status: 'rejected' }>): readonly Problem[] {
  return problems ?? [{ where: 'site', rule: `sync/${code}`, message, severity: 'error' }]
}
