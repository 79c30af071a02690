import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { readSiteFile } from '../build/scan-folder.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { oldFolder } from '../import/old-folder.ts'
import { planImport, settingsOf } from '../import/plan-import.ts'
import { patternOf } from '../import/post-pattern.ts'
import { readOldFolder } from '../import/read-old-folder.ts'
import type { ImportPlan, NewFile, OldSite } from '../import/types.ts'
import { wordPressSite } from '../import/wordpress.ts'
import { readWordPressXml } from '../import/wordpress-xml.ts'
import type { Problem } from '../protocol/types.ts'
import { counted, type Terminal } from './terminal.ts'

/** `drowse import`: takes another generator’s site over. Nothing is overwritten. Exit code 0, or 1 when a file could not be taken. */
export async function runImport(terminal: Terminal, source: string, options: { to: string; dryRun?: true }): Promise<number> {
  const from = resolve(source)
  const siteDir = resolve(options.to)
  if (`${siteDir}${sep}`.startsWith(`${from}${sep}`))
    throw new DrowseError('usage', `The new site can’t be in ${from}, the old one.`, { hint: 'Name another folder with --to.' })
  const old = await readOldSite(from)
  const config = existsSync(join(siteDir, 'site.yaml')) ? (await readSiteFile(siteDir)).config : null
  const pattern = config === null ? patternOf(old.texts) : (config.permalinks.post ?? null)
  const plan = planImport(old, pattern)
  const settings = config === null ? settingsOf(old, pattern) : null
  const files = plan.files.map((file) => ({ ...file, path: placed(file.path, config?.content ?? {}) }))
  if (settings !== null)
    files.unshift({ path: 'site.yaml', source: basename(from), read: () => new TextEncoder().encode(settings.text) })
  const outcome = await writeFiles(siteDir, files, options.dryRun === true)
  const problems = [...plan.problems, ...(settings?.problems ?? []), ...outcome.problems]
  tell(terminal, siteDir, plan, outcome, problems, options.dryRun === true)
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0
}

async function readOldSite(from: string): Promise<OldSite> {
  const found = await stat(from).catch((cause: unknown) => {
    throw new DrowseError('usage', `There is no ${from}.`, {
      cause,
      hint: 'Name the folder of a site, or an export of WordPress.',
    })
  })
  if (found.isDirectory()) return oldFolder(await readOldFolder(from))
  return wordPressSite(basename(from), await readWordPressXml(from, createReadStream(from, 'utf8')))
}

/** Where a file goes in a site whose site.yaml has its posts elsewhere. */
function placed(path: string, folders: { readonly [kind: string]: string }): string {
  return folders.post !== undefined && path.startsWith('content/posts/')
    ? join(folders.post, path.slice('content/posts/'.length))
    : path
}

interface Outcome {
  readonly written: readonly string[]
  /** There already, with the same bytes. */
  readonly same: number
  readonly problems: readonly Problem[]
}

async function writeFiles(siteDir: string, files: readonly NewFile[], isDry: boolean): Promise<Outcome> {
  const written: string[] = []
  const problems: Problem[] = []
  let same = 0
  for (const { path, source, read } of files) {
    const file = resolve(siteDir, path)
    const there = await readFile(file).catch(() => null)
    if (there === null && !existsSync(file)) {
      written.push(path)
      if (isDry) continue
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, read(), { flag: 'wx' })
    } else if (there?.equals(read()) === true) same += 1
    else problems.push(exists(path, source))
  }
  return { written, same, problems }
}

function exists(path: string, source: string): Problem {
  const message = `${path} is there already with other words, and is left as it is.`
  return { where: source, rule: 'import/exists', message, hint: 'Move it away and import again.', severity: 'warning' }
}

function tell(
  terminal: Terminal,
  siteDir: string,
  { generator, counts, changed }: ImportPlan,
  { written, same }: Outcome,
  problems: readonly Problem[],
  isDry: boolean,
): void {
  const { posts, pages, drafts, files, aliases } = counts
  terminal.problems(problems)
  const drafted = drafts === 0 ? '' : ` (${counted(drafts, 'draft')} among them)`
  terminal.line(
    `${terminal.style('bold', generator)}: ${counted(posts, 'post')}, ${counted(pages, 'page')}${drafted}, ${counted(files, 'other file')}`,
  )
  for (const [rule, all] of Map.groupBy(changed, (each) => each.rule)) {
    const [first] = all
    const at = first === undefined ? '' : `${first.where}:${first.line}: ${first.message}`
    terminal.line(`  changed ${String(all.length).padStart(5)}  ${rule}  ${terminal.style('dim', at)}`)
  }
  if (aliases > 0)
    terminal.line(`  ${counted(aliases, 'text')} moved; the old address stands under \`aliases\` in the front matter.`)
  const already = same === 0 ? '' : `, ${same} there already`
  terminal.line(
    `${terminal.style('bold', siteDir)}: ${counted(written.length, 'file')} ${isDry ? 'would be written' : 'written'}${already}`,
  )
  if (problems.length > 0) terminal.line(terminal.style('yellow', `${counted(problems.length, 'thing')} to look at, above.`))
  terminal.result({ generator, site: siteDir, dryRun: isDry, counts, written, same, changed, problems })
}
