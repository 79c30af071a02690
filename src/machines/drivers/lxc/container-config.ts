import { createHash } from 'node:crypto'

/** The number that the container's root has on the host. */
export interface HostUser {
  readonly uid: number
  readonly gid: number
}

/** No other program's: above the ranges that Debian and systemd give to users and their containers. */
const NOBODYS_ID = 1_900_000_000

/** Whom the container's root is to be on the host: somebody with no rights at all where the gateway may choose, else whoever runs the gateway. */
export function hostUser(uid: number, gid: number): HostUser {
  return uid === 0 ? { uid: NOBODYS_ID, gid: NOBODYS_ID } : { uid, gid }
}

/** A container's name, by the folder of its data: two gateways on one host never mean the same one. */
export function containerName(dataDir: string): string {
  return `drowse-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`
}

/** The folder in a machine's folder that is the container's to write to; nothing else of the host's is. */
export const DATA = 'data'

/**
 * lxc.container.conf(5). The container has namespaces of its own, no network but an empty one, no right that root has, a read-only root folder, and one folder to write
 * to. That is mounted by way of the working folder of lxc-start, which the container's user need not be able to reach by its path.
 */
export function containerConfig(root: string, { uid, gid }: HostUser, env: Readonly<Record<string, string>>): string {
  const lines = [
    'lxc.uts.name = drowse',
    `lxc.idmap = u 0 ${uid} 1`,
    `lxc.idmap = g 0 ${gid} 1`,
    `lxc.rootfs.path = dir:${root}`,
    'lxc.rootfs.options = ro',
    `lxc.mount.entry = /proc/self/cwd/${DATA} data none bind,rw,nosuid,nodev 0 0`,
    'lxc.autodev = 1',
    'lxc.net.0.type = empty',
    'lxc.cap.keep = none',
    'lxc.no_new_privs = 1',
    // Its standard input and output are the link.
    'lxc.console.path = none',
    'lxc.tty.max = 0',
    'lxc.signal.halt = SIGKILL',
    ...Object.entries(env).map(([name, value]) => `lxc.environment = ${name}=${value}`),
    'lxc.init.cmd = /bin/node --v8-pool-size=1 --disable-sigusr1 /drowse/guest.cjs /data',
  ]
  return `${lines.join('\n')}\n`
}
