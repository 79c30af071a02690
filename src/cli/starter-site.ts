import { stringify } from 'yaml'

/** What a site begins with. */
export interface Beginning {
  /** The folder’s name, from which the title comes: `my-site` → “My site”. */
  readonly folder: string
  /** Who writes it. */
  readonly author: string
  readonly now: Date
}

/** Folders that programs make and nobody keeps. */
export const IGNORED: readonly string[] = ['dist/', '.drowse/', 'node_modules/']

/** The files of a new site, by path. Pure. */
export function starterFiles({ folder, author, now }: Beginning): ReadonlyMap<string, string> {
  const date = now.toISOString().replace(/\.\d+Z$/, 'Z')
  return new Map([
    [
      'site.yaml',
      `${line({ title: titleOf(folder) })}
# The address it will be published at, for feeds and links. Change it before you publish.
url: https://example.org
language: en
description: ""
${line({ author })}
# Whether posts take comments, and whether all wait until you show them (hold), those of newcomers (first), or none (open).
comments:
  open: true
  moderation: first
`,
    ],
    [
      'content/posts/hello.md',
      `---
title: Hello
date: ${date}
tags: [first]
---

This is the first post. It lies in \`content/posts/hello.md\`: change it, or remove it and begin another.

- A file in \`content/posts\` is a post, one in \`content/notes\` a note.
- A file in \`content\` itself is a page: \`content/about.md\` is published at \`/about/\`.
- Pictures go into \`media\`: \`media/owl.jpg\` is \`/media/owl.jpg\`.
`,
    ],
    [
      'content/profile.md',
      `---
${line({ title: author })}
description: Who writes here.
links: []
---

Say who you are.
`,
    ],
  ])
}

/** The text of a .gitignore that has every line of `IGNORED`, those it had before included; null where none is missing. */
export function gitIgnore(before: string): string | null {
  const missing = IGNORED.filter((line) => !before.split(/\r?\n/).includes(line))
  if (missing.length === 0) return null
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`
}

function titleOf(folder: string): string {
  const words = folder.replace(/[-_.\s]+/g, ' ').trim()
  return words === '' ? 'My site' : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** One line of YAML, quoted where YAML wants it. */
function line(member: Readonly<Record<string, string>>): string {
  return stringify(member, { lineWidth: 0 }).trimEnd()
}
