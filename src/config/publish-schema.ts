import * as v from 'valibot'

const text = (what: string) => v.pipe(v.string(), v.trim(), v.nonEmpty(`name ${what}.`))

const address = v.pipe(
  text('an address'),
  v.check((value) => /^https?:\/\/./i.test(value) && URL.canParse(value), 'this is an address such as `https://example.org`.'),
)

const store = v.variant('type', [
  v.object({ type: v.literal('directory'), path: v.exactOptional(text('a folder')) }),
  v.object({
    type: v.literal('s3'),
    bucket: text('a bucket'),
    endpoint: v.exactOptional(address),
    region: v.exactOptional(text('a region')),
    prefix: v.exactOptional(
      v.pipe(
        text('what goes before every key'),
        v.regex(/^([^/]+\/)*$/, 'a prefix has no slash at its begin and one at its end: `blog/`.'),
      ),
    ),
    forcePathStyle: v.exactOptional(v.boolean()),
  }),
])

const purge = v.variant('type', [
  v.object({ type: v.literal('none') }),
  v.object({ type: v.literal('http'), url: address, mode: v.optional(v.picklist(['each', 'webhook']), 'each') }),
  v.object({ type: v.literal('cloudfront'), distribution: text('a distribution') }),
])

const amount = v.pipe(v.number(), v.minValue(0, 'this is not less than nothing.'), v.maxValue(3650, 'that is too long.'))

/** `publish` in site.yaml. What is secret is not here: it comes from the environment. */
export const publishSchema = v.object({
  store: v.optional(v.nullable(store), null),
  purge: v.optional(purge, { type: 'none' }),
  precompress: v.optional(v.array(v.picklist(['br', 'gzip'])), []),
  keepDays: v.optional(amount, 30),
  graceHours: v.optional(amount, 24),
})

export const PUBLISH_KEYS: Readonly<Record<string, readonly string[]>> = {
  publish: Object.keys(publishSchema.entries),
  'publish.store': ['type', 'path', 'bucket', 'endpoint', 'region', 'prefix', 'forcePathStyle'],
  'publish.purge': ['type', 'url', 'mode', 'distribution'],
}
