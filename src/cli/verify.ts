import { resolve } from 'node:path'
import type { Fault } from '../publish/types.ts'
import { buildToPublish } from './build-site.ts'
import { openPublishing } from './publishing.ts'
import { counted, type Terminal } from './terminal.ts'

/** `drowse verify`: compares the store with the manifest. Exit code 0 when all is well or was mended, 1 when something is still wrong. */
export async function runVerify(terminal: Terminal, site: string, options: { data?: string; repair?: true }): Promise<number> {
  const siteDir = resolve(site)
  const dataDir = options.data === undefined ? null : resolve(options.data)
  const { publisher, place, close } = await openPublishing(terminal, siteDir, dataDir)
  try {
    const repair = options.repair === true
    const bytesOf = repair && dataDir === null ? await builtBytes(terminal, siteDir) : () => null
    const { checked, faults } = await publisher.verify({
      repair,
      bytesOf,
      progress: (done, of) => {
        if (done % 100 === 0) terminal.progress(`Compared ${done} of ${of} …`)
      },
    })
    for (const fault of faults) terminal.line(faultLine(terminal, fault))
    const left = faults.filter(({ isRepaired }) => !isRepaired).length
    terminal.line(
      `${terminal.style('bold', place)}: ${counted(checked, 'object')} compared with release ${publisher.current.number}, ${told(faults.length, left)}`,
    )
    if (left > 0)
      terminal.line(repair ? 'What is left can be mended by `drowse publish`.' : 'Mend it with `drowse verify --repair`.')
    terminal.result({ place, current: publisher.current.number, checked, faults })
    return left > 0 ? 1 : 0
  } finally {
    await close()
  }
}

/** Bytes by their hash, from a build of the folder: the last resort for what the store has lost. */
async function builtBytes(terminal: Terminal, siteDir: string): Promise<(hash: string) => Uint8Array | null> {
  const { objects } = await buildToPublish(terminal, siteDir)
  const byHash = new Map(objects.map((object) => [object.info.hash, object]))
  return (hash) => byHash.get(hash)?.bytes() ?? null
}

function faultLine(terminal: Terminal, { key, fault, isRepaired }: Fault): string {
  const label = terminal.style(isRepaired ? 'green' : 'red', fault.padEnd(7))
  return `${label} ${key}${isRepaired ? terminal.style('dim', fault === 'extra' ? ' removed' : ' mended') : ''}`
}

function told(faults: number, left: number): string {
  if (faults === 0) return 'no difference'
  return `${counted(faults, 'difference')}${left === faults ? '' : `, ${faults - left} mended`}`
}
