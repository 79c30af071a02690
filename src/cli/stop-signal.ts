const SAME_WISH_MS = 1_000

/**
 * Resolves at the first Ctrl-C or SIGTERM. A terminal signals the launcher and this process, and the launcher signals it again, so what comes right after is the same
 * wish; one that comes later ends the process at once.
 */
export function stopSignal(): Promise<void> {
  const first = Promise.withResolvers<void>()
  let firstAt: number | null = null
  const heard = () => {
    if (firstAt !== null && performance.now() - firstAt > SAME_WISH_MS) process.exit(130)
    firstAt ??= performance.now()
    first.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, heard)
  return first.promise
}
