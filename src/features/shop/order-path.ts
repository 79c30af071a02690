import { prefixOf } from '../../content/place.ts'
import type { Order } from './order-tables.ts'

/** Where an order's page is, for those who know. */
export function orderPath({ language, token }: Pick<Order, 'language' | 'token'>): string {
  return `${prefixOf(language)}/orders/${token}/`
}
