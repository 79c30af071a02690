/** A gateway to be killed: wakes the machine `id` on `root`, lets it sleep at `tier`, says so and waits for its end. */
import { findImage } from '../../../src/machines/image/images.ts'
import { containers, LAB } from './lab.ts'

const [root = '', id = '', tier = ''] = process.argv.slice(2)
const image = await findImage(LAB, 'counter')
if (image === null) throw new Error('The lab’s image is not there.')
const driver = containers(root, image)
await driver.wake(id, AbortSignal.timeout(30_000))
if (tier === 'paused') await driver.suspend(id, 'paused', AbortSignal.timeout(10_000))
process.stdout.write('ready\n')
setInterval(() => {}, 1000)
