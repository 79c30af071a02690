import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { compose, Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { IMAGE_FILES, type Image } from '../../image/types.ts'
import { BLOCK_SCRIPT } from './block-script.ts'
import { type DomainShape, domainConfig } from './domain-config.ts'
import type { XenHost } from './host.ts'

/**
 * What is on the host, below one folder: images by their id, and for each domain its data disk, its configuration and, while it is saved, its memory. Names have letters, digits,
 * `-`, `.` and `/` only, so none needs quotes. Some programs are named by their path, since busybox's shell would take its own for them.
 */
const ROOT = '/var/lib/drowse'
const BLOCK = `${ROOT}/block`
const UPLOAD_MS = 900_000

/** `xl` for a command line: whatever it is doing, it ends. */
export const XL = '/usr/bin/timeout -k 5 120 xl'

/** Ends and clears away a domain, and returns once there is none of this name. */
const destroy = (name: string) =>
  `n=0; while /usr/bin/timeout -k 5 30 xl domid ${name} >/dev/null 2>&1; do [ $n -lt 50 ] || { xl list >&2; exit 1; }; n=$((n + 1)); ${XL} destroy ${name} >/dev/null 2>&1 || sleep 0.2; done`

/** A domain on the host, with the commands that concern its files. */
export interface HostPlace {
  /** Copies what is not there yet: an image once, by its id, and the script for disks. */
  putImage(): Promise<void>
  /** Clears away what is left of the domain and its memory, and sees to its disk and configuration. Throws where a disk that was there is not. */
  prepare(hasDisk: boolean): Promise<void>
  /** Leaves it paused. */
  create(): Promise<void>
  /** Saves a running domain's memory, under another name, and leaves it paused. */
  save(): Promise<void>
  /** Ends the domain; from then on its disk rests, and the memory counts. */
  keepMemory(): Promise<void>
  /** Leaves the domain paused. The memory is consumed before it is read: it is never resumed twice. */
  restore(): Promise<void>
  look(): Promise<'absent' | 'off' | 'saved'>
  sweep(): Promise<void>
  forgetMemory(): Promise<void>
}

export function hostPlace(
  host: XenHost,
  name: string,
  image: Image,
  options: Pick<DomainShape, 'type' | 'memoryMb'> & { diskMb: number; epoch: number },
): HostPlace {
  const { type, memoryMb, diskMb, epoch } = options
  const machineDir = `${ROOT}/machines/${name}`
  const imageDir = `${ROOT}/images/${image.id}`
  const upload = `${imageDir}.${name}`
  const config = domainConfig(name, { type, memoryMb, imageDir, machineDir, blockScript: BLOCK })
  // A memory holds parts of the disk as it was: it fits that disk alone, by the time of its last change, which is the data's generation.
  const tag = `"${image.id} ${type} ${memoryMb} $(/usr/bin/stat -c '%i %s %.9Y' data.ext4) $(/usr/bin/stat -c %s memory)"`
  // The epoch of whoever started the machine last stands beside its disk. A gateway of an earlier one must not end what a later one runs.
  const isLater = `[ "$(cat ${machineDir}/epoch 2>/dev/null || echo 0)" -gt ${epoch} ]`
  const sweep = `! ${isLater} || { echo 'Another gateway, which was started later, has this machine.' >&2; exit 1; }; ${destroy(name)}`
  const claim = `echo ${epoch} >epoch.new && mv epoch.new epoch`
  const here = async (command: string, input?: Readable) =>
    await host.run(`cd ${machineDir} || exit 1; ${command}`, input === undefined ? {} : { input })

  return {
    async putImage() {
      const missing = await host.run(
        `mkdir -p ${upload} && cat >${BLOCK}.new && chmod 755 ${BLOCK}.new && mv ${BLOCK}.new ${BLOCK} && [ -d ${imageDir} ] || echo missing`,
        { input: Readable.from([BLOCK_SCRIPT]) },
      )
      if (missing !== '') {
        for (const file of IMAGE_FILES) {
          await host.run(`gzip -dc >${upload}/${file}`, { input: packed(join(image.folder, file)), timeoutMs: UPLOAD_MS })
        }
        // Another gateway may have been faster.
        await host.run(`/bin/sync ${upload}/*; [ -d ${imageDir} ] || mv ${upload} ${imageDir}; /bin/sync -f ${ROOT}/images`)
      }
      await host.run(`rm -rf ${upload}`)
    },
    async prepare(hasDisk) {
      // An inode for every 64 KiB and a journal of 32 MiB are plenty for a site's data, and are written in full here, so that the guest need not.
      const make = `rm -f data.new && /sbin/mke2fs -q -F -t ext4 -m 0 -i 65536 -J size=32 -E lazy_itable_init=0,lazy_journal_init=0 data.new ${diskMb}M && /bin/sync data.new && mv data.new data.ext4`
      const missing = `{ echo 'Its data disk is not in ${machineDir}, where it was.' >&2; exit 1; }`
      await host.run(
        [
          sweep,
          `mkdir -p ${machineDir} && cd ${machineDir} && ${claim} || exit 1`,
          'rm -f memory memory.tag memory.new && cat >config || exit 1',
          `[ -e data.ext4 ] || ${hasDisk ? missing : `{ ${make}; } || exit 1`}`,
          '/bin/sync -f .',
        ].join('\n'),
        { input: Readable.from([config]) },
      )
    },
    create: async () => void (await here(`${XL} create -p -q config`)),
    save: async () =>
      void (await here(
        `rm -f memory memory.tag; ${XL} save -p ${name} memory.new && /bin/sync memory.new || { rm -f memory.new; exit 1; }`,
      )),
    keepMemory: async () =>
      void (await here(
        [
          sweep,
          'mv memory.new memory || exit 1',
          `echo ${tag} >tag.new && /bin/sync tag.new && mv tag.new memory.tag && /bin/sync -f .`,
        ].join('\n'),
      )),
    restore: async () =>
      void (await here(
        `${claim} && rm memory.tag && /bin/sync -f . && ${XL} restore -p memory >/dev/null; done=$?; rm -f memory; exit $done`,
      )),
    async look() {
      const said = await host.run(
        `cd ${machineDir} 2>/dev/null && [ -e data.ext4 ] || { echo absent; exit 0; }; [ -e memory.tag ] && [ "$(cat memory.tag)" = ${tag} ] && echo saved || echo off`,
      )
      const state = said.trim()
      return state === 'saved' || state === 'absent' ? state : 'off'
    },
    sweep: async () => void (await host.run(sweep)),
    forgetMemory: async () =>
      void (await host.run(`rm -f ${['memory.tag', 'memory', 'memory.new'].map((file) => `${machineDir}/${file}`).join(' ')}`)),
  }
}

/** A third of the bytes go over the connection. */
const packed = (path: string) => compose(createReadStream(path), createGzip({ level: constants.Z_BEST_SPEED }))
