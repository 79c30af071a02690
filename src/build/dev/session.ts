import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { DrowseError } from '../../errors/drowse-error.ts'
import { CONFIG_FILE, type FolderChange } from '../../features/site/read-folder.ts'
import { sources } from '../../model/site-tables.ts'
import type { Change } from '../../model/types.ts'
import type { ObjectInfo, Problem } from '../../protocol/types.ts'
import { blobsOf, differenceOf, readingOf } from '../build.ts'
import { keyOf } from '../pages.ts'
import { picturesDir, versionBytes } from '../pictures.ts'
import { type FoundExtension, NONE_FOUND } from '../site-extension.ts'
import { type Intake, type IntakeOptions, type Round, Workshop } from '../workshop.ts'
import { problemsOf, toFaults } from './faults.ts'
import type { FileChanges, KnownFiles } from './known-files.ts'
import { type Rounds, takeRounds } from './rounds.ts'
import { type Findings, SiteFolder } from './site-folder.ts'
import type { ThemeAttempt } from './theme-watch.ts'
import type { Audience, DevOptions, Fault, RoundReport } from './types.ts'
import { type Burst, type FileWatch, watchFiles } from './watch-files.ts'

/**
 * Longer than most editors take between the parts of a file: half of this at most, and an empty file is waited for anyway. What still comes later is taken in by
 * a round of its own.
 */
const QUIET_MS = 1
/** What is due and can't be shown is tried again after this time. */
const SHORTEST_ALARM_MS = 1_000
/** A clock that is set forward is noticed after this time. */
const LONGEST_ALARM_MS = 60_000

/** A site under development: its model, theme and output follow its folder. */
export class Session {
  readonly #options: DevOptions
  readonly #audience: Audience
  readonly #workshop: Workshop
  readonly #folder: SiteFolder
  readonly #rounds: Rounds
  #watch: FileWatch | null = null
  #watched: readonly string[] = []
  /** Null until a theme is in use. */
  #themeBlobs: ReadonlyMap<string, () => Uint8Array> | null = null
  #isComplete = false
  /** Paths that the last rounds could not take in; the next one tries them again. */
  #held: ReadonlySet<string> = new Set()
  #themeProblems: readonly Problem[] = []
  /** The site.ts in use: the last one that could be. */
  #extension: FoundExtension = NONE_FOUND
  #extensionProblems: readonly Problem[] = []
  #roundProblems: readonly Problem[] = []
  #watchProblems: readonly Problem[] = []
  #faults: readonly Fault[] = []
  #alarm: NodeJS.Timeout | null = null

  private constructor(options: DevOptions, audience: Audience) {
    this.#options = options
    this.#audience = audience
    this.#workshop = openWorkshop(options)
    this.#folder = new SiteFolder(options.siteDir, options.themesDir, options.features)
    this.#rounds = takeRounds((burst) => this.#round(burst))
  }

  /**
   * Builds the site and follows its folder from then on. Resolves after the first round, which may have ended in faults. Throws `site-missing`, `data-in-use` and
   * `folder-unwritable`.
   */
  static async open(options: DevOptions, audience: Audience): Promise<Session> {
    if (!existsSync(join(options.siteDir, CONFIG_FILE))) throw siteMissing(options.siteDir)
    const session = new Session(options, audience)
    try {
      await session.#watchRoots(session.#folder.rootsOf(null))
      session.#rounds.add({ paths: new Set(), since: performance.now() })
      await session.settled()
    } catch (error) {
      await session.close()
      throw error
    }
    return session
  }

  /** A file of the output as it was last rendered; null for a key the site has not. */
  find(key: string): ObjectInfo | null {
    return this.#workshop.site.pages.byKey(key)?.object ?? null
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  /** Resolves when everything noticed so far is taken in. */
  settled(): Promise<void> {
    return this.#rounds.settled()
  }

  /** Lets the round under way finish. */
  async close(): Promise<void> {
    this.#rounds.stop()
    if (this.#alarm) clearTimeout(this.#alarm)
    await this.#watch?.close()
    await this.settled()
    if (this.#isComplete) this.#workshop.finish()
    await this.#workshop.close()
  }

  /** One burst of changes, from the disk to the browsers. Whatever goes wrong becomes a fault, and is tried again with the next burst. */
  async #round({ paths, since }: Burst): Promise<void> {
    const startedAt = performance.now()
    const wasComplete = this.#isComplete
    const told = new Set<string>()
    const { saved, round, readMs } = await this.#attempt(paths, told)
    const before = this.#faults
    this.#faults = this.#currentFaults()
    const isNews = !isDeepStrictEqual(before, this.#faults)
    this.#setAlarm()
    this.#audience.changed([...(round?.written ?? []), ...(round?.removed ?? [])].filter((key) => !told.has(key)))
    if (isNews) this.#audience.faults(this.#faults)
    if (saved.length === 0 && wasComplete && !isNews && !round?.rendered) return
    const { planMs: plan = 0, renderMs: render = 0, commitMs: commit = 0 } = round ?? {}
    const ms = { gather: startedAt - since, read: readMs, plan, render, commit, total: performance.now() - since }
    const { rendered = 0, written = [], removed = [] } = round ?? {}
    const report: RoundReport = { saved, rendered, written, removed, faults: this.#faults, ms }
    this.#options.onRound(report)
  }

  /** A round of its own when the next entry is due. */
  #setAlarm(): void {
    if (this.#alarm) clearTimeout(this.#alarm)
    const due = this.#workshop.nextDue
    if (due === null) return
    const wait = Math.min(Math.max(SHORTEST_ALARM_MS, Date.parse(due) - this.#options.now().getTime()), LONGEST_ALARM_MS)
    this.#alarm = setTimeout(() => this.#rounds.add({ paths: new Set(), since: performance.now() }), wait)
  }

  /** Takes in what changed and what was held back; if these still don't go together, what changed alone. */
  async #attempt(paths: ReadonlySet<string>, told: Set<string>): Promise<Attempt> {
    const startedAt = performance.now()
    const held = this.#held
    const problems: Problem[] = []
    let saved: readonly string[] = []
    for (const tried of held.size === 0 ? [paths] : [paths.union(held), paths]) {
      try {
        const findings = await this.#folder.look([...tried])
        saved = findings.saved
        const readMs = performance.now() - startedAt
        const round = await this.#bring(findings, told)
        this.#held = new Set([...held].filter((path) => !tried.has(path)))
        this.#roundProblems = problems
        return { saved, round, readMs }
      } catch (error) {
        problems.push(...problemsOf(error, saved[0] ?? 'content/'))
        if (!isRefused(error)) break
      }
    }
    this.#held = paths.union(held)
    this.#roundProblems = problems
    return { saved, round: null, readMs: performance.now() - startedAt }
  }

  async #bring(findings: Findings, told: Set<string>): Promise<Round> {
    const { scan, files } = findings
    if (scan && (await this.#watchRoots(this.#folder.rootsOf(scan.config)))) {
      // What changed before the new watch began was not noticed.
      return this.#bring(await this.#folder.lookAll([]), told)
    }
    this.#themeProblems = findings.theme?.problems ?? this.#themeProblems
    this.#extensionProblems = findings.extension?.problems ?? this.#extensionProblems
    const isUsable = findings.extension?.problems.every(({ severity }) => severity === 'warning') ?? false
    const extension = isUsable && findings.extension ? findings.extension : this.#extension
    const attempt = findings.theme?.theme ? findings.theme : null
    if (attempt === null && this.#themeBlobs === null) throw noTheme(this.#themeProblems)
    const themeBlobs = attempt?.blobs ?? this.#themeBlobs
    const fresh = scan ? blobsOf(scan, this.#options.siteDir) : freshBytes(files, this.#options.siteDir)
    const intake: Intake = {
      ...(scan ? { markdown: readingOf(scan, extension), extension } : {}),
      showing: { time: this.#options.now().toISOString(), drafts: this.#options.drafts === true },
      ...(attempt?.theme ? { theme: attempt.theme } : {}),
      difference: (read) => (scan ? differenceOf(read, scan) : withRivals(read, files, this.#folder.known)),
      blob: (hash) => (fresh.get(hash) ?? themeBlobs?.get(hash) ?? this.#folder.known.blobs.get(hash))?.(),
    }
    const round = await this.#workshop.take(intake, { complete: scan !== null, ...this.#tellingFirst(attempt, told) })
    this.#folder.accept(findings)
    this.#extension = extension
    this.#themeBlobs = themeBlobs
    this.#isComplete ||= scan !== null
    return round
  }

  /** Pages that a browser shows are rendered before the others, and their browsers told at once. */
  #tellingFirst(attempt: ThemeAttempt | null, told: Set<string>): IntakeOptions {
    const open = this.#audience.open
    const keys = new Set(open.map(keyOf))
    return {
      first: [...(attempt?.theme?.files.assets.map(({ path }) => path) ?? []), ...open],
      written: (key) => {
        if (!keys.has(key)) return
        told.add(key)
        this.#audience.changed([key])
      },
    }
  }

  /** False where these roots are watched already. */
  async #watchRoots(roots: readonly string[]): Promise<boolean> {
    if (isDeepStrictEqual(roots, this.#watched)) return false
    await this.#watch?.close()
    this.#watched = roots
    this.#watch = await watchFiles(roots, {
      quietMs: this.#options.quietMs ?? QUIET_MS,
      onBurst: (burst) => this.#rounds.add(burst),
      onError: (error) => {
        this.#watchProblems = [watchProblem(error)]
        this.#rounds.add({ paths: new Set(), since: performance.now() })
      },
    })
    return true
  }

  #currentFaults(): readonly Fault[] {
    const problems = [
      ...this.#watchProblems,
      ...this.#roundProblems,
      ...this.#folder.problems,
      ...this.#themeProblems,
      ...this.#extensionProblems,
      ...this.#workshop.problems,
    ]
    return toFaults(problems, (where) => this.#folder.fileOf(where))
  }
}

interface Attempt {
  readonly saved: readonly string[]
  /** Null where nothing could be taken in. */
  readonly round: Round | null
  readonly readMs: number
}

/** The bytes of changed files as they were read, and of pictures' versions. */
function freshBytes({ changed }: FileChanges, siteDir: string): ReadonlyMap<string, () => Uint8Array> {
  const dir = picturesDir(siteDir)
  return new Map(changed.flatMap(({ hash, bytes, picture }) => [[hash, () => bytes] as const, ...versionBytes(picture, dir)]))
}

/** The files that changed, and those that had to stand back for another: it may be gone now. */
function withRivals(read: Pick<Change, 'row' | 'list'>, { changed, removed }: FileChanges, known: KnownFiles): FolderChange {
  const touched = new Set([...changed.map(({ path }) => path), ...removed])
  const rivals = read.list(sources.indexes.faulty, '').flatMap(({ key: path }) => {
    const stoodBack = read.row(sources, path)?.problems.some(({ rule }) => rule === 'content/duplicate-path')
    const hash = stoodBack && !touched.has(path) ? known.find(path)?.hash : undefined
    return hash === undefined ? [] : [{ path, hash }]
  })
  return { changed: [...changed, ...rivals], removed }
}

function openWorkshop(options: DevOptions): Workshop {
  try {
    return new Workshop({ ...options, exclusive: true })
  } catch (error) {
    const isLocked = error instanceof Error && /database is locked/.test(error.message)
    if (!isLocked) throw error
    throw new DrowseError('data-in-use', 'Another `drowse dev` is at work on this site.', {
      cause: error,
      hint: 'Use that one, or stop it first.',
    })
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof DrowseError && (error.code === 'page-conflict' || error.code === 'key-invalid')
}

function noTheme(problems: readonly Problem[]): DrowseError {
  return new DrowseError('theme-invalid', 'The theme does not compile, so there is nothing to render with.', {
    details: { problems },
  })
}

function siteMissing(dir: string): DrowseError {
  return new DrowseError('site-missing', `There is no site.yaml in ${dir}.`, {
    hint: 'Name the folder of a site, or write a site.yaml with two lines: `title: My site` and `url: https://example.org`.',
  })
}

function watchProblem(error: unknown): Problem {
  return {
    where: 'the site’s folder',
    rule: 'dev/watch',
    message: `Some changes may go unnoticed: ${error instanceof Error ? error.message : String(error)}.`,
    hint: 'On Linux, raise fs.inotify.max_user_watches; then start `drowse dev` again.',
    severity: 'error',
  }
}
