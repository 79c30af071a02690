/** Boots the lab in an emulated computer and speaks to its dom0. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Image } from '../../../src/machines/image/types.ts'
import { type BuiltLab, makeHostDisk } from './build.ts'

export interface RunningLab {
  /** ssh's configuration, in which the lab is called `dom0`. ssh_config(5) */
  readonly sshConfig: string
  readonly pid: number
  /** Runs a command line of dom0's shell and returns what it printed. */
  run(command: string): Promise<string>
  /** Pulls the plug. */
  stop(): Promise<void>
}

const BOOT_MS = 240_000
const MEMORY_MB = 2048
const DOM0_MB = 704

/** Returns once dom0 is ready. Its disk is a new one, with these images, unless `run` has one. */
export async function bootLab(built: BuiltLab, run: string, images: readonly Image[]): Promise<RunningLab> {
  mkdirSync(run, { recursive: true })
  const disk = join(run, 'disk.ext4')
  const console = join(run, 'console.log')
  if (!existsSync(disk)) makeHostDisk(disk, images)
  rmSync(console, { force: true })
  const port = await freePort()
  const qemu = spawn(
    'nice',
    [
      ...['-n', '5', 'setpriv', '--pdeathsig', 'KILL', '--', 'qemu-system-x86_64'],
      // `max` crashes dom0; PVH needs svm and npt.
      ...['-accel', 'tcg', '-smp', '1', '-cpu', 'qemu64,+svm,+npt,+rdrand', '-m', String(MEMORY_MB)],
      ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', `file:${console}`],
      ...['-kernel', built.hypervisor],
      ...['-append', `console=com1 com1=115200 loglvl=warning dom0_mem=${DOM0_MB}M,max:${DOM0_MB}M`],
      ...['-initrd', `${built.kernel} console=hvc0 quiet rootfstype=ramfs,${built.initramfs}`],
      ...['-drive', `file=${disk},if=none,id=disk,format=raw,discard=unmap`, '-device', 'virtio-blk-pci,drive=disk,romfile='],
      ...['-netdev', `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${port}-10.0.2.15:22`],
      ...['-device', 'virtio-net-pci,netdev=net,romfile='],
    ],
    // Ctrl-C is not for it.
    { stdio: ['ignore', openSync(join(run, 'qemu.log'), 'w'), 'inherit'], detached: true },
  )
  const sshConfig = join(run, 'ssh-config')
  const settings = [
    ...['Host dom0', 'HostName 127.0.0.1', `Port ${port}`, 'User root', `IdentityFile ${built.key}`, 'IdentitiesOnly yes'],
    ...['HostKeyAlias dom0', `UserKnownHostsFile ${built.knownHosts}`, 'StrictHostKeyChecking yes', 'LogLevel ERROR'],
  ]
  writeFileSync(sshConfig, `${settings.join('\n')}\n`)
  // The lab's own connection stays open, beside the driver's.
  const ssh = [
    '-F',
    sshConfig,
    '-o',
    'ControlMaster=auto',
    '-o',
    `ControlPath=${join(run, 'ssh')}`,
    '-o',
    'ControlPersist=600',
    'dom0',
  ]
  const said = () => (existsSync(console) ? readFileSync(console, 'utf8') : '')
  const end = Date.now() + BOOT_MS
  while (!said().includes('DOM0-READY')) {
    if (qemu.exitCode !== null || qemu.signalCode !== null) throw new Error(`The lab ended: ${said().slice(-2000)}`)
    if (Date.now() > end) throw new Error(`dom0 was not ready in ${BOOT_MS} ms: ${said().slice(-2000)}`)
    await sleep(100)
  }
  return {
    sshConfig,
    pid: qemu.pid ?? 0,
    async run(command) {
      return (await promisify(execFile)('ssh', [...ssh, command], { maxBuffer: 2 ** 26 })).stdout
    },
    async stop() {
      if (qemu.exitCode !== null || qemu.signalCode !== null) return
      const ended = once(qemu, 'exit')
      qemu.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
