import type { WriteForm } from '../../gateway/types.ts'
import { checked } from '../checked.ts'
import { stockSchema } from './stock-payload.ts'

/** The gateway's face of `stock.set`. */
export const stockForm: WriteForm = {
  kind: 'stock.set',
  noun: 'count',
  actor: 'owner',
  maxBytes: 4 * 1024,
  parse: (input) =>
    checked(stockSchema, input.type === 'fields' ? { ...input.fields, left: Number(input.fields.left) } : input.json),
  page: () => null,
}
