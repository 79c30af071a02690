import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { engineName } from '../build/engine.ts'
import type { MachineConfig } from '../config/types.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { DATA } from '../machines/drivers/lxc/container-config.ts'
import { lxcDriver } from '../machines/drivers/lxc.ts'
import { type GuestProgram, processDriver } from '../machines/drivers/process.ts'
import { qemuDriver } from '../machines/drivers/qemu.ts'
import { localHost, sshHost } from '../machines/drivers/xen/host.ts'
import { NOTE_FILE } from '../machines/drivers/xen/note.ts'
import { xenDriver } from '../machines/drivers/xen.ts'
import { defaultImagesFolder, defaultRootsFolder, findImage } from '../machines/image/images.ts'
import type { Image, ImageGuest } from '../machines/image/types.ts'
import type { MachineDriver, MachineId } from '../machines/types.ts'
import { packageFolders, ROOT_DIR, SOURCE_DIR, SOURCE_EXTENSION } from './paths.ts'

const ENTRY = join(SOURCE_DIR, 'guest', `main${SOURCE_EXTENSION}`)

/** What runs inside a process machine. */
const GUEST: GuestProgram = {
  entry: ENTRY,
  readable: [SOURCE_DIR, ...packageFolders(), join(ROOT_DIR, 'package.json')],
}

/** What a gateway gives its driver. */
export interface MachineParts {
  readonly dataDir: (id: MachineId) => string
  readonly epoch: (id: MachineId) => number
}

/** A kind of machine, ready to be used. */
export interface Machines {
  open(parts: MachineParts): MachineDriver
  /** The file by which its data is known in a machine's folder. */
  readonly dataFile: string
  /** How long a cold start may take. */
  readonly wakeMs: number
}

export function processMachines(guest: GuestProgram = GUEST): Machines {
  return { open: (parts) => processDriver({ ...parts, guest }), dataFile: 'site.db', wakeMs: 30_000 }
}

function lxcMachines(image: Image): Machines {
  const { env } = imageGuest()
  return {
    open: (parts) => lxcDriver({ ...parts, image, env, roots: defaultRootsFolder() }),
    dataFile: DATA,
    wakeMs: 30_000,
  }
}

function qemuMachines(image: Image, memoryMb: number): Machines {
  // An emulated machine on a busy host takes its time to boot.
  return { open: (parts) => qemuDriver({ ...parts, image, memoryMb }), dataFile: 'data.ext4', wakeMs: 120_000 }
}

function xenMachines(image: Image, memoryMb: number, destination: string | null): Machines {
  // Whom to trust and with which key is ssh's own affair; a file beside its usual one is for those who run several gateways.
  const configFile = process.env.DROWSE_SSH_CONFIG
  return {
    open(parts) {
      const host = destination === null ? localHost() : sshHost({ destination, configFile })
      return xenDriver({ ...parts, host, image, memoryMb })
    },
    dataFile: NOTE_FILE,
    wakeMs: 120_000,
  }
}

/** The kind that site.yaml asks for. Throws `image-missing` where it needs an image and there is none of this version. */
export async function machinesFor({
  driver,
  memoryMb,
  host,
}: Pick<MachineConfig, 'driver' | 'memoryMb' | 'host'>): Promise<Machines> {
  if (driver === 'process') return processMachines()
  const folder = defaultImagesFolder()
  const image = await findImage(folder, engineName(SOURCE_DIR))
  if (image === null) {
    throw new DrowseError('image-missing', `There is no machine image of this version of Drowse in ${folder}.`, {
      hint: 'Build one with `drowse image build`. It is done once for each version.',
    })
  }
  switch (driver) {
    case 'lxc':
      return lxcMachines(image)
    case 'qemu':
      return qemuMachines(image, memoryMb)
    case 'xen':
      return xenMachines(image, memoryMb, host)
  }
}

/** Throws `config-invalid` where the machine in `folder` is of another kind: its data can't be seen by this one, and the site would seem to be empty. */
export function checkKind({ dataFile }: Machines, folder: string): void {
  const other = ['site.db', 'data.ext4', DATA, NOTE_FILE].find((name) => name !== dataFile && existsSync(join(folder, name)))
  if (other === undefined) return
  throw new DrowseError('config-invalid', `The machine in ${folder} was made by another driver: its data is in ${other}.`, {
    hint: 'Set `machine.driver` back to what it was, or start with another --data folder.',
  })
}

/** What goes into an image: the same program as in a process machine, and the native part of its parser. */
export function imageGuest(): ImageGuest {
  // Found as the parser itself finds it, which is no package of ours.
  const parser = createRequire(import.meta.resolve('satteri'))
  const place = '/drowse/satteri.node'
  return {
    entry: ENTRY,
    engine: engineName(SOURCE_DIR),
    files: { [place]: parser.resolve('@bruits/satteri-linux-x64-gnu') },
    env: { NAPI_RS_NATIVE_LIBRARY_PATH: place },
  }
}
