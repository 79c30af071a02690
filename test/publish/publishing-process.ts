import { openStore } from '../../src/cli/publishing.ts'
import type { StoreConfig } from '../../src/config/types.ts'
import { openPublisher } from '../../src/publish/publisher.ts'
import type { Store } from '../../src/publish/types.ts'
import { FIRST, OPTIONS, SECOND } from './release-changes.ts'

/** Publishes, and kills itself at one step: `node publishing-process.ts '<PublishingTask as JSON>'`. Prints how many steps it took. */
export interface PublishingTask {
  readonly store: StoreConfig
  readonly indexPath: string
  readonly release: 'first' | 'second' | 'rollback'
  /** The change to the store at which the process dies; null: it lives. */
  readonly dieAt: number | null
  readonly when: 'before' | 'after'
}

const task: PublishingTask = JSON.parse(process.argv[2] ?? '{}')
let step = 0
const publisher = await openPublisher(mortal(await openStore(task.store, '/', '/')), task.indexPath, OPTIONS)
if (task.release === 'rollback') await publisher.rollback(1)
else await publisher.publish(task.release === 'first' ? FIRST : SECOND)
publisher.close()
process.stdout.write(String(step))

function mortal(store: Store): Store {
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
    copy: (from, to) => run(() => store.copy(from, to)),
    remove: (keys) => run(() => store.remove(keys)),
  }
}
