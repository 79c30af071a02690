import { join } from 'node:path'

/** What a domain is made of. A memory image fits only a domain made of the same. */
export interface DomainShape {
  readonly type: 'pv' | 'pvh'
  readonly memoryMb: number
  /** Folders of the host: the image's, and the machine's own. */
  readonly imageDir: string
  readonly machineDir: string
  readonly blockScript: string
}

/** A domain's configuration for `xl`, in which everything it has stands: memory, one processor, a console, two disks. No network, no display; its link is plugged in. */
export function domainConfig(name: string, { type, memoryMb, imageDir, machineDir, blockScript }: DomainShape): string {
  const disk = (vdev: string, access: string, target: string) =>
    quoted(`vdev=${vdev},format=raw,access=${access},script=${blockScript},target=${target}`)
  return `${[
    `name = ${quoted(name)}`,
    `type = ${quoted(type)}`,
    `kernel = ${quoted(join(imageDir, 'kernel'))}`,
    `ramdisk = ${quoted(join(imageDir, 'initramfs'))}`,
    // A kernel that panics ends the domain at once.
    `extra = ${quoted('console=hvc0 quiet panic=-1 random.trust_cpu=on')}`,
    `memory = ${memoryMb}`,
    'vcpus = 1',
    `disk = [${disk('xvda', 'ro', join(imageDir, 'root.ext4'))}, ${disk('xvdb', 'rw', join(machineDir, 'data.ext4'))}]`,
    ...['poweroff', 'reboot', 'crash', 'watchdog'].map((event) => `on_${event} = "destroy"`),
  ].join('\n')}\n`
}

/** Names and folders are checked before: none has a quote. */
const quoted = (value: string): string => JSON.stringify(value)
