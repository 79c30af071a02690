import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import type { PurgeConfig, SiteConfig, StoreConfig } from '../config/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { openPublisher } from '../publish/publisher.ts'
import type { PublisherOptions } from '../publish/publisher-parts.ts'
import { noPurge } from '../publish/purge/none.ts'
import type { Purge } from '../publish/purge/types.ts'
import { directoryStore } from '../publish/stores/directory.ts'
import type { Publisher, Store, StoreCapabilities } from '../publish/types.ts'
import type { Terminal } from './terminal.ts'

const HOUR_MS = 3_600_000

/** How long a verb waits for caches to be told, before it says that they were not. */
const PURGE_WAIT_MS = 30_000

/** A site's published state, opened for one verb. */
export interface Publishing {
  readonly config: SiteConfig
  readonly publisher: Publisher
  /** What people are shown: a folder or a bucket. */
  readonly place: string
  readonly capabilities: StoreCapabilities
  /** Waits for the caches to be told and lets go of everything. */
  close(): Promise<void>
}

/**
 * Opens what a site publishes to: the store that its site.yaml names, else `.drowse/published` in the site. With a data folder, that is the
 * state a gateway publishes; then nobody else may have the folder.
 */
export async function openPublishing(terminal: Terminal, siteDir: string, dataDir: string | null): Promise<Publishing> {
  const { config } = await readSiteFile(siteDir)
  const ownFolder = dataDir === null ? join(siteDir, '.drowse', 'published') : join(dataDir, 'store')
  const indexPath = dataDir === null ? join(siteDir, '.drowse', 'published.db') : join(dataDir, 'releases.db')
  mkdirSync(dataDir ?? join(siteDir, '.drowse'), { recursive: true })
  const storeConfig = config.publish.store ?? { type: 'directory' }
  const store = await openStore(storeConfig, siteDir, ownFolder)
  tellCapabilities(terminal, store)
  const publisher = await openPublisher(store, indexPath, await publisherOptions(config, terminal))
  return {
    config,
    publisher,
    place: placeOf(storeConfig, siteDir, ownFolder),
    capabilities: store.capabilities,
    async close() {
      const isPurged = await publisher.purged(PURGE_WAIT_MS)
      publisher.close()
      if (!isPurged)
        throw new DrowseError('purge-failed', 'Not all caches could be told what changed.', {
          hint: 'They are told with the next release.',
        })
    },
  }
}

/**
 * Opens a store; of the S3 kind, what it can do is tried out first. The AWS SDK is loaded only for those who use it, and finds its credentials by itself.
 * `ownFolder`: where a directory store is that names no folder.
 */
export async function openStore(config: StoreConfig, siteDir: string, ownFolder: string): Promise<Store> {
  switch (config.type) {
    case 'directory':
      return directoryStore(resolve(siteDir, config.path ?? ownFolder))
    case 's3': {
      const { s3Store } = await import('../publish/stores/s3.ts')
      return await s3Store(config)
    }
  }
}

/** Says what a bucket turned out not to be able to do. */
export function tellCapabilities(terminal: Terminal, { capabilities }: Store): void {
  const { createOnly, shared } = capabilities
  if (!shared || createOnly) return
  terminal.line(
    terminal.style(
      'yellow',
      'This bucket can’t keep publishers apart: it takes no create-only puts. Publish from one place at a time.',
    ),
  )
}

/** What site.yaml says of publishing, as a publisher takes it. */
export async function publisherOptions(config: SiteConfig, terminal: Terminal): Promise<Partial<PublisherOptions>> {
  const { precompress, keepDays, graceHours, purge } = config.publish
  return {
    precompress,
    retention: { keepMs: keepDays * 24 * HOUR_MS, graceMs: graceHours * HOUR_MS },
    purge: await openPurge(purge, config.url, process.env.DROWSE_PURGE_TOKEN),
    onPurgeFailure: (error) => terminal.error(error),
  }
}

/** What tells the caches in front of the store. `site`: where it is published. `token`: for caches that ask for one. */
export async function openPurge(config: PurgeConfig, site: string, token: string | undefined): Promise<Purge> {
  switch (config.type) {
    case 'none':
      return noPurge()
    case 'cloudfront': {
      const { cloudFrontPurge } = await import('../publish/purge/cloudfront.ts')
      return cloudFrontPurge({ distribution: config.distribution })
    }
    case 'http': {
      const { httpPurge } = await import('../publish/purge/http.ts')
      return httpPurge({ url: config.url, mode: config.mode, token, site })
    }
  }
}

function placeOf(config: StoreConfig, siteDir: string, ownFolder: string): string {
  switch (config.type) {
    case 'directory':
      return resolve(siteDir, config.path ?? ownFolder)
    case 's3':
      return `s3://${config.bucket}/${config.prefix ?? ''}`
  }
}
