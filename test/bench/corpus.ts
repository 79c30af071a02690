import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WORDS =
  'the of and to in a is that for it as was with be by on not at are this have from or one you were all there would their we been has when who will more if out so said what up its about into than them can only other new some could time these two may then do first any my now such like our over me even most made after also did many before must through back years where much your way well down should because each just those people how little state good very make world still own see work long get here between both life being under never day same another know while last might us great old year off come since against go came right used take three market coffee paper kitchen repair workshop harbour bicycle garden cotton linen'.split(
    ' ',
  )
const TAGS =
  'coffee repair workshop bicycles gardening cotton linen ceramics shipping paper kitchen bakery roasting brewing farming'.split(
    ' ',
  )

/** What is measured is not what a crowd may do. */
const UNLIMITED = 'gateway: { writesPerHour: unlimited, wakesPerHour: unlimited, wakesPerDay: unlimited }\n'

/** Writes a site of `count` posts of about 650 words each, the same for every call. */
export function writeCorpus(siteDir: string, count: number): void {
  const random = generator(count)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const sentence = () => `${Array.from({ length: 8 + Math.floor(random() * 14) }, () => pick(WORDS)).join(' ')}.`
  const paragraph = () => Array.from({ length: 5 }, sentence).join(' ')
  const posts = join(siteDir, 'content', 'posts')
  mkdirSync(posts, { recursive: true })
  writeFileSync(
    join(siteDir, 'site.yaml'),
    `title: Bench\nurl: https://bench.example\ncomments: { moderation: open }\n${UNLIMITED}`,
  )
  for (let number = 1; number <= count; number++) {
    const date = new Date(Date.UTC(2012, 0, 1) + number * 6 * 3600_000).toISOString()
    const tags = [...new Set([pick(TAGS), pick(TAGS)])]
    const body = [
      paragraph(),
      `## ${pick(WORDS)} ${pick(WORDS)}`,
      paragraph(),
      `- ${sentence()}\n- ${sentence()}`,
      paragraph(),
      '| Item | Price |\n| :--- | ---: |\n| coffee | €3 |\n| paper | €7 |',
      `> ${paragraph()}`,
      '```ts\nexport const answer = 42\n```',
      paragraph(),
      `See [another](/posts/post-${1 + Math.floor(random() * count)}/) and *this* **that**.`,
      paragraph(),
    ]
    const matter = `---\ntitle: ${pick(WORDS)} ${pick(WORDS)} ${number}\ndate: ${date}\ntags: [${tags.join(', ')}]\n---\n`
    writeFileSync(join(posts, `post-${number}.md`), `${matter}\n${body.join('\n\n')}\n`)
  }
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
