import { resolve } from 'node:path'
import { engineName } from '../build/engine.ts'
import { buildImage } from '../machines/image/build-image.ts'
import { defaultImagesFolder, listImages } from '../machines/image/images.ts'
import type { Image } from '../machines/image/types.ts'
import { imageGuest } from './machine.ts'
import { SOURCE_DIR } from './paths.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  /** The folder of images; where `drowse start` looks for them if left out. */
  readonly folder?: string
}

/** `drowse image build`: the disks of a virtual machine of this version. */
export async function runImageBuild(terminal: Terminal, { folder }: Options): Promise<number> {
  const image = await buildImage({
    folder: folderOf(folder),
    guest: imageGuest(),
    node: process.execPath,
    tell: (line) => terminal.progress(line),
  })
  terminal.line(`The image ${terminal.style('bold', image.id)} is in ${image.folder}: ${summary(image)}.`)
  terminal.result(image)
  return 0
}

/** `drowse image ls`: the images there are. */
export async function runImageList(terminal: Terminal, { folder }: Options): Promise<number> {
  const place = folderOf(folder)
  const images = await listImages(place)
  const engine = engineName(SOURCE_DIR)
  if (images.length === 0) terminal.line(`There is no image in ${place}; \`drowse image build\` makes one.`)
  for (const image of images) {
    const isCurrent = image.engine === engine
    terminal.line(
      `${terminal.style('bold', image.id)}  ${summary(image)}${terminal.style('dim', isCurrent ? ' (this version)' : ' (another version of Drowse)')}`,
    )
    terminal.result({ ...image, isCurrent })
  }
  return 0
}

function folderOf(given: string | undefined): string {
  return given === undefined ? defaultImagesFolder() : resolve(given)
}

function summary({ files, kernel, node }: Image): string {
  const sizeBytes = Object.values(files).reduce((sum, file) => sum + file.sizeBytes, 0)
  return `Linux ${kernel}, Node ${node}, ${Math.round(sizeBytes / 1e6)} MB`
}
