/** A gateway to be killed: wakes the machine `id` on `root`, lets it sleep at `tier`, says so and waits for its end. */
import { findImage } from '../../../src/machines/image/images.ts'
import { counterMachines, LAB } from './lab.ts'

const [root = '', id = '', tier = ''] = process.argv.slice(2)
const image = await findImage(LAB, 'counter')
if (image === null) throw new Error('The lab’s image is not there.')
const driver = counterMachines(root, image)
await driver.wake(id, AbortSignal.timeout(120_000))
if (tier === 'paused' || tier === 'saved') await driver.suspend(id, tier, AbortSignal.timeout(60_000))
process.stdout.write('ready\n')
setInterval(() => {}, 1000)
