import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DrowseError } from '../../errors/drowse-error.ts'
import { runProgram } from '../host/run-program.ts'

/** A Debian package's file, and the hash that its signed list names. */
export interface DebianPackage {
  readonly file: string
  readonly sha256: string
}

/**
 * Sees to it that the newest packages of these names that apt knows are in `folder`; what is there already is not downloaded again. Nothing is installed. `empty` is an
 * empty folder: apt does not tell of packages that lie where it is asked.
 */
export async function fetchPackages(folder: string, empty: string, names: readonly string[]): Promise<readonly DebianPackage[]> {
  await mkdir(folder, { recursive: true })
  const wanted = parseUris(await download(['--print-uris', ...names], empty))
  if (wanted.length !== names.length) {
    throw new DrowseError('image-failed', `apt knows ${wanted.length} of the packages ${names.join(', ')}.`, {
      hint: 'Run `apt-get update`.',
    })
  }
  if (wanted.some((each) => !isWhole(each, folder))) await download(names, folder)
  const broken = wanted.find((each) => !isWhole(each, folder))
  if (broken === undefined) return wanted
  throw new DrowseError('image-failed', `The package ${broken.file} in ${folder} is not what apt’s lists say.`, {
    hint: 'Run `apt-get update`, remove the file and build again.',
  })
}

function isWhole({ file, sha256 }: DebianPackage, folder: string): boolean {
  const path = join(folder, file)
  return existsSync(path) && hash('sha256', readFileSync(path)) === sha256
}

/** Unpacks packages over one another into `tree`. */
export async function unpackPackages(packages: readonly DebianPackage[], folder: string, tree: string): Promise<void> {
  await mkdir(tree, { recursive: true })
  for (const { file } of packages) await runProgram('dpkg-deb', ['-x', join(folder, file), tree])
}

/** The package of today's kernel of a flavour, such as `cloud-amd64`: its name changes with every security update. */
export async function kernelPackage(flavour: string): Promise<string> {
  const said = await runProgram('apt-cache', ['depends', `linux-image-${flavour}`])
  const name = /Depends: (linux-image-\d\S*)/.exec(said)?.[1]
  if (name !== undefined) return name
  throw new DrowseError('image-failed', `apt does not know the package linux-image-${flavour}.`, {
    hint: 'An image is built on Debian, for amd64. Run `apt-get update` there.',
  })
}

async function download(args: readonly string[], cwd: string): Promise<string> {
  // Else apt warns that its own user can't write to the folder.
  const options = process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : []
  return await runProgram('apt-get', [...options, '-qq', 'download', ...args], { cwd })
}

/** Lines such as `'http://…' busybox-static_1.35_amd64.deb 928188 SHA256:…`. */
function parseUris(text: string): readonly DebianPackage[] {
  const lines = text.matchAll(/^'\S+' (\S+\.deb) \d+ SHA256:([0-9a-f]{64})$/gm)
  return Array.from(lines, ([, file = '', sha256 = '']) => ({ file, sha256 })).sort((a, b) => (a.file < b.file ? -1 : 1))
}
