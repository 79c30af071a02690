/**
 * Builds the lab: a real Xen and its dom0, put together from Debian's packages, of which nothing is installed. dom0's whole userland is in its initramfs: xenstored,
 * xenconsoled, `xl`, dropbear, busybox, the agent; and a user, `visitor`, who may not control Xen.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type ArchiveEntry, cpioArchive } from '../../../src/machines/image/cpio.ts'
import { moduleFiles } from '../../../src/machines/image/modules.ts'
import { fetchPackages, kernelPackage, unpackPackages } from '../../../src/machines/image/packages.ts'
import { IMAGE_FILES, type Image } from '../../../src/machines/image/types.ts'
import { DOM0_INIT } from './dom0-init.ts'

const AGENT = fileURLToPath(new URL('../../../src/machines/drivers/xen/agent.c', import.meta.url))
const TRACE = fileURLToPath(new URL('domain-trace.c', import.meta.url))

const XEN = '4.17'
const PACKAGES = [
  `xen-hypervisor-${XEN}-amd64 xen-utils-${XEN} xen-utils-common xenstore-utils libxen-dev`,
  'libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1',
  `libxenmisc${XEN} libxenstore4 libxentoolcore1 libxentoollog1`,
  'libyajl2 liblzma5 libbz2-1.0 libzstd1 zlib1g liblzo2-2 libuuid1 libfdt1 libtinfo6 libncursesw6',
  'libnl-3-200 libnl-route-3-200 libgcrypt20 libgpg-error0',
  'busybox-static dropbear-bin libtomcrypt1 libtommath1 libgmp10 libcrypt1 libc6 libgcc-s1',
  'coreutils libacl1 libattr1 libselinux1 libpcre2-8-0 e2fsprogs libblkid1 libcom-err2 libext2fs2 libss2',
].flatMap((line) => line.split(' '))

const MODULES = 'virtio_pci virtio_blk virtio_net ext4 crc32c_generic loop xen-evtchn xen-privcmd xenfs xen-gntdev xen-blkback'

/** What of the packages dom0 has no use for. */
const LEFT_OUT =
  /^(?:boot|lib\/modules|usr\/share|usr\/include|var|etc\/(?:init\.d|default))\/|\/(?:gconv|python|i18n|pkgconfig)\/|\/xen-[\d.]+\/boot\/|\.a$|oxenstored$/

/** A lab that is built, in its folder. */
export interface BuiltLab {
  readonly folder: string
  readonly hypervisor: string
  readonly kernel: string
  readonly initramfs: string
  readonly key: string
  readonly knownHosts: string
}

/** Builds what is not there yet; the packages are kept. */
export async function buildLab(folder: string): Promise<BuiltLab> {
  mkdirSync(folder, { recursive: true })
  const [tree, empty] = [join(folder, 'tree'), join(folder, 'empty')]
  mkdirSync(empty, { recursive: true })
  const names = [await kernelPackage('amd64'), ...PACKAGES]
  const packages = await fetchPackages(join(folder, 'packages'), empty, names)
  const built: BuiltLab = {
    folder,
    hypervisor: join(folder, 'xen'),
    kernel: join(folder, 'dom0-kernel'),
    initramfs: join(folder, 'dom0-initramfs'),
    key: join(folder, 'ssh-key'),
    knownHosts: join(folder, 'known-hosts'),
  }
  const recipe = createHash('sha256')
  const sources = [AGENT, TRACE, import.meta.filename].map((file) => readFileSync(file))
  for (const text of [JSON.stringify(packages), DOM0_INIT, ...sources]) recipe.update(text)
  const digest = recipe.digest('hex')
  const note = join(folder, 'recipe')
  if (existsSync(note) && readFileSync(note, 'utf8') === digest) return built
  rmSync(tree, { recursive: true, force: true })
  await unpackPackages(packages, join(folder, 'packages'), tree)
  writeFileSync(built.hypervisor, gunzipSync(readFileSync(join(tree, 'boot', `xen-${XEN}-amd64.gz`))))
  const release = readdirSync(join(tree, 'lib', 'modules'))[0] ?? ''
  writeFileSync(built.kernel, bareKernel(join(tree, 'boot', `vmlinuz-${release}`)))
  makeKeys(built, tree)
  compile(tree, AGENT, join(folder, 'agent'))
  compile(tree, TRACE, join(folder, 'domain-trace'))
  writeFileSync(built.initramfs, initramfs(built, tree, release))
  writeFileSync(note, digest)
  return built
}

/** Xen would unpack the kernel emulated, for seconds: the ELF file inside is found by the boot protocol's header. docs.kernel.org/arch/x86/boot.html */
function bareKernel(path: string): Buffer {
  const image = readFileSync(path)
  const sectors = image[0x1f1] || 4
  const start = (sectors + 1) * 512 + image.readUInt32LE(0x248)
  const packed = image.subarray(start, start + image.readUInt32LE(0x24c))
  return execFileSync('xz', ['--decompress', '--stdout', '--single-stream'], { input: packed, maxBuffer: 2 ** 28 })
}

/** Both made here: dom0 spends no time on them, and whom one talks to is known. */
function makeKeys({ folder, key, knownHosts }: BuiltLab, tree: string): void {
  if (!existsSync(key)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const loader = join(tree, 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  const libraries = ['lib', 'usr/lib'].map((name) => join(tree, name, 'x86_64-linux-gnu')).join(':')
  const dropbearkey = (...args: string[]) =>
    execFileSync(loader, ['--library-path', libraries, join(tree, 'usr/bin/dropbearkey'), ...args], { stdio: 'pipe' }).toString()
  const hostKey = join(folder, 'dom0-key')
  if (!existsSync(hostKey)) dropbearkey('-t', 'ed25519', '-f', hostKey)
  const line = dropbearkey('-y', '-f', hostKey)
    .split('\n')
    .find((each) => each.startsWith('ssh-ed25519'))
  writeFileSync(knownHosts, `dom0 ${line}\n`)
}

function compile(tree: string, source: string, out: string): void {
  const folders = ['lib', 'usr/lib'].map((name) => join(tree, name, 'x86_64-linux-gnu'))
  execFileSync('gcc', [
    ...['-O2', '-Wall', '-Wextra', '-Werror', '-I', join(tree, 'usr/include'), '-o', out, source],
    // The versions that dom0 has, not the development package's, which may be linked in.
    ...folders.flatMap((folder) => ['-L', folder, `-Wl,-rpath-link,${folder}`]),
    ...['xenctrl', 'xenevtchn', 'xengnttab', 'xenstore'].map((name) => `-l:${library(tree, name)}`),
  ])
}

function library(tree: string, name: string): string {
  const found = readdirSync(join(tree, 'usr/lib/x86_64-linux-gnu')).find((each) => each.startsWith(`lib${name}.so.`))
  if (found === undefined) throw new Error(`No package holds lib${name}.`)
  return found
}

function initramfs({ folder, key }: BuiltLab, tree: string, release: string): Uint8Array {
  const modules = moduleFiles(join(tree, 'lib', 'modules', release), MODULES.split(' '))
  const text = (path: string, content: string | Buffer, mode = 0o644): ArchiveEntry => {
    return { path, type: 'file', bytes: Buffer.from(content), mode }
  }
  const bin = `../lib/xen-${XEN}/bin`
  const programs = ['xl', 'xenstored', 'xenconsoled', 'xenconsole', 'libxl-save-helper', 'xen-init-dom0']
  const entries = new Map<string, ArchiveEntry>()
  const add = (entry: ArchiveEntry) => entries.set(entry.path, entry)
  for (const entry of packaged(tree)) add(entry)
  for (const path of [
    'dev',
    'modules',
    'proc',
    'root',
    'root/.ssh',
    'run',
    'sys',
    'tmp',
    'visitor/.ssh',
    'var/lib/drowse',
    'var/lib/xen',
    'var/log/xen',
    'etc/dropbear',
  ])
    for (const folder of withParents(path)) add({ path: folder, type: 'folder' })
  add({ path: 'bin/sh', type: 'link', to: 'busybox' })
  add({ path: 'var/run', type: 'link', to: '../run' })
  add({ path: 'var/lock', type: 'link', to: '../run/lock' })
  for (const name of programs) add({ path: `usr/sbin/${name}`, type: 'link', to: `${bin}/${name}` })
  add(text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nvisitor:x:1000:1000::/visitor:/bin/sh\n'))
  add(text('etc/shadow', 'root:*:19000:0:99999:7:::\nvisitor:*:19000:0:99999:7:::\n', 0o600))
  add(text('etc/group', 'root:x:0:\nvisitor:x:1000:\n'))
  add(text('etc/shells', '/bin/sh\n'))
  add(text('etc/dropbear/key', readFileSync(join(folder, 'dom0-key')), 0o600))
  add(text('root/.ssh/authorized_keys', readFileSync(`${key}.pub`), 0o600))
  add(text('visitor/.ssh/authorized_keys', readFileSync(`${key}.pub`)))
  add(text('etc/modules', modules.map((path) => `${basename(path)}\n`).join('')))
  for (const path of modules) add(text(`modules/${basename(path)}`, readFileSync(path)))
  add(text('usr/sbin/drowse-xen-agent', readFileSync(join(folder, 'agent')), 0o755))
  add(text('usr/sbin/domain-trace', readFileSync(join(folder, 'domain-trace')), 0o755))
  add(text('init', DOM0_INIT, 0o755))
  return cpioArchive([...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)))
}

function withParents(path: string): readonly string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
}

function packaged(tree: string): readonly ArchiveEntry[] {
  const found = readdirSync(tree, { recursive: true, withFileTypes: true })
  return found.flatMap((each): ArchiveEntry[] => {
    const from = join(each.parentPath, each.name)
    const path = relative(tree, from)
    if (LEFT_OUT.test(`${path}${each.isDirectory() ? '/' : ''}`)) return []
    if (each.isDirectory()) return [{ path, type: 'folder' }]
    if (each.isSymbolicLink()) return [{ path, type: 'link', to: readlinkSync(from) }]
    return [{ path, type: 'file', bytes: readFileSync(from), mode: 0o755 }]
  })
}

/** A disk for dom0, on which the machines will be. It has these images already, as if they had been copied there before. */
export function makeHostDisk(path: string, images: readonly Image[]): void {
  const tree = `${path}.tree`
  for (const image of images) {
    const folder = join(tree, 'images', image.id)
    mkdirSync(folder, { recursive: true })
    for (const file of IMAGE_FILES) copyFileSync(join(image.folder, file), join(folder, file), constants.COPYFILE_FICLONE)
  }
  mkdirSync(tree, { recursive: true })
  execFileSync('/usr/sbin/mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', '-d', tree, path, '8G'], { stdio: 'pipe' })
  rmSync(tree, { recursive: true })
}
