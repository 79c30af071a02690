/**
 * `npm run lab:xen`: the sample site, its machine a domain of a real Xen that runs emulated, until Ctrl-C. `npm run lab:xen:measure`: figures instead.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { counterImage } from '../qemu/lab.ts'
import type { RunningLab } from './boot.ts'
import { buildProductImage, IMAGES, productImage, startLab } from './lab.ts'
import { measureComments, measureParts, measureTiers } from './measure.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

// Ctrl-C is for the gateway, which ends its machine first.
process.on('SIGINT', () => {})
console.error('Building the images and the lab …')
await buildProductImage()
const lab = await startLab([await productImage()])
process.env.DROWSE_SSH_CONFIG = lab.sshConfig
try {
  if (process.argv.includes('--measure')) await measure(lab)
  else await show(lab)
} finally {
  await lab.clear()
}

async function measure(running: RunningLab): Promise<void> {
  const image = await counterImage(IMAGES)
  console.log('Xen 4.17 under QEMU’s emulation, one processor, PV, 256 MB; ms, median (range)\n')
  await measureTiers(running, image)
  await measureParts(running, image)
  await measureComments()
}

async function show({ sshConfig }: RunningLab): Promise<void> {
  const site = mkdtempSync(join(tmpdir(), 'drowse-xen-site-'))
  for (const name of ['site.yaml', 'content', 'media']) cpSync(join(ROOT, name), join(site, name), { recursive: true })
  appendFileSync(join(site, 'site.yaml'), '\nmachine: {driver: xen, host: dom0, memoryMb: 512}\n')
  console.error(`The host of machines: ssh -F ${sshConfig} dom0 xl list`)
  const gateway = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), 'start', site], { stdio: 'inherit' })
  await once(gateway, 'exit')
  rmSync(site, { recursive: true, force: true })
}
