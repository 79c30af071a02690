import type { ImageView } from 'drowse/theme'

interface Props {
  readonly image: ImageView
  readonly className?: string
  readonly lazy?: boolean
  /** How wide it is shown, for browsers to choose among its versions. */
  readonly sizes?: string
}

export function Picture({ image, className, lazy = true, sizes = '(min-width: 42rem) 38rem, 100vw' }: Props) {
  const { src, alt, width, height, sources = [] } = image
  const shown = (
    <img
      class={className}
      src={src}
      alt={alt}
      width={width}
      height={height}
      loading={lazy ? 'lazy' : undefined}
      decoding="async"
    />
  )
  if (sources.length === 0) return shown
  return (
    <picture>
      {sources.map(({ type, srcset }) => (
        <source type={type} srcset={srcset} sizes={sizes} />
      ))}
      {shown}
    </picture>
  )
}
