/** The program inside the machine, as an image takes it. */
export interface ImageGuest {
  /** Its main module, which is bundled with all that it imports. It is started with the data folder as its only argument, its link on standard input and output. */
  readonly entry: string
  /** What the program calls itself; the guest finds it as `DROWSE_ENGINE`, and the gateway finds the image by it. */
  readonly engine: string
  /** Files the bundle can't hold, such as native addons: where they are in the image, and where they are here. */
  readonly files: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** The disks' files in an image's folder, and beside them `image.json`. */
export const IMAGE_FILES = ['kernel', 'initramfs', 'root.ext4'] as const
export type ImageFile = (typeof IMAGE_FILES)[number]

/** `image.json`. The same packages, Node and guest program give the same one, and the same bytes. */
export interface ImageManifest {
  readonly format: 1
  /** Names the bytes of all files: the beginning of a hash over their hashes. */
  readonly id: string
  readonly engine: string
  readonly node: string
  /** The kernel's release, such as `6.1.0-56-cloud-amd64`. */
  readonly kernel: string
  readonly packages: readonly { readonly file: string; readonly sha256: string }[]
  readonly files: Readonly<Record<ImageFile, { readonly sizeBytes: number; readonly sha256: string }>>
}

export interface Image extends ImageManifest {
  readonly folder: string
}
