import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PEERS = join(import.meta.dirname, 'peers')

/** Another generator, set up to make the pages of the same blog. */
export interface Peer {
  readonly name: 'bare' | 'hugo' | 'eleventy'
  /** Builds from nothing and returns the seconds it took. `content` has the folders `posts` and `img`. */
  build(content: string, out: string, how: { readonly highlight: boolean }): number
}

/** The peers among these names, after a bare program that needs nothing. Throws where one is not to be had. */
export function peersNamed(asked: readonly string[], dir: string): readonly Peer[] {
  return [bare, ...(asked.includes('hugo') ? [hugo] : []), ...(asked.includes('eleventy') ? [eleventy(dir)] : [])]
}

const bare: Peer = {
  name: 'bare',
  build: (content, out) => timed(() => run(process.execPath, [join(PEERS, 'bare.js'), join(content, 'posts'), out], PEERS)),
}

const hugo: Peer = {
  name: 'hugo',
  build: (content, out, { highlight }) =>
    timed(() =>
      execFileSync('hugo', ['--contentDir', content, '--destination', out, '--noBuildLock', '--quiet'], {
        cwd: join(PEERS, 'hugo'),
        env: { ...process.env, HUGO_MARKUP_HIGHLIGHT_CODEFENCES: String(highlight) },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    ),
}

function eleventy(dir: string): Peer {
  const installed = join(tmpdir(), 'drowse-bench-eleventy')
  if (!existsSync(join(installed, 'node_modules'))) {
    cpSync(join(PEERS, 'eleventy'), installed, { recursive: true })
    run('npm', ['ci', '--no-fund', '--no-audit', '--silent'], installed)
  }
  return {
    name: 'eleventy',
    build(content, out, { highlight }) {
      // It reads nothing outside its own folder.
      const home = join(dir, 'eleventy')
      cpSync(installed, home, { recursive: true, verbatimSymlinks: true })
      const source = join(home, 'source')
      mkdirSync(source)
      cpSync(join(content, 'posts'), join(source, 'posts'), { recursive: true })
      cpSync(join(home, 'tpl'), source, { recursive: true })
      writeFileSync(join(source, 'posts', 'posts.json'), '{"layout":"post.njk","tags":["posts"]}')
      const env = { ...process.env, SRC: 'source', OUT: out, HL: highlight ? '1' : '' }
      const program = join(home, 'node_modules', '@11ty', 'eleventy', 'cmd.cjs')
      const seconds = timed(() => execFileSync(process.execPath, [program, '--quiet'], { cwd: home, env, stdio: 'ignore' }))
      rmSync(home, { recursive: true })
      return seconds
    },
  }
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) / 1000
}
