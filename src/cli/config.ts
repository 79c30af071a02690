import { join, resolve } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import type { SiteConfig } from '../config/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { SITE_HEADERS } from '../gateway/static.ts'
import { cloudFrontTemplate } from '../publish/front/cloudfront.ts'
import { nginxCache, nginxFiles } from '../publish/front/nginx.ts'
import { varnishConfig } from '../publish/front/varnish.ts'
import type { Terminal } from './terminal.ts'

const CACHES = { nginx: nginxCache, varnish: varnishConfig, cloudfront: cloudFrontTemplate } as const

/** `drowse config`: prints a configuration; nothing is read but site.yaml, nothing is written. */
export async function runConfig(
  terminal: Terminal,
  server: keyof typeof CACHES,
  site: string,
  options: { origin?: string; gateway: string },
): Promise<number> {
  const siteDir = resolve(site)
  const { config } = await readSiteFile(siteDir)
  const common = { site: config.url, gateway: address('--gateway', options.gateway), headers: SITE_HEADERS }
  const origin = options.origin ?? bucketOf(config)
  const text =
    origin !== null
      ? CACHES[server]({ ...common, origin: address('--origin', origin) })
      : nginxFiles(common, join(folderOf(config, siteDir, server), 'site'))
  terminal.line(text.trimEnd())
  terminal.result({ server, config: text })
  return 0
}

/** The address of a bucket's public objects, path style; null for a directory. */
function bucketOf({ publish: { store } }: SiteConfig): string | null {
  if (store?.type !== 's3') return null
  const base = store.endpoint ?? `https://s3.${store.region ?? 'us-east-1'}.amazonaws.com`
  return `${base.replace(/\/+$/, '')}/${store.bucket}/${store.prefix ?? ''}site`
}

function folderOf({ publish: { store } }: SiteConfig, siteDir: string, server: string): string {
  if (server === 'nginx')
    return resolve(siteDir, store?.type === 'directory' && store.path !== undefined ? store.path : join('.drowse', 'published'))
  throw new DrowseError('usage', `${server} can’t serve files by itself.`, {
    hint: 'Say with --origin where the published files are served from.',
  })
}

function address(option: string, text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new DrowseError('usage', `${option} takes an address such as https://example.org, not “${text}”.`)
}
