/** A gateway to be killed: wakes the machine `id` on `root`, lets it sleep at `tier`, says so and waits for its end. */
import { builtCounterImage, xenMachines } from './lab.ts'

const [root = '', sshConfig = '', id = '', tier = ''] = process.argv.slice(2)
const driver = xenMachines(root, await builtCounterImage(), sshConfig)
await driver.wake(id, AbortSignal.timeout(180_000))
if (tier === 'paused' || tier === 'saved') await driver.suspend(id, tier, AbortSignal.timeout(60_000))
process.stdout.write('ready\n')
setInterval(() => {}, 1000)
