import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { watch } from 'chokidar'

export interface Burst {
  /** Files and folders that came, changed or went: absolute, spelt like the watched roots. */
  readonly paths: ReadonlySet<string>
  /** `performance.now()` of the first event. */
  readonly since: number
}

export interface FileWatch {
  close(): Promise<void>
}

/** A burst that never quiets down is taken in after this long all the same. */
const LONGEST_BURST_MS = 200

/**
 * Watches files and folders, also ones that are not there yet, and gathers what happens to them. Resolves once nothing is missed any more. Names that
 * begin with a dot or end with a tilde are ignored, and links are not followed, but for a root that is one itself.
 */
export async function watchFiles(
  roots: readonly string[],
  { quietMs, onBurst, onError }: { quietMs: number; onBurst: (burst: Burst) => void; onError: (error: unknown) => void },
): Promise<FileWatch> {
  const gather = gatherer(quietMs, onBurst)
  const real = new Map(roots.map((root) => [realPathOf(root), root]))
  const watcher = watch([...real.keys()], {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => /^\.|~$/.test(basename(path)) && !real.has(path),
  })
  const spell = (path: string) => {
    for (const [target, root] of real)
      if (path === target || path.startsWith(join(target, '/'))) return root + path.slice(target.length)
    return path
  }
  watcher.on('all', (_event, path) => gather.add(spell(path)))
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
  watcher.on('error', onError)
  return {
    async close() {
      gather.stop()
      await watcher.close()
    },
  }
}

function gatherer(quietMs: number, onBurst: (burst: Burst) => void) {
  let paths = new Set<string>()
  let since = 0
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    const burst = { paths, since }
    paths = new Set()
    onBurst(burst)
  }

  return {
    add(path: string): void {
      const now = performance.now()
      if (paths.size === 0) since = now
      paths.add(path)
      clearTimeout(timer)
      timer = setTimeout(flush, Math.max(0, Math.min(quietMs, since + LONGEST_BURST_MS - now)))
    },
    stop: () => clearTimeout(timer),
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
