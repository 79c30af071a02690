import type { Templates } from 'drowse/theme'
import { raw } from 'hono/html'
import { Layout } from '../components/Layout.tsx'

/** The gateway's own pages: errors with the form in them, and the state of a write. Their HTML is the gateway's. */
export function Frame({ page, slot }: Templates['Frame']) {
  return (
    <Layout page={page}>
      <div class="frame">{raw(slot)}</div>
    </Layout>
  )
}
