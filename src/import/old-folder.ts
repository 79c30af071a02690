import { slugify } from '../content/slug.ts'
import { isMarkdown } from '../content/sources.ts'
import type { Problem } from '../protocol/types.ts'
import { eleventyFile, eleventyTags, eleventyText } from './eleventy.ts'
import { dateOf, listOf, textOf } from './field-values.ts'
import { isProblem, type Parted, partFile, readSettings } from './front-matter.ts'
import { hugoFile, hugoHead, hugoTags, hugoText } from './hugo.ts'
import { jekyllFile, jekyllHead, jekyllTags, jekyllText } from './jekyll.ts'
import type { Fields, GeneratorName, OldFile, OldSite, OldText } from './types.ts'

type Head = Pick<OldSite, 'title' | 'description' | 'author' | 'language' | 'url'>

/** What differs from one generator to another. */
interface Reader {
  readonly name: GeneratorName
  readonly head: Head
  text(path: string, parted: Parted): OldText | null
  /** Where a file goes below `content/`; null for one that is not published. */
  file(path: string): string | null
  readonly translate: OldSite['translate']
}

const NO_HEAD: Head = { title: null, description: null, author: null, language: null, url: null }
const HUGO = /^(?:hugo|config)\.(?:toml|yaml|yml|json)$|^config\/_default\/(?:hugo|config)\.(?:toml|yaml|yml|json)$/
const ELEVENTY = /^(?:\.eleventy|eleventy\.config)\.(?:js|cjs|mjs|ts)$/

/** What a site’s own machinery is made of: of no use without the generator. */
const MACHINERY =
  /\.(?:html?|xml|liquid|njk|hbs|ejs|webc|css|scss|sass|less|js|cjs|mjs|ts|tsx|jsx|json|ya?ml|toml|lock|gemspec|rb|sh|txt|map)$|(?:^|\/)(?:Gemfile|Makefile|Rakefile|LICENSE|CNAME)$/i
const ABOUT_THE_FOLDER = /^(?:readme|changelog|contributing|license|code_of_conduct)\.(?:md|markdown)$/i

/** The folder of a site of any generator, taken apart. Pure. */
export function oldFolder(files: readonly OldFile[]): OldSite {
  const { reader, problems: settingsProblems } = readerOf(files)
  const problems: Problem[] = [...settingsProblems]
  const texts: OldText[] = []
  for (const file of files.filter(({ path }) => isMarkdown(path))) {
    if (ABOUT_THE_FOLDER.test(file.path) && reader.name !== 'markdown') continue
    if (/(?:^|\/)(?:node_modules|vendor|_site|public|themes|archetypes)\//.test(file.path) && reader.name !== 'markdown') continue
    const parted = partFile(file)
    if (isProblem(parted)) {
      problems.push(parted)
      continue
    }
    const text = reader.text(file.path, parted)
    if (text === null || isEmptyHome(text)) problems.push(leftOut(file.path, reader.name))
    else texts.push(complete(text, file))
  }
  const others = files.filter(({ path }) => !isMarkdown(path) && !MACHINERY.test(path))
  const published = others.flatMap(({ path, read }) => {
    const target = reader.file(path)
    return target === null ? [] : [{ path: `content/${target}`, source: path, read }]
  })
  return {
    generator: reader.name,
    ...reader.head,
    texts,
    files: published,
    problems: [...problems, ...machinery(files, reader)],
    translate: reader.translate,
  }
}

function readerOf(files: readonly OldFile[]): { readonly reader: Reader; readonly problems: readonly Problem[] } {
  const settings = (pattern: RegExp): { config: Fields; problems: readonly Problem[] } | null => {
    const file = files.find(({ path }) => pattern.test(path))
    const read = file === undefined ? null : readSettings(file)
    if (read === null) return null
    return isProblem(read) ? { config: {}, problems: [read] } : { config: read, problems: [] }
  }
  const has = (pattern: RegExp) => files.some(({ path }) => pattern.test(path))
  const jekyll = settings(/^_config\.ya?ml$/)
  if (jekyll !== null || has(/(?:^|\/)_posts\//)) {
    const { config, problems } = jekyll ?? { config: {}, problems: [] }
    const reader: Reader = {
      name: 'jekyll',
      head: jekyllHead(config),
      text: (path, parted) => jekyllText(path, parted, config),
      file: jekyllFile,
      translate: jekyllTags(config),
    }
    return { reader, problems }
  }
  const hugo = settings(HUGO)
  if (hugo !== null) {
    const { config, problems } = hugo
    const reader: Reader = {
      name: 'hugo',
      head: hugoHead(config),
      text: (path, parted) => hugoText(path, parted, config),
      file: (path) => hugoFile(path, config),
      translate: hugoTags(),
    }
    return { reader, problems }
  }
  return { reader: has(ELEVENTY) ? eleventy(files) : MARKDOWN, problems: [] }
}

function eleventy(files: readonly OldFile[]): Reader {
  const input = ['src/', 'content/'].find((folder) => files.some(({ path }) => isMarkdown(path) && path.startsWith(folder))) ?? ''
  return {
    name: 'eleventy',
    head: NO_HEAD,
    text: (path, parted) => eleventyText(path, parted, input, folderData(path, files)),
    file: (path) => eleventyFile(path, input),
    translate: eleventyTags(),
  }
}

/** What the data files of the folders around a text say: `posts/posts.json`, `posts/posts.11tydata.json`. */
function folderData(path: string, files: readonly OldFile[]): Fields {
  const folders = path.split('/').slice(0, -1)
  return Object.assign(
    {},
    ...folders.map((name, depth) => {
      const base = `${folders.slice(0, depth + 1).join('/')}/${name}`
      const file = files.find((each) => each.path === `${base}.json` || each.path === `${base}.11tydata.json`)
      const data = file === undefined ? {} : readSettings(file)
      return isProblem(data) ? {} : data
    }),
  )
}

/** A folder of Markdown and nothing more: its texts are posts, and where they were published nobody knows. */
const MARKDOWN: Reader = {
  name: 'markdown',
  head: NO_HEAD,
  text: (path, { fields, body, bodyLine }) => ({
    source: path,
    kind: 'post',
    path,
    fields,
    slug: textOf(fields.slug) === null ? null : slugify(textOf(fields.slug) ?? ''),
    title: textOf(fields.title),
    date: dateOf(fields.date) ?? dateOf(/(?:^|\/)(\d{4}-\d{2}-\d{2})-[^/]+$/.exec(path)?.[1]),
    draft: fields.draft === true,
    tags: listOf(fields.tags, /,/),
    categories: [...listOf(fields.categories, /,/), ...listOf(fields.category, /,/)],
    address: null,
    aliases: listOf(fields.aliases, /,/),
    body,
    bodyLine,
  }),
  file: (path) => `posts/${path}`,
  translate: ({ body }) => ({ markdown: body, notes: [] }),
}

/** A post has a date, if only that of its file. */
function complete(text: OldText, { changed }: OldFile): OldText {
  if (text.kind !== 'post' || text.date !== null) return text
  const message = 'It has no date; the one on which the file was last changed stands for it.'
  const note = { does: 'changed', line: 1, rule: 'import/date', message } as const
  return { ...text, date: changed.toISOString(), notes: [note] }
}

/** The first page, or that of the posts’ own folder, of which the old site’s templates made all there was. */
function isEmptyHome({ kind, path, body }: OldText): boolean {
  return /^(?:index|404)\.[^/]+$/.test(path) && (kind === 'post' || path.startsWith('404') || body.trim() === '')
}

function leftOut(path: string, generator: GeneratorName): Problem {
  const isSection = /(?:^|\/)_?index\.[^/]+$/.test(path)
  const message = isSection
    ? 'The page of a list is left out: Drowse makes the lists itself.'
    : `${path} is not published by ${generator}, and is left out.`
  return { where: path, rule: 'import/left-out', message, severity: 'warning' }
}

/** Pages in HTML and templates, which only the old generator can read. */
function machinery(files: readonly OldFile[], { file }: Reader): readonly Problem[] {
  const pages = files.filter(
    ({ path }) => /\.html?$/i.test(path) && !/(?:^|\/)(?:_|layouts\/|themes\/|node_modules\/)/.test(path) && file(path) !== null,
  )
  return pages.map(({ path }) => ({
    where: path,
    rule: 'import/html',
    message: 'A page in HTML is left out: its frame belongs to the old site.',
    hint: 'Write it as Markdown under content/, or copy it there if it stands alone.',
    severity: 'warning' as const,
  }))
}
