import type { ImageView } from 'drowse/theme'

export function Picture({ image, className, lazy = true }: { image: ImageView; className?: string; lazy?: boolean }) {
  return <img class={className} src={image.src} alt={image.alt} loading={lazy ? 'lazy' : undefined} decoding="async" />
}
