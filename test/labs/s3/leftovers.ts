import { spawn } from 'node:child_process'

/** Removes a folder once this process is gone, however it ends: a shell waits for the end of a pipe that only this process holds. */
export function removeAfterwards(dir: string): void {
  const script = 'cat >/dev/null; for try in 1 2 3 4 5; do rm -rf -- "$1" && exit; sleep 1; done'
  const janitor = spawn('sh', ['-c', script, 'sh', dir], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  janitor.unref()
  // A pipe is a socket here, and would keep the process as a child does.
  if (janitor.stdin !== null && 'unref' in janitor.stdin && typeof janitor.stdin.unref === 'function') janitor.stdin.unref()
}
