import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import type { PublishConfig, PurgeConfig, SiteConfig, StoreConfig } from '../config/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { openPublisher } from '../publish/publisher.ts'
import type { PublisherOptions } from '../publish/publisher-parts.ts'
import { cloudFrontPurge } from '../publish/purge/cloudfront.ts'
import { httpPurge } from '../publish/purge/http.ts'
import { noPurge } from '../publish/purge/none.ts'
import type { Purge } from '../publish/purge/types.ts'
import { directoryStore } from '../publish/stores/directory.ts'
import { s3Store } from '../publish/stores/s3.ts'
import type { Publisher, Store } from '../publish/types.ts'
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
  const storeConfig = config.publish.store ?? { type: 'directory', path: ownFolder }
  const publisher = await openPublisher(await openStore(storeConfig, siteDir), indexPath, publisherOptions(config, terminal))
  return {
    config,
    publisher,
    place: placeOf(storeConfig, siteDir),
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

/** Opens a store; of the S3 kind, what it can do is tried out first. */
export async function openStore(config: StoreConfig, siteDir: string): Promise<Store> {
  switch (config.type) {
    case 'directory':
      return directoryStore(resolve(siteDir, config.path))
    case 's3':
      return await s3Store(config)
  }
}

/** What site.yaml says of publishing, as a publisher takes it. */
export function publisherOptions(config: SiteConfig, terminal: Terminal): Partial<PublisherOptions> {
  const { precompress, keepDays, graceHours, purge } = config.publish
  return {
    precompress,
    retention: { keepMs: keepDays * 24 * HOUR_MS, graceMs: graceHours * HOUR_MS },
    purge: purgeOf(purge, config.url),
    onPurgeFailure: (error) => terminal.error(error),
  }
}

function purgeOf(config: PurgeConfig, site: string): Purge {
  switch (config.type) {
    case 'none':
      return noPurge()
    case 'http':
      return httpPurge({ url: config.url, mode: config.mode, site, token: process.env.DROWSE_PURGE_TOKEN })
    case 'cloudfront':
      return cloudFrontPurge({ distribution: config.distribution })
  }
}

function placeOf(config: NonNullable<PublishConfig['store']>, siteDir: string): string {
  switch (config.type) {
    case 'directory':
      return resolve(siteDir, config.path)
    case 's3':
      return `s3://${config.bucket}/${config.prefix ?? ''}`
  }
}
