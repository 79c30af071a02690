import type { Json } from '../protocol/types.ts'

/** `site.yaml`, checked and with its defaults filled in. Plain data. */
export interface SiteConfig {
  readonly title: string
  /** Where the site is published: absolute, http or https, without a slash at its end. */
  readonly url: string
  /** BCP 47: `en`, `pt-BR`. */
  readonly language: string
  readonly description: string
  readonly author: string
  /** Null: derived from what the site holds. */
  readonly menu: readonly MenuItem[] | null
  /** The name of a theme. */
  readonly theme: string
  /** Kind → the folder or file its entries are read from (relative to the site, or absolute), in place of the kind's own `source`. */
  readonly content: { readonly [kind: string]: string }
  readonly comments: CommentsConfig
  readonly postsPerPage: number
  /** Where to publish; the embedded folder where it is not said. Credentials are never part of it: they come from the environment. */
  readonly publish?: PublishConfig
  readonly parser: ParserName
  /** Whatever the theme reads; Drowse itself does not. */
  readonly data: { readonly [key: string]: Json }
}

export interface MenuItem {
  readonly title: string
  /** A path of the site, `/about/`, or an absolute URL. */
  readonly path: string
}

export interface PublishConfig {
  readonly store?: StoreConfig
  readonly purge?: PurgeConfig
}

export type StoreConfig =
  | { readonly type: 'directory' }
  | {
      readonly type: 's3'
      readonly bucket: string
      readonly endpoint?: string
      readonly region?: string
      readonly prefix?: string
    }

export type PurgeConfig =
  | { readonly type: 'none' }
  | { readonly type: 'cloudfront'; readonly distribution: string }
  | { readonly type: 'http'; readonly url: string; readonly mode: 'each' | 'webhook' }

export interface CommentsConfig {
  readonly open: boolean
  /** `open`: shown at once. `hold`: shown once the owner has approved them. */
  readonly moderation: 'open' | 'hold'
}

/** The Markdown parsers that Drowse brings along. */
export type ParserName = 'satteri' | 'remark'
