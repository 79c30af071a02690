import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'
import { movedOf, offerOf, stock } from '../../model/stock.ts'
import type { WriteHandler } from '../types.ts'
import { stockSchema } from './stock-payload.ts'

/** `stock.set`: the owner has counted. The file stays as it is: what it says and what is left now differ by what was sold, or was miscounted. */
export const setStock: WriteHandler = {
  kind: 'stock.set',
  apply({ change, write }) {
    const { sku, left } = v.parse(stockSchema, write.payload)
    const found = offerOf(change, sku)
    if (found === null) throw new DrowseError('form-invalid', `No product on sale has the SKU ${sku}.`)
    const { offer, entry } = found
    if (offer.stock === null) {
      throw new DrowseError('form-invalid', `${sku} has no stock in ${entry.source}: as many are sold as people want.`, {
        hint: 'Write `stock` into its front matter first.',
      })
    }
    const before = offer.stock + movedOf(change, sku)
    change.put(stock, { sku, moved: left - offer.stock })
    return { page: entry.path, result: { sku, left, before } }
  },
}
