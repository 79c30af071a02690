/** Before the tests: what they all need is built once. Each file of tests then boots a lab of its own. */
import { counterImage } from '../qemu/lab.ts'
import { buildLab } from './build.ts'
import { buildProductImage, IMAGES, LAB, requirePrograms } from './lab.ts'

export default async function setup(): Promise<void> {
  requirePrograms()
  const images = counterImage(IMAGES).then(buildProductImage)
  await Promise.all([buildLab(LAB), images])
}
