import type { Templates } from 'drowse/theme'
import { raw } from 'hono/html'
import { Layout } from '../components/Layout.tsx'
import { Picture } from '../components/Picture.tsx'
import { wordsOf } from '../words.ts'

export function Profile({ page, entry, links }: Templates['Profile']) {
  return (
    <Layout page={page}>
      <article class="profile h-card">
        <header>
          {entry.image !== null && <Picture image={entry.image} className="portrait u-photo" lazy={false} sizes="9rem" />}
          <h1>
            <a class="p-name u-url u-uid" rel="me" href={page.path}>
              {entry.title}
            </a>
          </h1>
        </header>
        <div class="prose p-note">{raw(entry.html)}</div>
        {links.length > 0 && (
          <section aria-labelledby="elsewhere">
            <h2 id="elsewhere">{wordsOf(page.site).elsewhere}</h2>
            <ul class="links">
              {links.map((link) => (
                <li>
                  <a class="u-url" rel="me" href={link.url}>
                    {link.title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
      </article>
    </Layout>
  )
}
