import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT_DIR } from '../../../src/cli/paths.ts'
import { drowse } from '../../flows/product.ts'

/** The W3C's checker, 32 MB, which npm fetches for this lab alone. It needs Java. */
const VNU = 'vnu-jar@26.9.27'
const SITES = [ROOT_DIR, join(ROOT_DIR, 'test/fixtures/sites/features'), join(ROOT_DIR, 'test/fixtures/sites/small')]

// Every page of the sample site and of two fixture sites, in both themes. Exits with 1 where it finds an error.
const root = mkdtempSync(join(tmpdir(), 'drowse-vnu-'))
try {
  for (const [number, from] of SITES.entries()) {
    for (const theme of ['default', 'notebook']) {
      const site = join(root, `${number}-${theme}`)
      const parts = readdirSync(from).filter((name) => ['site.yaml', 'content', 'media', 'data', 'themes'].includes(name))
      // Drowse's own themes lie where the sample site is.
      for (const part of parts)
        if (from !== ROOT_DIR || part !== 'themes') cpSync(join(from, part), join(site, part), { recursive: true })
      appendFileSync(join(site, 'site.yaml'), `\ntheme: ${theme}\n`)
      const { code, stderr } = await drowse(['build', site, '--out', join(root, 'out', `${number}-${theme}`), '--no-cache'])
      if (code !== 0) throw new Error(stderr)
    }
  }
  execFileSync('npm', ['install', '--prefix', root, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', VNU])
  const jar = join(root, 'node_modules/vnu-jar/build/dist/vnu.jar')
  const { status, stderr } = spawnSync('java', ['-Xss4m', '-jar', jar, '--errors-only', '--skip-non-html', join(root, 'out')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const pages = readdirSync(join(root, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
  console.log(stderr === '' ? `${pages.length} pages, no error.` : stderr.replaceAll(`file:${root}/out/`, ''))
  process.exitCode = status ?? 1
} finally {
  rmSync(root, { recursive: true, force: true })
}
