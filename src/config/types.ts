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
  readonly shop: ShopConfig
  /** From whom mails come, and where the owner gets theirs; null: none are sent. */
  readonly mail: { readonly from: string; readonly owner: string | null } | null
  readonly postsPerPage: number
  /** Null: as many as any list. */
  readonly postsPerTermPage: number | null
  /** Whether each term has feeds of its own. */
  readonly termFeeds: boolean
  /** Front matter keys whose values are terms with pages of their own: `tags`, `series`. */
  readonly taxonomies: readonly string[]
  /** Kind → where its entries are published: `/:year/:month/:slug/`. */
  readonly permalinks: { readonly [kind: string]: string }
  /** Old path → new path or address. */
  readonly redirects: { readonly [path: string]: string }
  /** The languages beside the site's own, by tag, each with what the site says of itself in it. */
  readonly languages: { readonly [language: string]: LanguageConfig }
  /** The site's own words, by language: they go before the built-in ones. */
  readonly words: { readonly [language: string]: { readonly [key: string]: Word } }
  readonly parser: ParserName
  /** Whether code blocks are coloured. */
  readonly highlight: boolean
  /** Whether `$…$` is a formula, unless an entry says otherwise. */
  readonly math: boolean
  /** Whether entries show a table of their headings, unless they say otherwise. */
  readonly toc: boolean
  /** Whether pictures are measured and get smaller versions. */
  readonly pictures: boolean
  /** Whether the site has a search page. */
  readonly search: boolean
  readonly publish: PublishConfig
  readonly gateway: GatewayConfig
  readonly machine: MachineConfig
  /** Whatever the theme reads; Drowse itself does not. */
  readonly data: { readonly [key: string]: Json }
}

export interface LanguageConfig {
  readonly title: string | null
  readonly description: string | null
  readonly author: string | null
  readonly menu: readonly MenuItem[] | null
}

/** A sentence, or its forms for a number: `{ one: minute, other: minutes }`, as Unicode's plural rules name them. */
export type Word = string | { readonly [form: string]: string }

export interface MenuItem {
  readonly title: string
  /** A path of the site, `/about/`, or an absolute URL. */
  readonly path: string
}

export interface CommentsConfig {
  readonly open: boolean
  /** `open`: shown at once. `hold`: shown once the owner has approved them. `first`: likewise, unless one with the same address was. */
  readonly moderation: 'open' | 'first' | 'hold'
  /** So many links and more hold a comment back; null: however many it has, none do. */
  readonly holdLinks: number | null
  /** Texts that hold a comment back wherever they stand in it. */
  readonly holdWords: readonly string[]
  /** How many make a page of them full; the next one begins another. */
  readonly perPage: number
  /** Whether there are feeds of them. */
  readonly feeds: boolean
  /** How long visitors may change what they wrote, milliseconds; 0: not at all. */
  readonly editFor: number
  /** So long after an entry's date its comments close, milliseconds; null: never. */
  readonly closeAfter: number | null
}

/** How the shop sells. Prices are written as in front matter, in the shop's currency. */
export interface ShopConfig {
  /** Of orders, and of products that name none. */
  readonly currency: string
  /** Whether it takes orders. */
  readonly open: boolean
  /** Where it sends to, as ISO 3166 has them; none: wherever the buyer writes, and nobody is asked for a country. */
  readonly countries: readonly string[]
  readonly shipping: readonly ShippingMethod[]
  /** Null: none is shown. */
  readonly tax: { readonly name: string; readonly rate: number; readonly included: boolean } | null
  /** The first one unless the buyer chooses. */
  readonly payment: readonly ('invoice' | 'stripe')[]
  /** How long an order that is to be paid later keeps its goods. */
  readonly holdDays: number
  /** So long after an order is over its buyer is forgotten; null: never. */
  readonly forgetDays: number | null
  /** How to pay, for the order's page. */
  readonly instructions: string
}

/** A way of shipping. Of its `weights` the first that is not below the parcel's counts; a parcel above all of them can't be sent so. */
export interface ShippingMethod {
  readonly name: string
  readonly price: string
  readonly freeOver: string | null
  /** None: everywhere. */
  readonly countries: readonly string[]
  readonly weights: readonly { readonly upTo: number; readonly price: string }[]
}

/** What visitors may ask of the gateway and of the machine. Each is the most in any hour or day, half of which may come at once; null: no limit. */
export interface GatewayConfig {
  readonly writesPerHour: number | null
  /** From one network. */
  readonly writesPerNetwork: number | null
  readonly wakesPerHour: number | null
  readonly wakesPerDay: number | null
  /** Whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustedProxies: readonly string[]
}

/** What the site's machine is. */
export interface MachineConfig {
  readonly driver: 'process' | 'lxc' | 'qemu' | 'xen'
  /** Of a virtual machine. */
  readonly memoryMb: number
  /** Where Xen runs, as ssh knows it; null: on this computer. */
  readonly host: string | null
  /** How long it sleeps with its memory in place, milliseconds; 0: not at all, null: for ever. */
  readonly keepPausedFor: number | null
  /** How long it then sleeps with its memory on disk, if the driver can do that. */
  readonly keepSavedFor: number | null
  /** What its time costs, for the bill; null: nobody has said. */
  readonly prices: MachinePrices | null
}

export interface MachinePrices {
  /** A name for these prices: another one whenever they change. */
  readonly version: string
  /** ISO 4217. */
  readonly currency: string
  /** Of an hour awake. */
  readonly awakeHour: number
  /** Of an hour that a gigabyte of memory is held while it sleeps. */
  readonly memoryGbHour: number
}

/** Where a site is published and how. Credentials are no part of it: they come from the environment. */
export interface PublishConfig {
  /** Null: a folder of Drowse's own. */
  readonly store: StoreConfig | null
  readonly purge: PurgeConfig
  /** Compressed siblings (`.br`, `.gz`) beside each text file, for servers that look for them. */
  readonly precompress: readonly ('br' | 'gzip')[]
  /** Releases can be gone back to for this long. */
  readonly keepDays: number
  /** Files that pages refer to stay for this long after they were removed. */
  readonly graceHours: number
}

export type StoreConfig =
  /** `path`: relative to the site, or absolute; a folder of Drowse's own if it is left out. */
  | { readonly type: 'directory'; readonly path?: string }
  | {
      readonly type: 's3'
      readonly bucket: string
      readonly endpoint?: string
      readonly region?: string
      readonly prefix?: string
      readonly forcePathStyle?: boolean
    }

export type PurgeConfig =
  | { readonly type: 'none' }
  | { readonly type: 'http'; readonly url: string; readonly mode: 'each' | 'webhook' }
  | { readonly type: 'cloudfront'; readonly distribution: string }

/** The Markdown parsers that Drowse brings along. */
export type ParserName = 'satteri' | 'remark'
