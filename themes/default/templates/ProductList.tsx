import type { Templates } from 'drowse/theme'
import { Categories } from '../components/Categories.tsx'
import { Layout } from '../components/Layout.tsx'
import { ProductCard } from '../components/ProductCard.tsx'
import { wordsOf } from '../words.ts'

export function ProductList({ page, heading, products, categories }: Templates['ProductList']) {
  return (
    <Layout page={page} wide style={page.assets['shop.css']}>
      <h1>{heading}</h1>
      <Categories links={categories} site={page.site} />
      {products.length === 0 && <p class="quiet">{wordsOf(page.site).empty}</p>}
      <div class="shelf">
        {products.map((entry) => (
          <ProductCard entry={entry} site={page.site} />
        ))}
      </div>
    </Layout>
  )
}
