import type { Templates } from 'drowse/theme'
import { Layout } from '../components/Layout.tsx'
import { OrderForm } from '../components/OrderForm.tsx'
import { wordsOf } from '../words.ts'

/** Without a script it is a form with all that can be had; `scripts/cart.js` leaves what was put into the cart. */
export function Cart({ page, heading, offers, form }: Templates['Cart']) {
  const { site, assets } = page
  const words = wordsOf(site)
  return (
    <Layout page={page} style={assets['shop.css']} script={assets['cart.js']}>
      <h1>{heading}</h1>
      <p class="cart-empty" hidden>
        {words.emptyCart} <a href={`${site.home}products/`}>{words.allProducts}</a>
      </p>
      <OrderForm form={form} site={site}>
        <ul class="cart-lines full" data-quantity={words.quantity}>
          {offers.map((offer) => (
            <li>
              <a href={offer.path}>{offer.name === '' ? offer.title : `${offer.title}, ${offer.name}`}</a>
              <span class="offer-price">{offer.price}</span>
              <input
                name={`n-${offer.sku}`}
                type="number"
                min={0}
                max={1000}
                value="0"
                inputmode="numeric"
                aria-label={`${words.quantity}: ${offer.name === '' ? offer.title : `${offer.title}, ${offer.name}`}`}
              />
            </li>
          ))}
        </ul>
      </OrderForm>
    </Layout>
  )
}
