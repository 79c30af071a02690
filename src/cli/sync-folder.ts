import { join } from 'node:path'
import { engineName } from '../build/engine.ts'
import { prepareSync } from '../build/prepare-sync.ts'
import { scanFolder } from '../build/scan-folder.ts'
import type { SiteConfig } from '../config/types.ts'
import { ENTRY_TYPES } from '../features/registry.ts'
import type { Problem, Receipt } from '../protocol/types.ts'
import { compileTheme } from '../render/theme/compile.ts'
import { type Embedded, SITE } from './embedded.ts'
import { SOURCE_DIR, THEMES_DIR } from './paths.ts'

/** A first sync of a large site renders all of it; it is waited for this long. */
const SYNC_DEADLINE_MS = 30 * 60_000
const SNAPSHOT = 'folder-snapshot'

/** Brings the folder's changes to the machine, as a `site.sync` in the journal. Returns what is wrong with the folder; a null receipt means there was nothing to send. */
export async function syncFolder(
  siteDir: string,
  { journal, dispatcher }: Embedded,
): Promise<{ config: SiteConfig; receipt: Receipt | null; problems: readonly Problem[] }> {
  const scan = await scanFolder(siteDir, ENTRY_TYPES)
  const theme = await compileTheme({ themesDirs: [join(siteDir, 'themes'), THEMES_DIR], name: scan.config.theme })
  const { write, problems } = prepareSync(scan, theme, {
    last: journal.state.get(SNAPSHOT),
    engine: engineName(SOURCE_DIR),
    types: ENTRY_TYPES,
  })
  const all = [...scan.problems, ...theme.problems, ...problems]
  if (write === null) return { config: scan.config, receipt: null, problems: all }
  const { payload, blobs, key, snapshot } = write
  const { entry } = await journal.accept({ site: SITE, kind: 'site.sync', actor: { role: 'owner' }, payload, blobs, key })
  dispatcher.notify(SITE)
  const receipt = await dispatcher.settled(SITE, entry.write.id, SYNC_DEADLINE_MS)
  if (receipt?.status === 'applied') journal.state.set(SNAPSHOT, snapshot)
  const rejected =
    receipt?.status === 'rejected'
      ? (receipt.problems ?? [
          { where: 'site', rule: `sync/${receipt.code}`, message: receipt.message, severity: 'error' as const },
        ])
      : []
  return { config: scan.config, receipt, problems: [...all, ...rejected] }
}
