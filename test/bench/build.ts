import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postFile, writeBlogCorpus } from './blog-corpus.ts'
import { benchSaves } from './build-dev.ts'
import { peersNamed } from './build-peers.ts'
import { bar, median, table } from './report.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const MAIN = join(ROOT, 'src', 'cli', 'drowse.js')
const PEAK = join(import.meta.dirname, 'build-peak.js')
const LISTING = join(import.meta.dirname, 'build-listing.js')
const ROUNDS = 3
/** Makes the pages that the peers make: a tag has one page and no feed of its own, and there is no search. */
const PEERS_SITE = 'title: Bench\nurl: https://blog.example.com\npostsPerTermPage: 1000\ntermFeeds: false\nsearch: false\n'
/** How many times as long as a peer that highlights too. */
const HIGHLIGHTED_BAR = 0.5
const BIG = 10_000

/** How many times as long as a peer a cold build may take, by the number of posts. */
const COLD_BARS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  1000: { hugo: 1.5, eleventy: 0.45 },
  10000: { hugo: 0.9, eleventy: 0.35 },
}

/**
 * `drowse build` as a process of its own, from nothing, with nothing changed and with one post edited; `drowse dev`; and the most memory. On a tmpfs where there is
 * one: on a busy disk the file system is what gets timed. `asked` may name `hugo` (its program has to be there) and `eleventy` (installed here by npm).
 */
export async function benchBuild(asked: readonly string[]): Promise<string> {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'drowse-bench-'))
  try {
    const parts = [
      cold(dir, 1_000, asked),
      cold(dir, BIG, asked),
      cold(dir, BIG, asked, { highlight: true }),
      warm(siteOf(dir, BIG)),
      oneEdit(siteOf(dir, BIG)),
      await benchSaves(ownSite(dir, BIG), BIG),
      memory(dir),
    ]
    return parts.join('\n\n')
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Looks {
  readonly highlight: boolean
}

const PLAIN: Looks = { highlight: false }

interface BenchSite {
  readonly posts: number
  readonly site: string
  readonly out: string
}

function siteOf(dir: string, posts: number, { highlight }: Looks = PLAIN): BenchSite {
  const site = join(dir, `site-${posts}${highlight ? '-highlighted' : ''}`)
  if (!existsSync(site)) {
    writeBlogCorpus(join(site, 'content'), posts)
    writeFileSync(join(site, 'site.yaml'), `${PEERS_SITE}highlight: ${highlight}\n`)
  }
  return { posts, site, out: join(dir, `out-${posts}${highlight ? '-highlighted' : ''}`) }
}

/** The folder of a site as Drowse makes it unless it is told otherwise: lists of tags cut into pages, feeds of tags, a search. */
function ownSite(dir: string, posts: number): string {
  const site = join(dir, `site-${posts}-own`)
  writeBlogCorpus(join(site, 'content'), posts)
  writeFileSync(join(site, 'site.yaml'), 'title: Bench\nurl: https://blog.example.com\nhighlight: false\n')
  return site
}

/** From nothing: no output and no cache, in turns with the peers, so that what the computer does meanwhile meets all alike. */
function cold(dir: string, posts: number, asked: readonly string[], looks = PLAIN): string {
  const bench = siteOf(dir, posts, looks)
  const peers = peersNamed(asked, dir)
  const ours: number[] = []
  const theirs = peers.map(() => [] as number[])
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(bench.out, { recursive: true, force: true })
    rmSync(join(bench.site, '.drowse'), { recursive: true, force: true })
    ours.push(build(bench).seconds)
    for (const [index, peer] of peers.entries()) {
      const out = join(dir, `out-${peer.name}`)
      theirs[index]?.push(peer.build(join(bench.site, 'content'), out, looks))
      if (round === ROUNDS - 1) console.error(`${peer.name} made ${pagesIn(out)} pages`)
      rmSync(out, { recursive: true })
    }
  }
  const rows = peers.map((peer, index) => [peer.name, median(theirs[index] ?? []), list(theirs[index] ?? [])])
  return [
    `From nothing, ${posts} posts, ${looks.highlight ? 'highlighted' : 'no highlighting'}, median of ${ROUNDS} (s); ${pagesIn(bench.out)} pages`,
    table(['', 'median', 'all'], [['drowse', median(ours), list(ours)], ...rows]),
    ...peers.map((peer, index) =>
      against(
        peer.name,
        median(ours) / median(theirs[index] ?? []),
        looks.highlight ? HIGHLIGHTED_BAR : COLD_BARS[posts]?.[peer.name],
      ),
    ),
  ].join('\n')
}

function against(name: string, times: number, atMost: number | undefined): string {
  return name === 'bare' || atMost === undefined ? `times ${name}: ${times.toFixed(2)}` : bar(`times ${name}`, times, atMost)
}

function warm(bench: BenchSite): string {
  build(bench)
  const ours: number[] = []
  const listings: number[] = []
  for (let round = 0; round < ROUNDS * 3; round++) {
    ours.push(build(bench).seconds)
    listings.push(run([LISTING, bench.site, bench.out, '2']).seconds)
  }
  return [
    `Nothing changed, ${bench.posts} posts, median of ${ours.length} (s)`,
    table(
      ['', 'median', 'all'],
      [
        ['drowse', median(ours), list(ours)],
        ['a process that lists all files twice', median(listings), list(listings)],
      ],
    ),
    bar('nothing changed, s', median(ours), 0.4),
    bar('times listing twice', median(ours) / median(listings), 1),
  ].join('\n')
}

function oneEdit(bench: BenchSite): string {
  const ours: number[] = []
  for (let round = 0; round < ROUNDS * 3; round++) {
    appendFileSync(join(bench.site, 'content', postFile(1 + ((round * 1013) % bench.posts))), `\nEdit ${round}.\n`)
    ours.push(build(bench).seconds)
  }
  return [
    `One post edited, a new process, ${bench.posts} posts: median ${median(ours).toFixed(2)} s, all ${list(ours)}`,
    bar('one edit, s', median(ours), 0.6),
  ].join('\n')
}

function memory(dir: string): string {
  const peaks = [BIG, 5 * BIG].map((posts) => {
    const bench = siteOf(dir, posts)
    rmSync(bench.out, { recursive: true, force: true })
    rmSync(join(bench.site, '.drowse'), { recursive: true, force: true })
    const { peakMb, seconds } = build(bench)
    rmSync(bench.out, { recursive: true })
    return { posts, peakMb, seconds }
  })
  const [small = Number.NaN, large = Number.NaN] = peaks.map(({ peakMb }) => peakMb)
  return [
    'The most memory that building from nothing takes (resident, MB)',
    table(
      ['', 'MB', 's'],
      peaks.map(({ posts, peakMb, seconds }) => [`${posts} posts`, peakMb, seconds]),
    ),
    bar(`${BIG} posts, MB`, small, 500),
    bar(`${5 * BIG} posts, times that`, large / small, 2),
  ].join('\n')
}

function build({ site, out }: BenchSite): { readonly seconds: number; readonly peakMb: number } {
  return run([MAIN, 'build', site, '--out', out])
}

function run(args: readonly string[]): { readonly seconds: number; readonly peakMb: number } {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-bench-'))
  const peak = join(dir, 'peak')
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--import', PEAK, ...args], {
    encoding: 'utf8',
    env: { ...process.env, DROWSE_BENCH_PEAK: peak },
  })
  const seconds = (performance.now() - startedAt) / 1000
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr.slice(0, 2000)}`)
  const peakMb = Number(readFileSync(peak, 'utf8')) / 1024
  rmSync(dir, { recursive: true })
  return { seconds, peakMb }
}

function pagesIn(out: string): number {
  return readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html')).length
}

const list = (seconds: readonly number[]) => seconds.map((value) => value.toFixed(2)).join(' ')
