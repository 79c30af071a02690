import { setImmediate } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { asDrowseError } from '../errors/drowse-error.ts'
import { readSources, type SourcesToRead } from './read-thread.ts'
import { type PagesToRender, RenderThread, type SiteToRender } from './render-thread.ts'

/** What a thread is sent. It answers all but `site`. */
export type Task =
  | ({ readonly type: 'read' } & SourcesToRead)
  | ({ readonly type: 'site' } & SiteToRender)
  | ({ readonly type: 'render' } & PagesToRender)

// A thread of a build: it reads sources, and later renders pages. One task after the other, also where it has to wait within one.
let site: RenderThread | null = null
let last = Promise.resolve()

parentPort?.on('message', (task: Task) => {
  last = last.then(async () => {
    // Node hands over messages for as long as there are any, and frees what native code gave back only in between: 20 kB a post.
    await setImmediate()
    const answer = await answerTo(task)
    if (answer !== undefined) parentPort?.postMessage(answer)
  })
})

async function answerTo(task: Task): Promise<unknown> {
  switch (task.type) {
    case 'read':
      return readSources(task)
    case 'site':
      site = await RenderThread.open(task)
      return undefined
    case 'render':
      try {
        return await site?.render(task)
      } catch (error) {
        const { code, message, hint } = asDrowseError(error)
        return { fault: { code, message, hint } }
      }
  }
}
