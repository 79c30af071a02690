import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Daemon, startDaemon } from './daemon.ts'
import { freePorts } from './free-port.ts'
import { removeAfterwards } from './leftovers.ts'
import { ensurePackages } from './packages.ts'

const run = promisify(execFile)

/** A key pair of an RGW user. */
export interface LabUser {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What a test needs to know of a running lab; plain data, so that it can be handed to another process. */
export interface Lab {
  readonly endpoint: string
  readonly region: string
  /** Owns what it makes. */
  readonly owner: LabUser
  /** May do what a bucket's policy allows it. Its ARN is `arn:aws:iam:::user/limited`. */
  readonly limited: LabUser
  /** The cluster's configuration, to start further gateways with. */
  readonly configPath: string
  /** Holds everything; removed when the lab stops. */
  readonly dir: string
}

const OWNER: LabUser = { accessKeyId: 'drowselabowner', secretAccessKey: 'drowse-lab-owner-secret' }
const LIMITED: LabUser = { accessKeyId: 'drowselablimited', secretAccessKey: 'drowse-lab-limited-secret' }
const REGION = 'us-east-1'
const DAEMON_START_MS = 60_000

/**
 * Starts a real Ceph RADOS Gateway with one monitor and one disk (a sparse file) in a new temporary folder, installing the packages if need be.
 * Takes about 20 s. Works without root.
 */
export async function startLab(tell: (line: string) => void): Promise<{ readonly lab: Lab; stop(): Promise<void> }> {
  ensurePackages(tell)
  const dir = await mkdtemp(join(tmpdir(), 'drowse-s3-lab-'))
  removeAfterwards(dir)
  const daemons: Daemon[] = []
  // Gateway, disk, monitor: in another order the next start meets a ghost.
  const stop = async () => {
    for (const daemon of daemons.toReversed()) await daemon.stop()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const [monPort = 0, monV1Port = 0] = await freePorts(2)
    const configPath = await writeConfig(dir, monPort, monV1Port)
    const ceph = async (program: string, ...args: string[]) => (await run(program, ['-c', configPath, ...args])).stdout

    tell('Starting the monitor …')
    const monmap = join(dir, 'monmap')
    const address = `[v2:127.0.0.1:${monPort}/0,v1:127.0.0.1:${monV1Port}/0]`
    await run('monmaptool', ['--create', '--clobber', '--fsid', randomUUID(), '--addv', 'a', address, monmap])
    await ceph('ceph-mon', '--mkfs', '-i', 'a', '--monmap', monmap)
    daemons.push(await startDaemon('ceph-mon', ['-c', configPath, '-i', 'a', '-f'], join(dir, 'log', 'mon.out')))
    await until(daemons, async () => (await ceph('ceph', '--connect-timeout', '5', 'quorum_status')).includes('"quorum"'))

    tell('Starting the disk …')
    const osd = randomUUID()
    await ceph('ceph', 'osd', 'new', osd)
    await ceph('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd)
    daemons.push(await startDaemon('ceph-osd', ['-c', configPath, '-i', '0', '-f'], join(dir, 'log', 'osd.out')))
    await until(daemons, async () => (await ceph('ceph', 'osd', 'stat')).includes('1 up'))

    tell('Starting the gateway …')
    await createUser(configPath, 'owner', OWNER)
    await createUser(configPath, 'limited', LIMITED)
    const [port = 0] = await freePorts(1)
    daemons.push(await startGateway({ configPath, dir }, port))
    const lab: Lab = { endpoint: `http://127.0.0.1:${port}`, region: REGION, owner: OWNER, limited: LIMITED, configPath, dir }
    return { lab, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts one more gateway on the same cluster and resolves once it answers. Gateways hold no state: one may be killed at any time. */
export async function startGateway({ configPath, dir }: Pick<Lab, 'configPath' | 'dir'>, port: number): Promise<Daemon> {
  const args = ['-c', configPath, '-n', 'client.rgw', '-f', `--rgw-frontends=beast endpoint=127.0.0.1:${port}`]
  const daemon = await startDaemon('radosgw', args, join(dir, 'log', `rgw-${port}.out`))
  await until([daemon], async () => (await fetch(`http://127.0.0.1:${port}/`)).ok)
  return daemon
}

async function createUser(configPath: string, name: string, user: LabUser): Promise<void> {
  const keys = [`--access-key=${user.accessKeyId}`, `--secret-key=${user.secretAccessKey}`]
  const args = ['-c', configPath, '-n', 'client.rgw', 'user', 'create', `--uid=${name}`, `--display-name=${name}`, ...keys]
  await run('radosgw-admin', args)
}

async function writeConfig(dir: string, monPort: number, monV1Port: number): Promise<string> {
  for (const folder of ['mon', 'osd', 'rgw', 'run', 'log']) await mkdir(join(dir, folder))
  await chmod(dir, 0o700)
  const path = join(dir, 'ceph.conf')
  const config = `[global]
fsid = ${randomUUID()}
auth cluster required = none
auth service required = none
auth client required = none
mon host = [v2:127.0.0.1:${monPort}/0,v1:127.0.0.1:${monV1Port}/0]
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
mon allow pool size one = true
mon warn on pool no redundancy = false
osd crush chooseleaf type = 0
run dir = ${join(dir, 'run')}
admin socket = ${join(dir, 'run')}/$cluster-$name.$pid.asok
pid file = ${join(dir, 'run')}/$cluster-$name.$pid.pid
log file = ${join(dir, 'log')}/$cluster-$name.log
mon cluster log file = ${join(dir, 'log')}/cluster.log
crash dir = ${join(dir, 'log')}
osd objectstore = bluestore
bluestore block create = true
bluestore block size = 10737418240
[mon]
mon data = ${join(dir, 'mon')}
[osd]
osd data = ${join(dir, 'osd')}
[client.rgw]
rgw data = ${join(dir, 'rgw')}
# With auth off, radosgw would else loop on -13.
ms mon client mode = crc
rgw enable apis = s3, s3website, admin
rgw dns s3website name = s3-website.localhost
rgw enable static website = true
`
  await writeFile(path, config)
  return path
}

async function until(daemons: readonly Daemon[], isReady: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DAEMON_START_MS
  for (;;) {
    const ready = await isReady().catch(() => false)
    if (ready) return
    const dead = daemons.find((daemon) => daemon.hasExited())
    const last = daemons.at(-1)
    if (dead !== undefined) throw new Error(`A part of the S3 lab ended by itself:\n${await dead.tail()}`)
    if (Date.now() > end) throw new Error(`A part of the S3 lab does not answer:\n${await last?.tail()}`)
    await sleep(100)
  }
}
