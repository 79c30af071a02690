import type { CommentFormView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

/** A plain form: works without JavaScript. With `parent` it answers that comment. The names of its fields are the gateway's. */
export function CommentForm({ form, site, parent }: { form: CommentFormView; site: SiteView; parent: number | null }) {
  const words = wordsOf(site)
  return (
    <form class="comment-form" method="post" action={form.action}>
      <input type="hidden" name="page" value={form.page} />
      {parent !== null && <input type="hidden" name="parent" value={parent} />}
      <label>
        {words.name}
        <input name="name" type="text" dir="auto" autocomplete="nickname" maxlength={80} required />
      </label>
      <label>
        {words.email} <small>{words.emailHint}</small>
        <input name="email" type="email" autocomplete="email" maxlength={254} />
      </label>
      <label class="full">
        {words.text} <small>{words.textHint}</small>
        <textarea name="text" dir="auto" rows={parent === null ? 6 : 4} maxlength={8000} required></textarea>
      </label>
      {form.mails && (
        <label class="full tick">
          <input name="mail" type="checkbox" value="yes" /> {words.mailMe}
        </label>
      )}
      <div class="trap" aria-hidden="true">
        <label>
          {words.leaveEmpty}
          <input name="website" type="text" tabindex={-1} autocomplete="off" />
        </label>
      </div>
      <button class="button" type="submit">
        {words.send}
      </button>
    </form>
  )
}
