import { postSave } from './blog/post-save.ts'
import { editComment } from './comments/edit-comment.ts'
import { exportComments } from './comments/export-comments.ts'
import { importComments } from './comments/import-comments.ts'
import { chooseMail } from './comments/mail-choice.ts'
import { createComment, moderateComment } from './comments/writes.ts'
import { moveOrder } from './shop/move-order.ts'
import { orderPayment } from './shop/order-payment.ts'
import { placeOrder } from './shop/place-order.ts'
import { setStock } from './shop/set-stock.ts'
import { siteSync } from './site/site-sync.ts'
import type { WriteHandler } from './types.ts'

/** What a machine applies, of every feature. Apart from the features themselves, since a build applies nothing and its threads start sooner without. */
export const WRITES: readonly WriteHandler[] = [
  siteSync,
  postSave,
  createComment,
  moderateComment,
  editComment,
  chooseMail,
  importComments,
  exportComments,
  setStock,
  placeOrder,
  moveOrder,
  orderPayment,
]
