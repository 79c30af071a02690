import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WORDS =
  `the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will more no if out so said what up its about into than them can only other new some could time these two may then do first any my now such like our over man me even most made after also did many before must through back years where much your way well down should because each just those people mr how too little state good very make world still own see men work long get here between both life being under never day same another know while last might us great old year off come since against go came right used take three market coffee paper kitchen repair workshop harbour bicycle garden cotton linen ceramic shipping parcel invoice customer basket checkout delivery refund discount newsletter season bakery roast grinder filter kettle water bean flavour origin farm harvest price stock variant colour size fabric pattern thread needle wool yarn dye print frame poster sticker notebook pencil ink brush canvas server cache render template markdown static page build deploy bucket object storage edge request latency commit branch release draft comment reader author editor`.split(
    ' ',
  )
const TAGS =
  `coffee repair workshop bicycles gardening cotton linen ceramics shipping paper kitchen bakery roasting brewing farming pricing stock design print frames posters stickers notebooks ink painting servers caching rendering templates markdown static builds deploys storage edge latency git releases drafts comments readers authors editing seasons offers returns newsletter guides reviews travel photography music films books history science maths security accessibility fonts colours`.split(
    ' ',
  )
const PICTURES = 20

/**
 * Writes `posts/post-00001.md` … into a folder: blog posts of about 700 words with front matter, links, lists, tables, code, footnotes and task lists, the same
 * for every call; and the pictures they show into `img/`.
 */
export function writeBlogCorpus(contentDir: string, count: number): void {
  const text = proseOf(count)
  mkdirSync(join(contentDir, 'posts'), { recursive: true })
  mkdirSync(join(contentDir, 'img'), { recursive: true })
  for (let number = 1; number <= PICTURES; number++) writeFileSync(join(contentDir, 'img', `photo-${number}.png`), PICTURE)
  for (let number = 1; number <= count; number++) writeFileSync(join(contentDir, postFile(number)), text.post(number))
}

/** Where the post of this number is in a corpus: `posts/post-00001.md`. */
export function postFile(number: number): string {
  return `posts/post-${digits(number)}.md`
}

/** A PNG of one pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

function digits(number: number): string {
  return String(number).padStart(5, '0')
}

function proseOf(count: number) {
  const random = generator()
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const word = () => pick(WORDS)
  const named = () => capital(word())

  function inline(): string {
    const plain = word()
    const chance = random()
    if (chance < 0.018) return `**${plain} ${word()}**`
    if (chance < 0.034) return `*${plain}*`
    if (chance < 0.046) return `\`${plain}.${word()}()\``
    if (chance < 0.058) return `[${plain} ${word()}](https://example.com/${word()}/${between(1, 999)})`
    if (chance < 0.066) return `[${plain} ${word()}](/posts/post-${digits(between(1, count))}/)`
    return chance < 0.069 ? `~~${plain}~~` : plain
  }

  function sentence(length = between(8, 22)): string {
    const words = Array.from({ length }, inline)
    words[0] = capital(words[0] ?? '')
    if (length > 12) words[between(4, length - 4)] += ','
    return words.join(' ') + pick(['.', '.', '.', '.', '?', '!', ` — “${word()}” & more.`])
  }

  const paragraph = (sentences: number) => Array.from({ length: sentences }, () => sentence()).join(' ')
  const plain = (length: number) => sentence(length).replace(/[`*[\]~"]/g, '')
  const heading = (depth: number) => `${'#'.repeat(depth)} ${named()} ${word()} ${word()}`
  const picture = () => `![${plain(5)}](/img/photo-${between(1, PICTURES)}.png "${named()} ${word()}")`

  function list(mark: (index: number) => string): string {
    const items = Array.from({ length: between(3, 6) }, (_, index) => {
      const nested = random() < 0.2 ? `\n${' '.repeat(mark(index).length + 1)}- ${sentence(5)}` : ''
      return `${mark(index)} ${sentence(between(5, 10))}${nested}`
    })
    return items.join('\n')
  }

  function table(): string {
    const rows = Array.from(
      { length: between(4, 7) },
      () =>
        `| ${named()} ${word()} | ${pick(['S', 'M', 'L', 'XL'])} | €${between(3, 99)}.${between(10, 99)} | ${pick(['`in stock`', '*sold out*', '**3 left**'])} |`,
    )
    return ['| Item | Size | Price | Stock |', '| :--- | :---: | ---: | --- |', ...rows].join('\n')
  }

  function typescript(): string {
    const [noun, field, type] = [word(), word(), named()]
    return `\`\`\`ts
import { readFile } from 'node:fs/promises'
import type { ${type}Options } from './${field}.js'

// ${plain(8)}
export interface ${type} {
  readonly id: string
  ${field}?: number
  tags: readonly string[]
}

export async function load_${noun}(path: string, opts: Partial<${type}Options> = {}): Promise<${type}[]> {
  const text = await readFile(path, 'utf8')
  const rows = text.split('\\n').filter((row) => row.length > ${between(0, 9)})
  for (const [i, row] of rows.entries()) {
    if (row.startsWith('#')) continue
    console.log(\`line \${i}: \${row.slice(0, ${between(10, 80)})}\`)
  }
  return rows.map((id) => ({ id, ${field}: ${between(1, 9999)}, tags: ['${pick(TAGS)}', "${pick(TAGS)}"] }))
}
\`\`\``
  }

  function shell(): string {
    return `\`\`\`sh
#!/bin/sh
set -eu
for f in "$HOME"/${word()}/*.md; do
  n=$(wc -w < "$f") # ${word()} ${word()}
  if [ "$n" -gt ${between(100, 900)} ]; then
    echo "$f: $n words" | tee -a ${word()}.log
  fi
done
npm run build -- --out dist/${word()} && curl -fsS -X POST "https://example.com/hook?id=${between(1, 9999)}"
\`\`\``
  }

  function body(): string {
    const parts = [paragraph(4), picture(), heading(2), paragraph(4), list(() => '-'), heading(3), `${paragraph(3)}[^1]`]
    parts.push(
      typescript(),
      paragraph(2),
      heading(2),
      list((index) => `${index + 1}.`),
      table(),
      `> ${paragraph(2)}`,
    )
    parts.push(heading(3), `${paragraph(3)}[^note]`, shell(), heading(2), `- [x] ${sentence(6)}\n- [ ] ${sentence(6)}`)
    while (parts.join('\n\n').split(/\s+/).length < 575) parts.push(paragraph(2))
    if (random() < 0.4) parts.push(picture())
    parts.push('---', paragraph(1), `[^1]: ${sentence(10)}\n\n[^note]: ${sentence(12)}`)
    return parts.join('\n\n')
  }

  return {
    post(number: number): string {
      const tags = [...new Set([pick(TAGS), pick(TAGS), pick(TAGS)])]
      const title = `${named()} ${Array.from({ length: between(3, 7) }, word).join(' ')}`
      const matter = [
        `title: "${title}"`,
        `date: ${new Date(FIRST_DAY + number * Math.floor(SPAN_MS / count)).toISOString()}`,
        `description: "${Array.from({ length: 18 }, word).join(' ')}"`,
        `tags: [${tags.join(', ')}]`,
        `author: ${pick(['Ada', 'Grace', 'Linus', 'Yuki'])}`,
      ]
      return `---\n${matter.join('\n')}\n---\n\n${body()}\n`
    },
  }
}

const FIRST_DAY = Date.UTC(2012, 0, 1)
const SPAN_MS = Date.UTC(2026, 9, 1) - FIRST_DAY

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** mulberry32: small, and the same everywhere. */
function generator(): () => number {
  let state = 0x9e3779b8 | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
