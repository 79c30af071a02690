import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * What to put before a command so that the kernel kills it when its parent dies, even when it is stopped: `setpriv --pdeathsig KILL` of
 * util-linux, where there is one. Empty elsewhere. The signal comes when the *thread* that started the guest ends (prctl(2)).
 */
export async function dieWithParent(platform: NodeJS.Platform): Promise<readonly string[]> {
  if (platform !== 'linux') return []
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'] as const
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', `command -v setpriv && ${prefix.join(' ')} true`])
    const path = stdout.trim()
    return path === '' ? [] : [path, ...prefix.slice(1)]
  } catch {
    return []
  }
}
