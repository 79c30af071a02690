import * as v from 'valibot'

const PATH = /^content\/posts\/(?:[a-zA-Z0-9][\w.-]*\/)*[a-zA-Z0-9][\w.-]*\.md$/
const NAMES =
  'The path is not one such as content/posts/hello.md: names have letters from a to z, digits, dots, dashes and underscores.'

/** A post as the owner sends it: the name of its file and the whole file, front matter and Markdown. */
export const postSaveSchema = v.object(
  {
    path: v.pipe(
      v.string('The path is missing: say which file the post is, such as content/posts/hello.md.'),
      v.regex(PATH, NAMES),
    ),
    text: v.string('The text is missing: send the whole file, front matter and Markdown.'),
  },
  'A post is sent as an object with a path and a text.',
)
