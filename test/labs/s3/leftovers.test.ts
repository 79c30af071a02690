import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('a lab’s folder goes with its process, also when that is killed with kill -9', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'leaving-process.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data')
  const dir = String(said).trim()
  expect(existsSync(dir)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => existsSync(dir), { timeout: 20_000 }).toBe(false)
})
