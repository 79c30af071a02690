import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const PACKAGES = ['ceph-mon', 'ceph-osd', 'radosgw', 'bc', 'curl']
const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin']

/** Installs Ceph's RADOS Gateway from Debian's packages unless it is there. Throws, saying what to run, where it may not. */
export function ensurePackages(tell: (line: string) => void): void {
  const missing = PROGRAMS.filter((program) => !isInPath(program))
  if (missing.length === 0) return
  const install = `apt-get update && apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`
  if (process.getuid?.() !== 0 || !isInPath('apt-get')) {
    throw new Error(`The S3 lab needs ${missing.join(', ')}. On Debian or Ubuntu, as root: ${install}`)
  }
  tell(`Installing ${PACKAGES.join(', ')} …`)
  execFileSync('sh', ['-c', install], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function isInPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
