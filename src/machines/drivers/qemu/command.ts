import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Image } from '../../image/types.ts'
import { dataDiskOf } from './data-disk.ts'

export type Accelerator = 'kvm' | 'tcg'

/** What a machine is made of. A memory image fits only a machine made of the same. */
export interface MachineShape {
  readonly image: Image
  readonly accelerator: Accelerator
  readonly memoryMb: number
}

export const QEMU = 'qemu-system-x86_64'

/** The descriptors a machine is born with, beside standard output and error: QMP and the link, both socket pairs. */
export const QMP_FD = 3
export const LINK_FD = 4

/**
 * The arguments for `qemu-system-x86_64`. Everything the machine has stands here: memory, one processor, a serial console that only speaks, two disks and the link. No
 * network, no display. `incoming`: it waits for a memory image instead of booting. The data folder comes last, by which a leftover is known.
 */
export function machineArguments({ image, accelerator, memoryMb }: MachineShape, dataDir: string, incoming: boolean): string[] {
  // A kernel that panics ends the machine at once, since a reboot does. Emulated on a busy host, ticks may come too late for the kernel's test of its timer, so it is left out.
  const kernelLine = 'console=ttyS0 quiet panic=-1 reboot=t tsc=reliable no_timer_check random.trust_cpu=on'
  return [
    ...['-accel', accelerator],
    // The emulated one has what Node uses, and a source of randomness.
    ...['-cpu', accelerator === 'kvm' ? 'host' : 'qemu64,+rdrand'],
    // Not `microvm`: emulated on a busy host, its kernel did not get beyond its timer.
    ...['-M', 'pc,usb=off,vmport=off', '-m', String(memoryMb), '-smp', '1'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny'],
    ...['-chardev', `socket,id=qmp,fd=${QMP_FD}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-kernel', join(image.folder, 'kernel'), '-initrd', join(image.folder, 'initramfs'), '-append', kernelLine],
    ...['-device', 'virtio-serial-pci'],
    ...['-chardev', `socket,id=link,fd=${LINK_FD}`, '-device', 'virtserialport,chardev=link,name=drowse.link'],
    ...(incoming ? ['-incoming', 'defer'] : []),
    ...['-drive', drive('root', join(image.folder, 'root.ext4'), 'readonly=on'), '-device', 'virtio-blk-pci,drive=root'],
    // A fault of the host's disk is told to the guest rather than the machine stopped: it ends then, and its next start is cold.
    ...['-drive', drive('data', dataDiskOf(dataDir), 'werror=report,rerror=report'), '-device', 'virtio-blk-pci,drive=data'],
    ...['-name', escaped(dataDir)],
  ]
}

function drive(id: string, file: string, more: string): string {
  return `file=${escaped(file)},if=none,id=${id},format=raw,${more}`
}

/** A comma ends a value; two stand for one. */
const escaped = (value: string): string => value.replaceAll(',', ',,')

/** `kvm` where this process may use it and the processor has what it needs; the device alone says little, for it may be there and not work. */
export function bestAccelerator(): Accelerator {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
    return /^flags\s*:.*\b(?:vmx|svm)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')) ? 'kvm' : 'tcg'
  } catch {
    return 'tcg'
  }
}
