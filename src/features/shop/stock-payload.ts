import * as v from 'valibot'

const WHOLE = 'How many are left? `left` is a whole number, such as 3.'

/** What `stock.set` carries: how many of an SKU are left to sell, as the owner counted them. */
export const stockSchema = v.object({
  sku: v.pipe(v.string('Which one? `sku` is what its front matter says, such as LAMP-1.'), v.minLength(1), v.maxLength(100)),
  left: v.pipe(v.number(WHOLE), v.integer(WHOLE), v.minValue(0, WHOLE), v.maxValue(1_000_000, WHOLE)),
})
