/**
 * The same paths in at most `most` patterns: as they are where they are few enough, else with whole folders as `/posts/*`, which is more
 * than was asked for. Deep folders are folded before shallow ones and full ones before empty ones, so that as little as possible is forgotten
 * in vain. The last resort is `/*`.
 */
export function foldPaths(paths: readonly string[], most: number): readonly string[] {
  const patterns = new Set(paths)
  while (patterns.size > most) {
    const folder = nextToFold([...patterns])
    for (const pattern of patterns) if (pattern.startsWith(folder)) patterns.delete(pattern)
    patterns.add(`${folder}*`)
    if (folder === '/') break
  }
  return [...patterns]
}

/** The deepest folder that holds several patterns, its own page among them; of equally deep ones that with most. */
function nextToFold(patterns: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const pattern of patterns) {
    for (
      let end = pattern.endsWith('/') ? pattern.length : parentEnd(pattern);
      end > 1;
      end = pattern.lastIndexOf('/', end - 2) + 1
    ) {
      const folder = pattern.slice(0, end)
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
  }
  let best = '/'
  for (const [folder, count] of counts) {
    if (count > 1 && (best === '/' || rank(folder, count) > rank(best, counts.get(best) ?? 0))) best = folder
  }
  return best
}

function rank(folder: string, count: number): number {
  // Depth decides, up to a million patterns.
  return folder.split('/').length * 1_000_000 + count
}

/** The end of the folder that a pattern lies in: of `/posts/hello/` it is `/posts/`. */
function parentEnd(pattern: string): number {
  return pattern.lastIndexOf('/', pattern.length - 2) + 1
}
