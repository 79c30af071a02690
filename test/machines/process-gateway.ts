/** A gateway to be killed: wakes the machine `id` on `root`, lets it sleep at `tier`, says so and waits for its end. */
import { counterDriver } from './counter-driver.ts'

const [root = '', id = '', tier = ''] = process.argv.slice(2)
const driver = counterDriver(root)
await driver.wake(id, AbortSignal.timeout(10_000))
if (tier === 'paused') await driver.suspend(id, 'paused', AbortSignal.timeout(10_000))
process.stdout.write('ready\n')
setInterval(() => {}, 1000)
