import type { EntryLinkView, SiteView, Templates } from 'drowse/theme'
import type { Child } from 'hono/jsx'
import { EntryCard } from '../components/EntryCard.tsx'
import { Layout } from '../components/Layout.tsx'
import { NoteCard } from '../components/NoteCard.tsx'
import { Picture } from '../components/Picture.tsx'
import { ProductCard } from '../components/ProductCard.tsx'
import { wordsOf } from '../words.ts'

export function Home({ page, intro, posts, products, notes, profile, archive }: Templates['Home']) {
  const { site } = page
  const words = wordsOf(site)
  return (
    <Layout page={page} wide>
      <div class="home-intro">
        <h1>{site.title}</h1>
        {intro !== '' && <p class="lead">{intro}</p>}
        {profile !== null && <ProfileLink profile={profile} />}
      </div>
      {posts.length > 0 && (
        <Shelf title={words.posts} name="posts" more={archive} moreTitle={words.allPosts} feed>
          {posts.map((entry) => (
            <EntryCard entry={entry} site={site} level={3} />
          ))}
        </Shelf>
      )}
      {products.length > 0 && <Shop products={products} site={site} />}
      {notes.length > 0 && (
        <Shelf title={words.notes} name="notes" more={`${site.home}notes/`} moreTitle={words.allNotes} feed>
          {notes.map((entry) => (
            <NoteCard entry={entry} site={site} />
          ))}
        </Shelf>
      )}
    </Layout>
  )
}

function ProfileLink({ profile }: { profile: EntryLinkView }) {
  return (
    <p class="home-profile">
      {profile.image !== null && (
        <Picture image={{ ...profile.image, alt: '' }} className="portrait" lazy={false} sizes="3.5rem" />
      )}
      <a href={profile.path}>{profile.title}</a>
    </p>
  )
}

function Shop({ products, site }: { products: readonly EntryLinkView[]; site: SiteView }) {
  const words = wordsOf(site)
  return (
    <Shelf title={words.products} name="products" more={`${site.home}products/`} moreTitle={words.allProducts}>
      <div class="shelf">
        {products.map((entry) => (
          <ProductCard entry={entry} site={site} level={3} />
        ))}
      </div>
    </Shelf>
  )
}

interface ShelfProps {
  title: string
  name: string
  more: string | null
  moreTitle: string
  /** True for h-feed: a list that a feed reader may follow. */
  feed?: boolean
  children: Child
}

function Shelf({ title, name, more, moreTitle, feed = false, children }: ShelfProps) {
  return (
    <section class={feed ? `home-${name} h-feed` : `home-${name}`} aria-labelledby={`home-${name}`}>
      <h2 class="p-name" id={`home-${name}`}>
        {title}
      </h2>
      {children}
      {more !== null && (
        <p class="more">
          <a href={more}>{moreTitle}</a>
        </p>
      )}
    </section>
  )
}
