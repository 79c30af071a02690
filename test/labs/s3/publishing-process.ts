import { openPublisher } from '../../../src/publish/publisher.ts'
import { type S3Options, s3Store } from '../../../src/publish/stores/s3.ts'
import type { Store } from '../../../src/publish/types.ts'
import { firstRelease, NOW, secondRelease } from './releases.ts'

/** Publishes, and kills itself at one step: `node publishing-process.ts '<PublishingTask as JSON>'`. */
export interface PublishingTask {
  readonly store: S3Options
  readonly indexPath: string
  /** The change to the store at which the process dies; null: it lives. */
  readonly dieAt: number | null
  readonly when: 'before' | 'after'
  readonly release: 'first' | 'second'
}

const task: PublishingTask = JSON.parse(process.argv[2] ?? '{}')
const publisher = await openPublisher(mortal(await s3Store(task.store)), task.indexPath, { now: () => NOW })
await publisher.publish(task.release === 'first' ? firstRelease : secondRelease)
publisher.close()
process.stdout.write('published')

function mortal(store: Store): Store {
  let step = 0
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    const isLast = step++ === task.dieAt
    if (isLast && task.when === 'before') process.kill(process.pid, 'SIGKILL')
    const result = await work()
    if (isLast) process.kill(process.pid, 'SIGKILL')
    return result
  }
  return {
    ...store,
    put: (key, bytes, info, condition) => run(() => store.put(key, bytes, info, condition)),
    remove: (keys) => run(() => store.remove(keys)),
  }
}
