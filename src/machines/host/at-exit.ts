const callbacks = new Set<() => void>()

/** Has `run` called when this process ends by itself. One listener for all, however many drivers there are. Returns the way to call it off. */
export function atExit(run: () => void): () => void {
  if (callbacks.size === 0) process.on('exit', runAll)
  callbacks.add(run)
  return () => {
    callbacks.delete(run)
    if (callbacks.size === 0) process.off('exit', runAll)
  }
}

function runAll(): void {
  for (const run of callbacks) run()
}
