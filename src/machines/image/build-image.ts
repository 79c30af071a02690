import { createHash, hash, randomBytes } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { runProgram } from '../host/run-program.ts'
import { bundleGuest } from './bundle.ts'
import { type ArchiveEntry, cpioArchive } from './cpio.ts'
import { initScript, POWEROFF_SCRIPT } from './init-script.ts'
import { moduleFiles } from './modules.ts'
import { type DebianPackage, fetchPackages, kernelPackage, unpackPackages } from './packages.ts'
import { writeRootDisk } from './root-disk.ts'
import { IMAGE_FILES, type Image, type ImageFile, type ImageGuest, type ImageManifest } from './types.ts'

export interface BuildImageOptions {
  /** The folder that images are kept in; packages are kept in `packages` below it. */
  readonly folder: string
  readonly guest: ImageGuest
  /** The Node that runs in the machine: a program for Linux on x64 with glibc. */
  readonly node: string
  readonly tell?: (line: string) => void
}

/** The drivers a guest needs under each hypervisor. Xen's consoles and ext4 are built into the kernel. */
const MODULES = { virtio: ['virtio_mmio', 'virtio_pci', 'virtio_blk', 'virtio_console'], xen: ['xen-blkfront'] }

/** busybox is the machine's userland; the others are what Node links to. */
const PACKAGES = ['busybox-static', 'libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1']

/** What Node and the addons link to, and the loader. */
const LOADER = 'lib64/ld-linux-x86-64.so.2'
const LIBRARIES = 'libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6 libatomic.so.1'.split(
  ' ',
)
const LIBRARY_FOLDERS = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu']

/**
 * Builds an image from Debian's packages, a Node binary and a guest program: a kernel, an initramfs and a read-only root disk, which boot under plain QEMU and under Xen.
 * Replaces an image of the same engine. The same packages, Node and program give the same bytes. Throws `image-failed`, saying what is missing.
 */
export async function buildImage({ folder, guest, node, tell = () => {} }: BuildImageOptions): Promise<Image> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new DrowseError('image-failed', `An image is built on Debian for x64; this is ${process.platform} on ${process.arch}.`)
  }
  const work = join(folder, `.building-${randomBytes(6).toString('hex')}`)
  const [tree, made] = [join(work, 'tree'), join(work, 'image')]
  try {
    await mkdir(made, { recursive: true })
    tell('Fetching Debian’s packages …')
    const kept = join(folder, 'packages')
    const packages = await fetchPackages(kept, made, [await kernelPackage('cloud-amd64'), ...PACKAGES])
    await unpackPackages(packages, kept, tree)
    const version = await versionOf(node, tree)
    const release = await kernelRelease(tree)
    await copyFile(join(tree, 'boot', `vmlinuz-${release}`), join(made, 'kernel'))
    await chmod(join(made, 'kernel'), 0o644)
    await writeFile(join(made, 'initramfs'), initramfs(tree, release, guest))
    tell('Bundling the guest program and writing the root disk …')
    const bundle = join(work, 'guest.cjs')
    await bundleGuest(guest.entry, guest.engine, bundle)
    await writeRoot(join(made, 'root.ext4'), tree, { node, bundle, files: guest.files })
    const manifest = await describe(made, { guest, node: version, release, packages })
    await writeFile(join(made, 'image.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    const place = join(folder, guest.engine)
    // A machine that runs from the older one keeps its files open.
    await rm(place, { recursive: true, force: true })
    await rename(made, place)
    return { ...manifest, folder: place }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Runs Node with the libraries it will have in the machine, which shows that they are enough. */
async function versionOf(node: string, tree: string): Promise<string> {
  const libraries = LIBRARY_FOLDERS.map((folder) => join(tree, folder)).join(':')
  const loader = join(tree, 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  return (await runProgram(loader, ['--library-path', libraries, node, '--version'])).trim()
}

async function kernelRelease(tree: string): Promise<string> {
  const [release] = await readdir(join(tree, 'lib', 'modules'))
  if (release === undefined) throw new DrowseError('image-failed', 'The kernel’s package has no modules.')
  return release
}

function initramfs(tree: string, release: string, guest: ImageGuest): Uint8Array {
  const modules = join(tree, 'lib', 'modules', release)
  const lists = Object.entries(MODULES).map(([hypervisor, wanted]) => ({ hypervisor, files: moduleFiles(modules, wanted) }))
  const all = [...new Set(lists.flatMap(({ files }) => files))].sort()
  const file = (path: string, bytes: Uint8Array, mode: number): ArchiveEntry => ({ path, type: 'file', bytes, mode })
  const folders = ['bin', 'dev', 'etc', 'modules', 'proc', 'root', 'sbin', 'sys'].map(
    (path) => ({ path, type: 'folder' }) as const,
  )
  return cpioArchive([
    ...folders,
    file('bin/busybox', readFileSync(join(tree, 'bin', 'busybox')), 0o755),
    // Its shell runs the other applets without links.
    { path: 'bin/sh', type: 'link', to: 'busybox' },
    file('init', Buffer.from(initScript(guest.env)), 0o755),
    file('sbin/poweroff', Buffer.from(POWEROFF_SCRIPT), 0o755),
    ...lists.map(({ hypervisor, files }) =>
      file(`etc/modules.${hypervisor}`, Buffer.from(files.map((path) => `${basename(path)}\n`).join('')), 0o644),
    ),
    ...all.map((path) => file(`modules/${basename(path)}`, readFileSync(path), 0o644)),
  ])
}

interface RootParts {
  readonly node: string
  readonly bundle: string
  readonly files: ImageGuest['files']
}

async function writeRoot(image: string, tree: string, { node, bundle, files }: RootParts): Promise<void> {
  const libraries = await Promise.all(
    LIBRARIES.map(async (name) => ({ path: `/lib/${name}`, from: await findLibrary(tree, name), mode: 0o755 })),
  )
  const extra = Object.entries(files).map(([path, from]) => ({ path, from, mode: 0o644 }))
  await writeRootDisk(
    image,
    ['/bin', '/data', '/dev', '/drowse', '/lib', '/lib64', '/proc', '/tmp'],
    [
      { path: '/bin/node', from: node, mode: 0o755 },
      { path: `/${LOADER}`, from: join(tree, 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'), mode: 0o755 },
      ...libraries,
      { path: '/drowse/guest.cjs', from: bundle, mode: 0o644 },
      ...extra.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    ],
  )
}

async function findLibrary(tree: string, name: string): Promise<string> {
  for (const folder of LIBRARY_FOLDERS) {
    const path = join(tree, folder, name)
    if (await stat(path).catch(() => null)) return path
  }
  throw new DrowseError('image-failed', `None of the packages holds ${name}, which Node needs.`)
}

interface Ingredients {
  readonly guest: ImageGuest
  /** Its version. */
  readonly node: string
  readonly release: string
  readonly packages: readonly DebianPackage[]
}

async function describe(made: string, { guest, node, release, packages }: Ingredients): Promise<ImageManifest> {
  const described = await Promise.all(
    IMAGE_FILES.map(async (name) => {
      const path = join(made, name)
      return [name, { sizeBytes: (await stat(path)).size, sha256: await sha256Of(path) }] as const
    }),
  )
  // All names of IMAGE_FILES are there.
  const files = Object.fromEntries(described) as Record<ImageFile, { sizeBytes: number; sha256: string }>
  const id = hash('sha256', described.map(([name, { sha256 }]) => `${name} ${sha256}`).join('\n')).slice(0, 16)
  return { format: 1, id, engine: guest.engine, node, kernel: release, packages, files }
}

async function sha256Of(path: string): Promise<string> {
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest)
  return digest.digest('hex')
}
