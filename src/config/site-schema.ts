import * as v from 'valibot'
import { GATEWAY_KEYS, gatewaySchema } from './gateway-schema.ts'
import { listsSchema } from './lists-schema.ts'
import { PUBLISH_KEYS, publishSchema } from './publish-schema.ts'
import { SHOP_KEYS, shopSchema } from './shop-schema.ts'
import type { ParserName } from './types.ts'

const PARSERS = ['satteri', 'remark'] as const satisfies readonly ParserName[]

/** One line of text, trimmed. */
const text = v.pipe(
  v.string(),
  v.transform((value) => value.replace(/\s+/gu, ' ').trim()),
)

const siteUrl = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const normal = normalSiteUrl(dataset.value)
    if (normal !== null) return normal
    addIssue({ message: `\`${dataset.value}\` is not an absolute address such as \`https://example.org\`.` })
    return NEVER
  }),
)

/** The address without a slash at its end, or null unless it is absolute http(s) with neither query, fragment nor credentials. */
function normalSiteUrl(value: string): string | null {
  const url = URL.parse(value)
  if (url === null || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(value)) return null
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return null
  return url.href.replace(/\/+$/, '')
}

const languageTag = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return Intl.getCanonicalLocales(dataset.value)[0] ?? NEVER
    } catch {
      addIssue({ message: `\`${dataset.value}\` is not a language tag such as \`en\` or \`pt-BR\`.` })
      return NEVER
    }
  }),
)

const menuPath = v.pipe(
  text,
  v.regex(/^(\/(?!\/)|https?:\/\/)/, 'a menu leads to a path that begins with `/`, or to an `https://` address.'),
)

const menuItem = v.object({ title: v.pipe(text, v.nonEmpty('a menu needs words to show.')), path: menuPath })

const language = v.pipe(
  v.object({
    title: v.optional(v.nullable(text), null),
    description: v.optional(v.nullable(text), null),
    author: v.optional(v.nullable(text), null),
    menu: v.optional(v.nullable(v.array(menuItem)), null),
  }),
)

const word = v.union([v.string(), v.record(v.picklist(['zero', 'one', 'two', 'few', 'many', 'other']), v.string())])

const themeName = v.pipe(text, v.regex(/^[a-z0-9][a-z0-9-]{0,80}$/, 'a theme’s name holds only a–z, 0–9 and `-`.'))

const address = v.pipe(v.string(), v.regex(/^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/, 'this is no e-mail address.'))

const commentsPerPage = v.pipe(
  v.number(),
  v.integer('this is a whole number.'),
  v.minValue(1, 'a page has at least 1 comment.'),
  v.maxValue(1000, 'a page has at most 1000 comments.'),
)

const holdLinks = v.union(
  [
    v.pipe(
      v.literal('unlimited'),
      v.transform(() => null),
    ),
    v.pipe(v.number(), v.integer(), v.minValue(1)),
  ],
  'write how many links hold a comment back, such as `2`, or `unlimited`.',
)

const memoryMb = v.pipe(
  v.number(),
  v.integer('this is a whole number.'),
  v.minValue(128, 'a machine needs 128 MB to start.'),
  v.maxValue(65_536, 'that is too much.'),
)

const machineHost = v.pipe(
  text,
  v.regex(/^[A-Za-z0-9][^\s]*$/, 'name the host as ssh knows it: `root@host`, or `ssh://root@host:22`.'),
)

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `15m` to milliseconds. */
const time = (otherwise: string) =>
  v.pipe(
    v.union([v.literal(0), v.string()]),
    v.transform(String),
    v.regex(/^(0|\d{1,6}[smhd])$/, otherwise),
    v.transform((written) => Number.parseInt(written, 10) * (UNIT_MS[written.at(-1) as keyof typeof UNIT_MS] ?? 0)),
  )

/** The same, and `forever` to null. */
const duration = v.union([
  v.pipe(
    v.literal('forever'),
    v.transform(() => null),
  ),
  time('write a time such as `30s`, `15m`, `12h` or `7d`, `0`, or `forever`.'),
])

/** No longer than the gateway remembers what was sent. */
const editFor = v.pipe(time('write a time such as `15m` or `12h`, or `0`.'), v.maxValue(7 * UNIT_MS.d, 'this is at most `7d`.'))

const price = v.pipe(v.number(), v.minValue(0, 'a price is not less than 0.'))

const prices = v.object({
  version: v.pipe(
    v.union([v.string(), v.number()]),
    v.transform(String),
    v.nonEmpty('give these prices a name, such as `2026-11`.'),
  ),
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'name a currency by its three letters, such as `EUR`.')),
  awakeHour: price,
  memoryGbHour: v.optional(price, 0),
})

/** The keys of site.yaml. Only `title` and `url` are required. */
export const siteEntries = {
  title: v.pipe(text, v.nonEmpty('a site needs a title.')),
  url: siteUrl,
  language: v.optional(languageTag, 'en'),
  description: v.optional(text, ''),
  author: v.optional(text, ''),
  menu: v.optional(v.nullable(v.array(menuItem)), null),
  theme: v.optional(themeName, 'default'),
  content: v.optional(v.record(v.string(), v.pipe(text, v.nonEmpty('name a folder or a file.'))), {}),
  comments: v.optional(
    v.object({
      open: v.optional(v.boolean(), true),
      moderation: v.optional(v.picklist(['open', 'first', 'hold']), 'first'),
      holdLinks: v.optional(holdLinks, 2),
      holdWords: v.optional(v.array(v.pipe(text, v.nonEmpty('a word has letters.'))), []),
      perPage: v.optional(commentsPerPage, 20),
      feeds: v.optional(v.boolean(), false),
      editFor: v.optional(editFor, '15m'),
      closeAfter: v.optional(duration, 'forever'),
    }),
    {},
  ),
  shop: v.optional(shopSchema, {}),
  mail: v.optional(v.nullable(v.object({ from: address, owner: v.optional(v.nullable(address), null) })), null),
  ...listsSchema,
  languages: v.optional(v.record(languageTag, language), {}),
  words: v.optional(v.record(languageTag, v.record(v.string(), word)), {}),
  parser: v.optional(v.picklist(PARSERS), 'satteri'),
  highlight: v.optional(v.boolean(), true),
  math: v.optional(v.boolean(), false),
  toc: v.optional(v.boolean(), false),
  pictures: v.optional(v.boolean(), true),
  search: v.optional(v.boolean(), true),
  publish: v.optional(publishSchema, {}),
  gateway: v.optional(gatewaySchema, {}),
  machine: v.optional(
    v.object({
      driver: v.optional(v.picklist(['process', 'lxc', 'qemu', 'xen']), 'process'),
      memoryMb: v.optional(memoryMb, 512),
      host: v.optional(v.nullable(machineHost), null),
      keepPausedFor: v.optional(duration, '1h'),
      keepSavedFor: v.optional(duration, '30d'),
      prices: v.optional(v.nullable(prices), null),
    }),
    {},
  ),
  data: v.optional(v.record(v.string(), v.unknown()), {}),
}

/** Groups whose own keys are checked too, by the path that leads to them (list positions as `*`). */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(siteEntries),
  comments: ['open', 'moderation', 'holdLinks', 'holdWords', 'perPage', 'feeds', 'editFor', 'closeAfter'],
  mail: ['from', 'owner'],
  machine: ['driver', 'memoryMb', 'host', 'keepPausedFor', 'keepSavedFor', 'prices'],
  'machine.prices': ['version', 'currency', 'awakeHour', 'memoryGbHour'],
  'menu.*': ['title', 'path'],
  'languages.*': ['title', 'description', 'author', 'menu'],
  'languages.*.menu.*': ['title', 'path'],
  ...GATEWAY_KEYS,
  ...SHOP_KEYS,
  ...PUBLISH_KEYS,
}
