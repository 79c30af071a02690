import { setImmediate } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { type Task, ThreadWork } from './thread-work.ts'

// A thread of a build. One task after the other, also where it has to wait within one.
const work = new ThreadWork()
let last = Promise.resolve()

parentPort?.on('message', (task: Task) => {
  last = last.then(async () => {
    // Node hands over messages for as long as there are any, and frees what native code gave back only in between: 20 kB a post.
    await setImmediate()
    const answer = await work.answer(task)
    if (answer !== undefined) parentPort?.postMessage(answer)
  })
})
