import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../../src/machines/drivers/xen/connection.ts'
import { localHost, sshHost } from '../../../src/machines/drivers/xen/host.ts'

describe('a command on the host', () => {
  const host = localHost()

  it('gives what it printed', async () => {
    expect(await host.run('echo one; echo two')).toBe('one\ntwo\n')
  })

  it('is given its input', async () => {
    expect(await host.run('tr a-z A-Z', { input: Readable.from(['a ', 'word']) })).toBe('A WORD')
  })

  it('that fails is told with its last words, without those of progress', async () => {
    const failing = host.run('echo "xc: progress: Frames: 1/2" >&2; echo "no room" >&2; exit 3')
    await expect(failing).rejects.toMatchObject({ code: 'machine-failed', message: 'A command on this computer failed: no room' })
  })

  it('that fails before it has read its input is told as any other', async () => {
    const failing = host.run('echo no >&2; exit 1', { input: Readable.from([Buffer.alloc(2 ** 20), Buffer.alloc(2 ** 20)]) })
    await expect(failing).rejects.toMatchObject({ message: 'A command on this computer failed: no' })
  })

  it('that does not end is ended', async () => {
    await expect(host.run('exec sleep 60', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'machine-failed' })
  })
})

describe('a host that can’t be used', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drowse-host-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('says that the agent is missing, and how one comes by it', async () => {
    const connecting = connect(localHost())
    await expect(connecting).rejects.toMatchObject({
      code: 'program-missing',
      message: expect.stringContaining('drowse-xen-agent'),
      hint: expect.stringContaining('manual'),
    })
  })

  it('says what ssh says', async () => {
    const configFile = join(folder, 'config')
    writeFileSync(configFile, 'Host away\n  HostName 127.0.0.1\n  Port 1\n')
    const host = sshHost({ destination: 'away', configFile })
    await expect(connect(host)).rejects.toMatchObject({
      code: 'machine-failed',
      message: expect.stringMatching(/^ssh can’t reach away: .*Connection refused/),
    })
    host.close()
  })
})
