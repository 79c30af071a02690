/** A site whose machine is on a lab, and what the host says of that machine. */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Product, Workplace } from '../../flows/product.ts'
import { workplace } from '../../flows/product.ts'
import { commentTexts, getText } from '../../flows/visitor.ts'
import type { RunningLab } from './boot.ts'

/** A write that finds the machine off may be answered before it is applied. */
export const patience = { timeout: 240_000, interval: 500 }

export function onXen(settings: Readonly<Record<string, unknown>> = {}): Workplace {
  const place = workplace()
  const machine = { driver: 'xen', host: 'dom0', memoryMb: 256, ...settings }
  appendFileSync(join(place.siteDir, 'site.yaml'), `machine: ${JSON.stringify(machine)}\n`)
  return place
}

export function domainOf({ dataDir }: Workplace): string {
  return JSON.parse(readFileSync(join(dataDir, 'machines', 'site', 'xen.json'), 'utf8')).domain
}

/** Of the host: the machine's disk and, while it is saved, its memory. */
export function folderOf(place: Workplace): string {
  return `/var/lib/drowse/machines/${domainOf(place)}`
}

/** What `xl list` says of the machine's domain: `--p---` for one that is paused; null where there is none. */
export async function stateOf(lab: RunningLab, place: Workplace): Promise<string | null> {
  const lines = (await lab.run('xl list')).split('\n').map((line) => line.split(/\s+/))
  return lines.find(([name]) => name === domainOf(place))?.[4] ?? null
}

export async function textsOf(product: Product): Promise<string[]> {
  return commentTexts(await getText(product.url, '/posts/first/'))
}
