import { DrowseError } from '../errors/drowse-error.ts'

/** First come, first served: one holder at a time. */
export interface Turns {
  /**
   * Resolves when all who asked earlier have finished or given up; held afterwards: the turn, until the function it resolves to is called
   * (once; more calls do nothing). Rejects with `machine-failed` when the deadline passes first; nothing is held then.
   */
  take(deadline: AbortSignal, what: string): Promise<() => void>
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = []
  let held = false

  function release(): void {
    const next = waiting.shift()
    if (next === undefined) held = false
    else next()
  }

  function hold(): () => void {
    held = true
    let released = false
    return () => {
      if (released) return
      released = true
      release()
    }
  }

  return {
    async take(deadline, what) {
      if (deadline.aborted) throw late(what)
      if (!held) return hold()
      return await new Promise<() => void>((resolve, reject) => {
        const start = () => {
          deadline.removeEventListener('abort', giveUp)
          resolve(hold())
        }
        const giveUp = () => {
          waiting.splice(waiting.indexOf(start), 1)
          reject(late(what))
        }
        waiting.push(start)
        deadline.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}

function late(what: string): DrowseError {
  return new DrowseError('machine-failed', `The deadline passed before ${what} could begin; nothing was sent.`)
}
