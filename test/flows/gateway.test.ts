import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineRuns } from './audit.ts'
import { drowse, type Product, startGateway } from './product.ts'
import { commentTexts } from './visitor.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/drowse.js', import.meta.url))
const SMALL = fileURLToPath(new URL('../fixtures/sites/small', import.meta.url))

describe('a gateway of many sites', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'drowse-sites-')))
  const dataDir = (host: string) => join(root, host, '.drowse', 'data')
  let gateway: Product
  let port = 0

  const add = (host: string) => {
    cpSync(SMALL, join(root, host), { recursive: true })
    appendFileSync(join(root, host, 'site.yaml'), 'comments: { moderation: open }\n')
  }
  const start = async (...options: string[]) => {
    gateway = await startGateway([MAIN, 'gateway', root, '--port', '0', '--json', ...options])
    port = Number(new URL(gateway.url).port)
  }

  /** With the name of a host that no resolver knows. */
  function ask(
    host: string,
    path: string,
    form?: Record<string, string>,
  ): Promise<{ status: number; location: string; body: string }> {
    const headers = { Host: host, 'Content-Type': 'application/x-www-form-urlencoded' }
    return new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', path, headers, method: form === undefined ? 'GET' : 'POST' },
        async (response) => {
          const body = (await Array.fromAsync(response)).join('')
          resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', body })
        },
      )
      sent.once('error', reject)
      sent.end(form === undefined ? undefined : new URLSearchParams(form).toString())
    })
  }
  const comment = (host: string, text: string) => ask(host, '/-/comment.create', { page: '/posts/first/', name: 'Ann', text })
  const comments = async (host: string) => commentTexts((await ask(host, '/posts/first/')).body)
  const isOpen = (host: string) =>
    readdirSync(`/proc/${gateway.pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${gateway.pid}/fd/${fd}`).startsWith(dataDir(host))
      } catch {
        return false
      }
    })

  beforeAll(async () => {
    for (const host of ['ann.example', 'ben.example']) add(host)
    mkdirSync(join(root, 'not-a-site'))
    await start()
    await gateway.line((line) => 'looked' in line)
  })
  afterAll(async () => {
    await gateway.kill()
    rmSync(root, { recursive: true, force: true })
  })

  it('serves each under its own host name, and no other', async () => {
    expect((await ask('ann.example', '/posts/first/')).status).toBe(200)
    expect((await ask('BEN.example:80', '/posts/first/')).status).toBe(200)
    for (const host of ['cat.example', 'not-a-site', '..', '.drowse']) {
      expect(await ask(host, '/')).toMatchObject({ status: host === '..' ? expect.any(Number) : 404 })
    }
    expect((await ask('cat.example', '/')).body).toContain('host-unknown')
  })

  it('brings a comment to the page of its own site alone, which wakes no other machine', async () => {
    const runs = () => machineRuns(dataDir('ben.example')).length
    // It was awake to take in its folder, which is noted once it sleeps.
    await expect.poll(runs, { timeout: 20_000 }).toBe(1)
    const { status, location } = await comment('ann.example', 'For Ann.')
    expect(status).toBe(303)
    expect((await ask('ann.example', location.replace(/^https?:\/\/[^/]+/, ''))).body).toContain('For Ann.')
    expect([await comments('ann.example'), await comments('ben.example')]).toEqual([['For Ann.'], []])
    expect(runs()).toBe(1)
    await expect
      .poll(() => gateway.lines.flatMap((line) => line.batch ?? []).at(-1))
      .toMatchObject({ site: 'ann.example', writes: 1 })
  })

  it('takes a site that is added while it runs, once somebody asks for it', async () => {
    add('dan.example')
    await ask('dan.example', '/')
    await expect.poll(async () => (await ask('dan.example', '/posts/first/')).status, { timeout: 20_000 }).toBe(200)
  })

  it('loses nothing when it is killed, and stops with 0', async () => {
    expect((await comment('ann.example', 'Again.')).status).toBe(303)
    await gateway.kill()
    await start()
    await expect.poll(() => comments('ann.example'), { timeout: 20_000 }).toEqual(['For Ann.', 'Again.'])
    expect(await gateway.stop()).toBe(0)
  })

  it('closes a site whose machine may hold no memory: then it has no file open and no process', async () => {
    await start('--paused-memory', '1')
    await gateway.line((line) => 'looked' in line)
    expect((await comment('ann.example', 'Asleep soon.')).status).toBe(303)
    expect(isOpen('ann.example')).toBe(true)
    await expect.poll(() => isOpen('ann.example'), { timeout: 40_000, interval: 500 }).toBe(false)
    expect(machineRuns(dataDir('ann.example')).at(-1)).toMatchObject({ from: 'paused', to: 'off', reason: 'idle' })
    expect(await comments('ann.example')).toEqual(['For Ann.', 'Again.', 'Asleep soon.'])
    expect((await comment('ann.example', 'And awake.')).status).toBe(303)
  })

  it('is not started on a folder without sites', async () => {
    const { code, stderr } = await drowse(['gateway', join(root, 'not-a-site'), '--port', '0'])
    expect(code).toBe(1)
    expect(stderr).toContain('site-missing')
  })
})
