import * as v from 'valibot'
import { prefixOf } from '../../content/place.ts'
import {
  assets,
  closings,
  dataFiles,
  entries,
  files,
  redirects,
  revisions,
  settings,
  sources,
  templates,
  terms,
} from '../../model/site-tables.ts'
import type { Table } from '../../model/types.ts'
import { FRAME_SLOT, framePath } from '../../protocol/page-frame.ts'
import { HTML } from '../../render/content-type.ts'
import { languagesOf, languageTag, PAGE_QUERIES, pageView, textSetting } from '../../render/page-view.ts'
import { versionsOf } from '../../render/picture.ts'
import { redirectPage } from '../../render/redirect-page.ts'
import type { Route } from '../../render/types.ts'
import { wordsOf } from '../../render/words/words-of.ts'
import type { Feature } from '../types.ts'
import { SITEMAP_QUERIES, sitemapIndex, sitemapPart } from './sitemap.ts'

const assetFile: Route = {
  name: 'asset',
  over: { table: assets.name },
  pages(read, name) {
    const asset = read.row(assets, name)
    return asset ? [{ path: asset.path, argument: name }] : []
  },
  render(context, name) {
    const asset = context.row(assets, String(name))
    if (!asset) throw new Error(`The asset ${String(name)} is gone.`)
    return { content: context.blob(asset.blob), contentType: asset.contentType, cache: 'immutable' }
  },
}

const plainFileArgument = v.object({ blob: v.string(), contentType: v.string() })

/** A file of the owner's, and the smaller versions of a picture. */
const plainFile: Route = {
  name: 'file',
  over: { table: files.name },
  pages(read, path) {
    const file = read.row(files, path)
    if (file === null) return []
    const versions = versionsOf(file.picture).map(({ path: published, blob, type }) => ({
      path: published,
      argument: { blob, contentType: type },
    }))
    return [{ path, argument: { blob: file.blob, contentType: file.contentType } }, ...versions]
  },
  render(context, argument) {
    const { blob, contentType } = v.parse(plainFileArgument, argument)
    // Only versions of pictures have their content's hash in their name.
    const cache = context.path.startsWith('/assets/') ? 'immutable' : 'page'
    return { content: context.blob(blob), contentType, cache }
  },
}

const notFound: Route = {
  name: 'not-found',
  pages: () => [{ path: '/404.html', argument: null }],
  async render(context) {
    const page = pageView(context, { path: '/404.html', title: context.query(wordsOf, languageTag(context, null)).notFoundTitle })
    return { content: await context.template('NotFound', { page }), contentType: HTML }
  },
}

/** The theme's layout around nothing, for the pages that the gateway writes itself. */
const frame: Route = {
  name: 'frame',
  pages: (read) => languagesOf(read).map((language) => ({ path: framePath(language), argument: language })),
  async render(context, argument) {
    const language = typeof argument === 'string' ? argument : null
    const page = pageView(context, { path: `${prefixOf(language)}/`, title: '', language })
    return { content: await context.template('Frame', { page, slot: FRAME_SLOT }), contentType: HTML }
  },
}

const robots: Route = {
  name: 'robots',
  // A site may have its own, as content/robots.txt.
  pages: (read) => (read.row(files, '/robots.txt') ? [] : [{ path: '/robots.txt', argument: null }]),
  render(context) {
    const { site } = pageView(context, { path: '/robots.txt', title: '' })
    return {
      content: `User-agent: *\nDisallow: /-/\nSitemap: ${site.url}/sitemap.xml\n`,
      contentType: 'text/plain; charset=utf-8',
    }
  },
}

/** Old places of entries, and those that site.yaml names. */
const redirect: Route = {
  name: 'redirect',
  over: { table: redirects.name },
  pages(read, key) {
    const row = read.row(redirects, key)
    return row ? [{ path: row.path, argument: key }] : []
  },
  render(context, key) {
    const row = context.row(redirects, String(key))
    if (!row) throw new Error(`The redirect ${String(key)} is gone.`)
    return redirectPage(row.target, textSetting(context, 'url'))
  },
}

/** What every site has, whatever its kinds of content. */
export const site: Feature = {
  name: 'site',
  tables: [
    settings,
    templates,
    assets,
    files,
    dataFiles,
    sources,
    revisions,
    entries,
    terms,
    redirects,
    closings,
  ] as unknown as readonly Table<never>[],
  queries: [...PAGE_QUERIES, ...SITEMAP_QUERIES],
  routes: [assetFile, plainFile, redirect, notFound, frame, robots, sitemapIndex, sitemapPart],
}
