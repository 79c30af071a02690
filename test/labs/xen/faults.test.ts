import { execFile } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { machineRuns } from '../../flows/audit.ts'
import { drowse, type Product, startProduct, type Workplace } from '../../flows/product.ts'
import { postForm } from '../../flows/visitor.ts'
import { LAB, type OwnLab, productImage, startLab } from './lab.ts'
import { folderOf, onXen, patience, stateOf, textsOf } from './site.ts'

let lab: OwnLab

beforeAll(async () => {
  lab = await startLab([await productImage()])
  process.env.DROWSE_SSH_CONFIG = lab.sshConfig
})
afterAll(async () => await lab?.clear())

describe('a host that can’t be used', () => {
  /** What `drowse start` says when it gives up. */
  async function complaint(place: Workplace, change: (sshConfig: string) => string = (text) => text): Promise<string> {
    onTestFinished(place.clear)
    const config = join(place.root, 'ssh-config')
    writeFileSync(config, change(readFileSync(lab.sshConfig, 'utf8')))
    const args = ['start', place.siteDir, '--port', '0', '--data', place.dataDir]
    const { code, stderr } = await drowse(args, { DROWSE_SSH_CONFIG: config })
    expect(code).toBe(1)
    return stderr
  }

  it('since it is not the one that is known is told in words', async () => {
    const said = await complaint(onXen(), (text) => text.replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /nowhere'))
    expect(said).toContain('ssh can’t reach dom0: ')
    expect(said).toContain('Host key verification failed')
  })

  it('since it does not take the key is told in words', async () => {
    const place = onXen()
    const key = join(place.root, 'key')
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const said = await complaint(place, (text) => text.replace(/IdentityFile .*/, `IdentityFile ${key}`))
    expect(said).toContain('ssh can’t reach dom0: ')
    expect(said).toContain('Permission denied (publickey)')
  })

  it('since nobody answers there is told in words', async () => {
    const said = await complaint(onXen(), (text) => text.replace(/Port .*/, 'Port 1'))
    expect(said).toContain('ssh can’t reach dom0: ')
    expect(said).toContain('Connection refused')
  })

  it('since the user there may not control Xen is told in words', async () => {
    const said = await complaint(onXen(), (text) => text.replace('User root', 'User visitor'))
    expect(said).toContain('drowse-xen-agent did not answer on dom0: ')
    expect(said).toContain('This user may not control Xen.')
  })

  it('since the agent is not on it is told in words', async () => {
    const said = await complaint(onXen({ host: undefined }))
    expect(said).toContain('The program drowse-xen-agent is not on this computer')
  })

  it('since there is no Xen on it is told by the agent', async () => {
    const tree = join(LAB, 'tree')
    const libraries = ['lib', 'usr/lib'].map((name) => join(tree, name, 'x86_64-linux-gnu')).join(':')
    const loader = join(tree, 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
    const started = promisify(execFile)(loader, ['--library-path', libraries, join(LAB, 'agent'), 'drowse-'])
    await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('There is no Xen on this host.') })
  })
})

describe('a site whose machine sleeps as a file', () => {
  const place = onXen({ keepPausedFor: '0' })
  const texts: string[] = []
  let product: Product
  /** How many batches had been told of before the last comment. */
  let before = 0

  beforeAll(async () => {
    product = await startProduct(place)
  })
  afterAll(async () => {
    await product?.kill()
    place.clear()
  })

  /** Posts a comment, which is kept whatever becomes of the machine. */
  async function post(text: string): Promise<void> {
    texts.push(text)
    before = product.batches().length
    expect((await postForm(product.url, { text })).status).toBeLessThan(400)
  }

  /** Each comment is there once, in the order of acceptance. */
  async function listed(): Promise<void> {
    await expect.poll(() => textsOf(product), patience).toEqual(texts)
  }

  /** That, and the last one found the machine at the tier `from`, and it sleeps again. */
  async function whole(from: string): Promise<void> {
    await listed()
    await expect.poll(() => product.batches().slice(before).at(-1), patience).toMatchObject({ from, writes: 1 })
    expect(await stateOf(lab, place)).toBe(null)
  }

  const saved = async () => (await lab.run(`ls ${folderOf(place)}`)).includes('memory.tag')
  /** What went wrong since then. */
  const told = () =>
    product
      .batches()
      .slice(before)
      .map(({ error }) => error?.message ?? '')
      .join('\n')

  it('is started cold when that file was cut off', async () => {
    // The first sync is told of once the machine sleeps again.
    await expect.poll(() => machineRuns(place.dataDir).length, patience).toBe(1)
    await lab.run(`/usr/bin/truncate -s -100000000 ${folderOf(place)}/memory`)
    await post('After a short memory.')
    await whole('off')
  })

  it('is started cold when the data is younger than that file', async () => {
    await expect.poll(saved, patience).toBe(true)
    await lab.run(`touch ${folderOf(place)}/data.ext4`)
    await post('After an old memory.')
    await whole('off')
  })

  it('waits while the host has no memory for it, which is told', async () => {
    await expect.poll(saved, patience).toBe(true)
    await lab.run(
      [
        "image=$(ls -d /var/lib/drowse/images/* | head -n 1) free=$(xl info | grep free_memory | tr -dc '[0-9]')",
        'printf \'name = "filler"\\nkernel = "%s/kernel"\\nramdisk = "%s/initramfs"\\nmemory = %s\\n\' $image $image $((free - 100)) >/tmp/filler',
        'xl create -p -q /tmp/filler',
      ].join('; '),
    )
    await post('In want of memory.')
    await expect.poll(told, patience).toMatch(/dom0 has \d+ MB of memory left for domains, and site needs 264\./)
    await lab.run('xl destroy filler')
    await whole('saved')
  })

  it('waits while its disk is not there, and is not given an empty one', async () => {
    await expect.poll(saved, patience).toBe(true)
    await lab.run(`cd ${folderOf(place)} && mv data.ext4 elsewhere`)
    await post('Without a disk.')
    await expect.poll(told, patience).toMatch(/Its data disk is not in \S+, where it was\./)
    await lab.run(`cd ${folderOf(place)} && mv elsewhere data.ext4`)
    await whole('off')
  })

  it('has its writes published when the host’s disk is too full to save it, which is told', async () => {
    // Started cold: a memory that is used makes room for the next one.
    await lab.run(`rm ${folderOf(place)}/memory*`)
    await lab.run("cd /var/lib/drowse && fallocate -l $(( $(/usr/bin/stat -f -c '%a * %S' .) - 50000000 )) filler")
    await post('On a full disk.')
    await whole('off')
    await expect.poll(told, patience).toMatch(/A command on dom0 failed/)
    await lab.run('rm /var/lib/drowse/filler')
    await post('With room again.')
    await whole('off')
  })

  it('belongs to the gateway that was started last, and another of the same data says so and ends nothing', async () => {
    const copy = { ...place, dataDir: join(place.root, 'copy') }
    cpSync(place.dataDir, copy.dataDir, { recursive: true })
    const second = await startProduct(copy)
    onTestFinished(() => second.kill())
    expect((await postForm(second.url, { text: 'By the second.' })).status).toBeLessThan(400)
    await expect.poll(async () => (await textsOf(second)).at(-1), patience).toBe('By the second.')
    texts.push('By the second.')
    await post('By the first.')
    await expect.poll(told, patience).toMatch(/Another gateway, which was started later, has this machine/)
    await expect.poll(saved, patience).toBe(true)
    expect(await second.stop()).toBe(0)
    await product.stop()
    rmSync(copy.dataDir, { recursive: true })
    product = await startProduct(place)
    await listed()
  })

  it('keeps what was answered when the host’s xenstored is killed, and applies it when the host was started anew', async () => {
    const posted = post('While it died.')
    await lab.run('kill -KILL $(pidof xenstored)')
    await posted
    await post('After it died.')
    await expect.poll(told, patience).toMatch(/xenstored does not answer/)
    lab = await lab.restart()
    await listed()
  })
})
