import type { SiteConfig } from '../config/types.ts'
import type { WriteForm } from '../gateway/types.ts'
import { postSaveForm } from './blog/post-save-form.ts'
import { editForm } from './comments/edit-form.ts'
import { commentForm, exportForm, importForm, moderationForm } from './comments/form.ts'
import { mailForm } from './comments/mail-form.ts'
import { moveForm, orderForm } from './shop/order-form.ts'
import { stockForm } from './shop/stock-form.ts'

/** What of site.yaml the forms follow. */
export type FormSettings = { readonly comments: Pick<SiteConfig['comments'], 'editFor'> }

const DEFAULTS: FormSettings = { comments: { editFor: 15 * 60_000 } }

/** The gateway's side of every feature: what it can check before a machine is woken. */
export function formsOf({ comments }: FormSettings = DEFAULTS): readonly WriteForm[] {
  const own = comments.editFor === 0 ? {} : { ownSeconds: comments.editFor / 1000 }
  return [
    { ...commentForm, ...own },
    { ...editForm, ...own },
    moderationForm,
    mailForm,
    importForm,
    exportForm,
    postSaveForm,
    stockForm,
    orderForm,
    moveForm,
  ]
}
