import type { SiteView, Templates } from 'drowse/theme'
import { raw } from 'hono/html'
import { Layout } from '../components/Layout.tsx'
import { Offers } from '../components/Offers.tsx'
import { OrderOne } from '../components/OrderOne.tsx'
import { Picture } from '../components/Picture.tsx'
import { ProductData } from '../components/ProductData.tsx'
import { Stock } from '../components/Stock.tsx'
import { TagList } from '../components/TagList.tsx'
import { Toc } from '../components/Toc.tsx'
import { wordsOf } from '../words.ts'

export function Product({ page, entry, offers, form }: Templates['Product']) {
  const order = orderLink(entry.data.buy)
  return (
    <Layout page={page} wide style={page.assets['shop.css']} script={form === null ? undefined : page.assets['cart.js']}>
      <ProductData page={page} entry={entry} offers={offers} />
      <article class="product h-product">
        <div class="product-picture">
          {entry.image !== null && <Picture image={entry.image} className="u-photo" lazy={false} />}
        </div>
        <div class="product-about">
          <h1 class="p-name">{entry.title}</h1>
          <p class="product-terms">
            {entry.price !== null && <strong class="p-price">{entry.price}</strong>} <Stock entry={entry} site={page.site} />
          </p>
          <Offers offers={offers} site={page.site} />
          {order !== null && entry.available !== false && (
            <p>
              <a class="button" href={order}>
                {wordsOf(page.site).order}
              </a>
            </p>
          )}
          {form !== null && <OrderOne title={entry.title} offers={offers} form={form} site={page.site} />}
          {form !== null && form.cart !== null && <CartButtons cart={form.cart} site={page.site} />}
          <Toc items={entry.toc} site={page.site} />
          <div class="prose e-description">{raw(entry.html)}</div>
          <TagList tags={entry.terms} site={page.site} />
        </div>
      </article>
    </Layout>
  )
}

/** Shown by the cart's script; without it the cart's page takes several things by itself. */
function CartButtons({ cart, site }: { cart: string; site: SiteView }) {
  const words = wordsOf(site)
  return (
    <p class="cart-buttons">
      <button class="button cart-add" type="button" hidden>
        {words.addToCart}
      </button>
      <a class="cart-link" href={cart}>
        {words.cart}
      </a>
      <span class="cart-said quiet" role="status" hidden>
        {words.inCart}
      </span>
    </p>
  )
}

/** The front matter's `buy`: an address to order at, by web, by mail or on this site. */
function orderLink(buy: unknown): string | null {
  return typeof buy === 'string' && /^(?:https?:\/\/|mailto:|\/)/.test(buy) ? buy : null
}
