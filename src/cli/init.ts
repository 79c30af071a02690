import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { DrowseError } from '../errors/drowse-error.ts'
import { SOURCE_DIR, SOURCE_EXTENSION } from './paths.ts'
import { gitIgnore, starterFiles } from './starter-site.ts'
import type { Terminal } from './terminal.ts'

/** What a new repository has before anybody has written anything, and a package that Drowse was installed into. */
const HARMLESS =
  /^(?:\.git|\.github|\.gitignore|\.gitattributes|\.editorconfig|\.DS_Store|readme(?:\.\w+)?|licen[cs]e(?:\.\w+)?|package(?:-lock)?\.json|node_modules)$/i

/** `drowse init`: a site in a folder that is new, empty, or holds no more than a new repository does. Nothing is overwritten. Exit code 0. */
export async function runInit(terminal: Terminal, folder: string): Promise<number> {
  const siteDir = resolve(folder)
  await refuseFilled(siteDir, folder)
  const files = starterFiles({ folder: basename(siteDir), author: authorName(), now: new Date() })
  for (const [path, text] of files) {
    await mkdir(dirname(join(siteDir, path)), { recursive: true })
    await writeFile(join(siteDir, path), text, { flag: 'wx' })
  }
  await ignoreOutput(join(siteDir, '.gitignore'))
  const shown = relative(process.cwd(), siteDir)
  terminal.line(`A site in ${terminal.style('bold', siteDir)}:`)
  for (const path of files.keys()) terminal.line(`  ${path}`)
  terminal.line()
  terminal.line('Next, in the folder you are in:')
  const steps = nextSteps(shown)
  const width = Math.max(...steps.map(([command]) => command.length))
  for (const [command, what] of steps) terminal.line(`  ${command.padEnd(width)}  ${terminal.style('dim', what)}`)
  terminal.result({ site: siteDir, files: [...files.keys(), '.gitignore'] })
  return 0
}

/** Whoever ran `init` can run these the same way, in the same place. */
function nextSteps(site: string): readonly (readonly [command: string, what: string])[] {
  const drowse = commandHere()
  const at = site === '' ? '' : ` ${quoted(site)}`
  return [
    [`${drowse} dev${at}`, 'write, and watch the page reload'],
    [`${drowse} new post "A title"${at}`, 'begin a post'],
    [`${drowse} start${at}`, 'the site with its comments'],
    [`${drowse} build${at}`, 'plain files in dist'],
  ]
}

/** The command as it was called: of a package, or of a clone of Drowse, which no shell knows by its name. */
function commandHere(): string {
  if (process.env.npm_command === 'exec') return 'npx drowse'
  const launcher = join(SOURCE_DIR, 'cli', 'drowse.js')
  if (SOURCE_EXTENSION === '.js' || !existsSync(launcher)) return 'drowse'
  return `node ${quoted(relative(process.cwd(), launcher))}`
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : JSON.stringify(path)
}

async function refuseFilled(siteDir: string, folder: string): Promise<void> {
  const names = await readdir(siteDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new DrowseError('usage', `${folder} is not a folder that can be looked into.`, { cause: error })
  })
  const strange = names.filter((name) => !HARMLESS.test(name))
  if (strange.length === 0) return
  throw new DrowseError(
    'usage',
    `${siteDir} is not empty: it holds ${strange.slice(0, 3).join(', ')}${strange.length > 3 ? ' and more' : ''}.`,
    {
      hint: strange.includes('site.yaml')
        ? 'It is a site already: `drowse dev` shows it.'
        : 'Name a new folder. To turn Markdown files into a site, see `drowse import`.',
    },
  )
}

async function ignoreOutput(file: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => '')
  const text = gitIgnore(before)
  if (text !== null) await writeFile(file, text)
}

/** The name that Git signs with, else that of the user. */
function authorName(): string {
  const name = spawnSync('git', ['config', 'user.name'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  return name === '' ? userInfo().username : name
}
