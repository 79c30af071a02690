import { rm, stat, writeFile } from 'node:fs/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { runProgram } from '../host/run-program.ts'

/** One file of the disk: where it is in the image, absolute, and where its bytes are here. */
export interface DiskFile {
  readonly path: string
  readonly from: string
  readonly mode: number
}

// Chosen once: the same files give the same bytes.
const UUID = 'd40e5e00-0000-4000-8000-000000000001'
const HASH_SEED = 'd40e5e00-0000-4000-8000-000000000002'
/** Seconds since 1970 that every time on the disk says. Zero would mean "now" to these programs. */
const EPOCH = '1'
const BLOCK_BYTES = 4096

/**
 * Writes an ext4 file system without a journal to `image`, with `folders` (parents first) and `files`, owned by root. ext4 because the kernel has it built in and the
 * data disk needs it anyway; file by file because mke2fs, given a folder, takes its order and times from the disk it reads. Throws `image-failed`.
 */
export async function writeRootDisk(image: string, folders: readonly string[], files: readonly DiskFile[]): Promise<void> {
  const sizes = await Promise.all(files.map(async ({ from }) => Math.ceil((await stat(from)).size / BLOCK_BYTES)))
  const dataBlocks = sizes.reduce((sum, blocks) => sum + blocks, 0)
  // Extent blocks, bitmaps and inode tables; checked below by the copies themselves.
  const blocks = Math.ceil(dataBlocks * 1.02) + 1024
  const env = { E2FSPROGS_FAKE_TIME: EPOCH, SOURCE_DATE_EPOCH: EPOCH }
  await rm(image, { force: true })
  const features = ['-O', '^has_journal,^resize_inode', '-m', '0', '-N', String(files.length + folders.length + 64)]
  const fixed = ['-U', UUID, '-E', `hash_seed=${HASH_SEED},lazy_itable_init=0,nodiscard`]
  await runProgram(
    'mke2fs',
    ['-q', '-F', '-t', 'ext4', '-b', String(BLOCK_BYTES), ...features, ...fixed, image, String(blocks)],
    { env },
  )
  const script = [
    ...folders.flatMap((path) => [`mkdir ${path}`, `sif ${path} mode 040755`]),
    ...files.flatMap(({ path, from, mode }) => [
      `write "${from}" ${path}`,
      `sif ${path} mode 0100${mode.toString(8)}`,
      `sif ${path} uid 0`,
      `sif ${path} gid 0`,
    ]),
  ]
  const scriptFile = `${image}.script`
  await writeFile(scriptFile, `${script.join('\n')}\n`)
  await runProgram('debugfs', ['-w', '-f', scriptFile, image], { env })
  await rm(scriptFile)
  await checkSizes(image, files)
}

/** debugfs goes on after a command that failed and ends with 0. */
async function checkSizes(image: string, files: readonly DiskFile[]): Promise<void> {
  for (const { path, from } of files) {
    if ((await sizeOnDisk(image, path)) === (await stat(from)).size) continue
    throw new DrowseError('image-failed', `The file ${path} did not reach the root disk whole.`, {
      hint: 'Is there room on the disk?',
    })
  }
}

/** The size of a file on an ext4 disk, in bytes; NaN where there is none. */
export async function sizeOnDisk(image: string, path: string): Promise<number> {
  const said = await runProgram('debugfs', ['-R', `stat ${path}`, image])
  return Number(/\bSize: (\d+)/.exec(said)?.[1])
}
