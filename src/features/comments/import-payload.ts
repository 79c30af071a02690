import * as v from 'valibot'

const source = v.pipe(v.string(), v.regex(/^[a-z]+:[\w.-]{1,100}$/, 'A source is a system and an id, such as `disqus:123`.'))
const line = v.pipe(
  v.string(),
  v.check((text) => !/\p{Cc}/u.test(text), 'Control characters and line breaks can’t stand here.'),
)

/** What `comment.import` carries: comments of another system, what is answered before its answers. `dry`: only says what it would do. */
export const importSchema = v.object({
  dry: v.boolean(),
  comments: v.pipe(
    v.array(
      v.object({
        source,
        parent: v.nullable(source),
        pages: v.pipe(v.array(v.pipe(v.string(), v.startsWith('/'), v.maxLength(2000))), v.maxLength(5)),
        name: v.pipe(line, v.minLength(1), v.maxLength(160)),
        email: v.pipe(line, v.maxLength(254)),
        date: v.pipe(v.string(), v.isoTimestamp()),
        text: v.pipe(v.string(), v.minLength(1), v.maxLength(64_000)),
        byOwner: v.boolean(),
        state: v.picklist(['shown', 'held']),
      }),
    ),
    v.maxLength(500, 'At most 500 comments at once.'),
  ),
})

export type OldComment = v.InferOutput<typeof importSchema>['comments'][number]

/** What `comment.export` carries: which comments are asked for, by their number. */
export const exportSchema = v.object({ after: v.pipe(v.number(), v.integer(), v.minValue(0)) })
