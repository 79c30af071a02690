import type { PageView } from 'drowse/theme'
import { raw } from 'hono/html'

/** What search engines and link previews are told of a page. Its data is no script: nothing in it runs. */
export function Preview({ page }: { page: PageView }) {
  const { site, article, title, description, canonical, alternates, preview } = page
  return (
    <>
      <meta property="og:type" content={article?.published ? 'article' : 'website'} />
      <meta property="og:title" content={title === '' ? site.title : title} />
      <meta property="og:site_name" content={site.title} />
      <meta property="og:url" content={canonical} />
      {description !== '' && <meta property="og:description" content={description} />}
      {preview !== null && (
        <>
          <meta property="og:image" content={preview.url} />
          {preview.width !== undefined && <meta property="og:image:width" content={`${preview.width}`} />}
          {preview.height !== undefined && <meta property="og:image:height" content={`${preview.height}`} />}
          <meta property="og:image:alt" content={preview.alt} />
        </>
      )}
      <meta name="twitter:card" content={preview === null ? 'summary' : 'summary_large_image'} />
      {article?.published && <meta property="article:published_time" content={article.published} />}
      {article?.modified && <meta property="article:modified_time" content={article.modified} />}
      {alternates.map(({ language, url }) => (
        <link rel="alternate" hreflang={language} href={url} />
      ))}
      {article?.published && <script type="application/ld+json">{raw(posting(page))}</script>}
    </>
  )
}

/** https://schema.org/BlogPosting, spelt so that no text can end the element. */
function posting({ article, title, canonical, site, preview }: PageView): string {
  const value = {
    '@context': 'https://schema.org',
    '@type': 'BlogPosting',
    headline: title,
    url: canonical,
    inLanguage: site.language,
    datePublished: article?.published ?? undefined,
    dateModified: article?.modified ?? undefined,
    image: preview?.url,
    keywords: article?.tags.length ? article.tags.join(', ') : undefined,
    author: article?.author ? { '@type': 'Person', name: article.author } : undefined,
  }
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}
