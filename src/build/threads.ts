import { getCompileCacheDir } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { DrowseError } from '../errors/drowse-error.ts'
import type { Task, ThreadWork } from './thread-work.ts'

/** As deep a stack as the main thread's, so that text nested too deeply is so everywhere. */
const STACK_MB = 1
/** What the main thread has. A quarter of it spares 20 MB a thread, and takes 3 % more of the processors. */
const YOUNG_MB = 48

/** Garbage is collected once a heap has doubled, in this thread too. Else V8 lets a large site's lie until it is four times what is needed, and saves hardly any time. */
const GROWING = '--heap-growing-percent=100'

/** So many tasks are with a thread at a time: it has the next one while its answer is being taken. */
const AHEAD = 2

/**
 * Threads that run `thread.ts`, one less than there are processors: this one takes part too, with what time it has beside its own work. It needs no start, and
 * what it runs is compiled once less. They load what they need at once.
 */
export class Threads {
  readonly #workers: readonly Running[]
  readonly #here: Promise<ThreadWork>

  constructor(count = Math.min(4, availableParallelism() - 1)) {
    const program = new URL(`./thread${extname(import.meta.filename)}`, import.meta.url)
    setFlagsFromString(GROWING)
    // Node keeps what it compiles in a folder of its version's name, and threads have to be told of it.
    const compiled = getCompileCacheDir()
    const env = compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) }
    const options = { env, resourceLimits: { stackSizeMb: STACK_MB, maxYoungGenerationSizeMb: YOUNG_MB } }
    this.#workers = Array.from({ length: count }, () => run(new Worker(program, options)))
    this.#here = import('./thread-work.ts').then(({ ThreadWork }) => new ThreadWork())
    // It is heard by whoever gives work.
    this.#here.catch(() => {})
  }

  /** Sends every thread the same, which it does not answer. */
  async tell(message: Task): Promise<void> {
    for (const { worker } of this.#workers) worker.postMessage(message)
    const here = await this.#here
    await here.answer(message)
  }

  /**
   * Gives out tasks until `next` returns null, and hands on the answers: those of one thread in the order of its tasks. `next` is told whether the task is for
   * this thread, `take` which thread answered. Rejects with what either throws and with what ends a thread; then neither is called again.
   */
  async work<Answer>(next: (isHere: boolean) => Task | null, take: (answer: Answer, thread: number) => void): Promise<void> {
    let isOver = false
    const asker = (isHere: boolean) => () => (isOver ? null : next(isHere))
    const taker = (thread: number) => (answer: Answer) => {
      if (!isOver) take(answer, thread)
    }
    try {
      const others = this.#workers.map((running, thread) => feed(running, asker(false), taker(thread)))
      await Promise.all([...others, this.#workHere(asker(true), taker(this.#workers.length))])
    } finally {
      isOver = true
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()))
    const here = await this.#here
    here.close()
  }

  async #workHere<Answer>(next: () => Task | null, take: (answer: Answer) => void): Promise<void> {
    const here = await this.#here
    for (let task = next(); task !== null; task = next()) {
      // Each task has its own kind of answer, and a caller gives out one kind of task.
      take((await here.answer(task)) as Answer)
      // The others' answers are waiting.
      await setImmediate()
    }
  }
}

interface Running {
  readonly worker: Worker
  /** Rejects with what ends the thread, whenever that is. */
  readonly failed: Promise<never>
}

function run(worker: Worker): Running {
  const failed = new Promise<never>((_, reject) => {
    worker.once('error', reject)
    // Packages that site.ts uses may say `process.exit`.
    worker.once('exit', (code) => reject(new DrowseError('internal', `A thread of the build ended by itself, with ${code}.`)))
  })
  // It is heard by whoever gives the thread work.
  failed.catch(() => {})
  return { worker, failed }
}

function feed<Answer>({ worker, failed }: Running, next: () => Task | null, take: (answer: Answer) => void): Promise<void> {
  let waiting = 0
  const send = () => {
    const task = next()
    if (task === null) return
    waiting++
    worker.postMessage(task)
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const answered = (answer: Answer) => {
    waiting--
    try {
      send()
      take(answer)
      if (waiting === 0) resolve()
    } catch (error) {
      reject(error)
    }
  }
  worker.on('message', answered)
  for (let count = 0; count < AHEAD; count++) send()
  if (waiting === 0) resolve()
  return Promise.race([promise, failed]).finally(() => worker.off('message', answered))
}
