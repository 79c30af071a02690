import anyAscii from 'any-ascii'

/** One segment of a slug. */
const SEGMENT = /^[a-z0-9][a-z0-9-]{0,80}$/

const LONGEST_SEGMENT = 81

/** True for a slug whose every segment is of `a-z`, `0-9` and `-`: it can neither leave its folder nor need escaping. */
export function isSlug(text: string): boolean {
  return text.split('/').every((segment) => SEGMENT.test(segment))
}

/** Any words as one segment of a slug, or '' where no letter or digit is left: `Ünïcode & Co.` → `unicode-co`. */
export function slugify(words: string): string {
  const ascii = anyAscii(words.normalize('NFC')).toLowerCase()
  const dashed = ascii.replace(/['’]/g, '').replace(/[^a-z0-9]+/g, '-')
  return dashed.replace(/^-/, '').slice(0, LONGEST_SEGMENT).replace(/-$/, '')
}

/** As slugify, but with a word for the signs that tell tags apart: `C++` → `c-plus-plus`, `C#` → `c-sharp`. */
export function slugifyTag(name: string): string {
  return slugify(name.replaceAll('+', ' plus ').replaceAll('#', ' sharp ').replaceAll('&', ' and '))
}

/**
 * The slug of a file by its place in its kind's folder: `2024/Hello World.md` → `2024/hello-world`. A file named `index` stands for its
 * folder, and so the kind's own folder has the slug ''. Null where a segment has neither letter nor digit.
 */
export function slugOfPath(pathInFolder: string): string | null {
  const segments = pathInFolder
    .replace(/\.[^./]+$/, '')
    .split('/')
    .filter((segment) => segment !== '')
  if (segments.at(-1)?.toLowerCase() === 'index') segments.pop()
  else if (segments.length === 0) return null
  const slugs = segments.map(slugify)
  return slugs.every((slug) => SEGMENT.test(slug)) ? slugs.join('/') : null
}

/** The date at the head of a file's name: `posts/2024-05-01-hello.md` → `2024-05-01`. */
export function datePrefix(path: string): string | null {
  return /^(\d{4}-\d{2}-\d{2})(?:-|\.[^.]+$)/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1] ?? null
}
