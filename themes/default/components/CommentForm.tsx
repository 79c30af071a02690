import type { CommentFormView, SiteView } from 'drowse/theme'
import { wordsOf } from '../words.ts'

/** A plain form: works without JavaScript. With `parent` it answers that comment. The names of its fields are the gateway's. */
export function CommentForm({ form, site, parent }: { form: CommentFormView; site: SiteView; parent: number | null }) {
  const words = wordsOf(site)
  const id = (field: string) => (parent === null ? `comment-${field}` : `reply-${parent}-${field}`)
  return (
    <form class="comment-form" method="post" action={form.action}>
      <input type="hidden" name="page" value={form.page} />
      {parent !== null && <input type="hidden" name="parent" value={parent} />}
      <p>
        <label for={id('name')}>{words.name}</label>
        <input id={id('name')} name="name" type="text" autocomplete="nickname" maxlength={80} required />
      </p>
      <p>
        <label for={id('email')}>
          {words.email} <small>{words.emailHint}</small>
        </label>
        <input id={id('email')} name="email" type="email" autocomplete="email" maxlength={254} />
      </p>
      <p class="full">
        <label for={id('text')}>
          {words.text} <small>{words.textHint}</small>
        </label>
        <textarea id={id('text')} name="text" rows={parent === null ? 6 : 4} maxlength={8000} required></textarea>
      </p>
      <p class="trap" aria-hidden="true">
        <label for={id('website')}>{words.leaveEmpty}</label>
        <input id={id('website')} name="website" type="text" tabindex={-1} autocomplete="off" />
      </p>
      <p class="full">
        <button class="button" type="submit">
          {words.send}
        </button>
      </p>
    </form>
  )
}
