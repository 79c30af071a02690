import { join } from 'node:path'
import type { PublishConfig } from '../config/types.ts'
import { noPurge } from '../publish/purge/none.ts'
import type { Purge } from '../publish/purge/types.ts'
import { directoryStore } from '../publish/stores/directory.ts'
import type { Store } from '../publish/types.ts'

/** The store a site is published to. The AWS SDK is loaded only for those who use it, and finds its credentials by itself. */
export async function openStore({ store = { type: 'directory' } }: PublishConfig, dataDir: string): Promise<Store> {
  switch (store.type) {
    case 'directory':
      return directoryStore(join(dataDir, 'store'))
    case 's3': {
      const { s3Store } = await import('../publish/stores/s3.ts')
      return await s3Store(store)
    }
  }
}

/** What tells the caches in front of the store. `site`: where it is published. `token`: for caches that ask for one. */
export async function openPurge(
  { purge = { type: 'none' } }: PublishConfig,
  site: string,
  token: string | undefined,
): Promise<Purge> {
  switch (purge.type) {
    case 'none':
      return noPurge()
    case 'cloudfront': {
      const { cloudFrontPurge } = await import('../publish/purge/cloudfront.ts')
      return cloudFrontPurge({ distribution: purge.distribution })
    }
    case 'http': {
      const { httpPurge } = await import('../publish/purge/http.ts')
      return httpPurge({ url: purge.url, mode: purge.mode, token, site })
    }
  }
}
