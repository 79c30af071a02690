import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createDevServer } from '../../src/build/dev/server.ts'
import { Session } from '../../src/build/dev/session.ts'
import type { RoundReport } from '../../src/build/dev/types.ts'
import { FEATURES } from '../../src/features/registry.ts'
import { type Server, startServer } from '../../src/gateway/server.ts'

const THEMES_DIR = join(import.meta.dirname, '../../themes')

export function post(title: string, date: string, tags: string, body = 'Words.'): string {
  return `---\ntitle: ${title}\ndate: ${date}\ntags: [${tags}]\n---\n\n${body}\n`
}

/** Seven posts in lists of two; the fourth alone has the tag `lone`. */
export const SMALL_SITE: Readonly<Record<string, string>> = {
  // What search adds has tests of its own.
  'site.yaml': 'title: Small\nurl: https://example.org\npostsPerPage: 2\nsearch: false\n',
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((number) => [
      `content/posts/p${number}.md`,
      post(`Post ${number}`, `2024-01-0${number}`, number === 4 ? 'lone' : 'many'),
    ]),
  ),
}

/** A site's folder under development: the real session on real files, and what it reported. */
export interface DevSite {
  readonly dir: string
  readonly outDir: string
  readonly reports: RoundReport[]
  readonly url: string
  readonly session: Session
  save(path: string, text: string): void
  remove(path: string): void
  /** An output file's text; null if it is not there. */
  page(key: string): string | null
  /** The report of the first round after the ones seen so far, or one that is there already. */
  nextRound(): Promise<RoundReport>
  /** Waits until `condition` holds. */
  until(condition: () => boolean): Promise<void>
}

export function folderWith(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'drowse-dev-'))
  for (const [path, text] of Object.entries(files)) saveFile(join(dir, path), text)
  return dir
}

function saveFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

export async function devSite(
  files: Readonly<Record<string, string>> | string = SMALL_SITE,
  { now = () => new Date('2026-06-01'), drafts = false }: { now?: () => Date; drafts?: boolean } = {},
): Promise<DevSite> {
  const dir = typeof files === 'string' ? files : folderWith(files)
  const outDir = join(dir, '.drowse', 'dev')
  const reports: RoundReport[] = []
  let seen = 0
  let session: Session | null = null
  const { app, hub, close } = createDevServer({ outDir, site: () => session })
  const opened = await Session.open(
    {
      siteDir: dir,
      themesDir: THEMES_DIR,
      outDir,
      cacheFile: join(dir, '.drowse', 'dev.db'),
      features: FEATURES,
      engine: 'test',
      now,
      drafts,
      onRound: (report) => reports.push(report),
    },
    hub,
  )
  session = opened
  const server: Server = await startServer({ fetch: app.fetch, port: 0 })
  seen = reports.length
  onTestFinished(async () => {
    close()
    await server.close(100)
    await opened.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const until = async (condition: () => boolean) => {
    const deadline = performance.now() + 10_000
    while (!condition()) {
      if (performance.now() > deadline) throw new Error('What the test waits for did not come.')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  return {
    dir,
    outDir,
    reports,
    session: opened,
    url: `http://127.0.0.1:${server.port}`,
    until,
    save: (path, text) => saveFile(join(dir, path), text),
    remove: (path) => rmSync(join(dir, path), { recursive: true }),
    page: (key) => (existsSync(join(outDir, key)) ? readFileSync(join(outDir, key), 'utf8') : null),
    async nextRound() {
      await until(() => reports.length > seen)
      const report = reports[seen++]
      if (!report) throw new Error('There is no such report.')
      return report
    },
  }
}

/** When each file below a folder but its manifests was last written, to the nanosecond. */
export function writeTimes(dir: string): Map<string, bigint> {
  const found = readdirSync(dir, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile() && !entry.name.startsWith('.drowse-manifest'))
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [path.slice(dir.length + 1), statSync(path, { bigint: true }).mtimeNs]))
}
