import { hash } from 'node:crypto'

const CELL = 8
const CELLS = 5

/** A small picture that follows from a name alone: a five by five pattern, mirrored, in one of 36 hues. Decoration, so hidden from readers' tools. */
export function avatarOf(name: string): string {
  const bytes = hash('sha256', `drowse-avatar ${name.normalize('NFKC').toLowerCase()}`, 'buffer')
  const hue = ((bytes[0] ?? 0) % 36) * 10
  const cells = Array.from({ length: CELLS * 3 }, (_, index) => ({
    column: Math.floor(index / CELLS),
    row: index % CELLS,
    on: ((bytes[index + 1] ?? 0) & 1) === 1,
  }))
  const path = cells
    .filter(({ on }) => on)
    .flatMap(({ column, row }) => (column === 2 ? [square(column, row)] : [square(column, row), square(CELLS - 1 - column, row)]))
    .join('')
  const size = CELL * CELLS
  return `<svg viewBox="-4 -4 ${size + 8} ${size + 8}" width="40" height="40" aria-hidden="true" focusable="false"><rect x="-4" y="-4" width="${size + 8}" height="${size + 8}" fill="hsl(${hue} 45% 88%)"/><path fill="hsl(${hue} 50% 38%)" d="${path}"/></svg>`
}

function square(column: number, row: number): string {
  return `M${column * CELL} ${row * CELL}h${CELL}v${CELL}h-${CELL}z`
}
