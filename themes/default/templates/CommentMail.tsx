import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { wordsOf } from '../words.ts'

export function CommentMail({ page, heading, state, form }: Templates['CommentMail']) {
  const words = wordsOf(page.site)
  const said = { asked: words.mailAsked, confirmed: words.mailConfirmed, stopped: words.mailStopped }[state]
  return (
    <Layout page={page}>
      <div class="frame">
        <h1>{heading}</h1>
        <p role="status">{said}</p>
        {state !== 'stopped' && (
          <form class="buttons" method="post" action={form.action}>
            <input type="hidden" name="token" value={form.token} />
            {state === 'asked' && (
              <button class="button" type="submit" name="do" value="confirm">
                {words.mailConfirm}
              </button>
            )}
            <button class="button" type="submit" name="do" value="stop">
              {state === 'asked' ? words.mailRefuse : words.mailStop}
            </button>
          </form>
        )}
      </div>
    </Layout>
  )
}
