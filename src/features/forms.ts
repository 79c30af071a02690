import type { WriteForm } from '../gateway/types.ts'
import { postSaveForm } from './blog/post-save-form.ts'
import { editForm } from './comments/edit-form.ts'
import { commentForm, exportForm, importForm, moderationForm } from './comments/form.ts'
import { mailForm } from './comments/mail-form.ts'
import { moveForm, orderForm } from './shop/order-form.ts'
import { stockForm } from './shop/stock-form.ts'

/** The gateway's side of every feature: what it can check before a machine is woken. */
export const FORMS: readonly WriteForm[] = [
  commentForm,
  editForm,
  moderationForm,
  mailForm,
  importForm,
  exportForm,
  postSaveForm,
  stockForm,
  orderForm,
  moveForm,
]
