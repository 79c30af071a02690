// Keeps a page of `drowse dev` fresh: reloads it when it changed, swaps stylesheets, and lays errors over it. Served as it is; never part of a built site.
;(() => {
  const { key, hash } = document.currentScript.dataset
  const query = new URLSearchParams({ address: location.pathname, key, hash })
  const events = new EventSource(`/-/dev/events?${query}`)
  let overlay = null

  events.addEventListener('message', (event) => {
    const news = JSON.parse(event.data)
    if (news.faults) show(news.faults)
    const sheets = sheetsAmong(news.files)
    const others = news.files.filter((path) => !sheets.has(path) && isUsed(path))
    if (news.reload || others.length > 0) reload()
    else for (const links of sheets.values()) for (const link of links) swap(link)
  })

  // The browser itself keeps the scroll position over a reload.
  function reload() {
    events.close()
    location.reload()
  }

  /** Which of the files are stylesheets of this page, with their links. */
  function sheetsAmong(files) {
    const found = new Map()
    for (const link of document.querySelectorAll('link[rel~="stylesheet"]')) {
      const path = pathOf(link.href)
      if (files.includes(path)) found.set(path, [...(found.get(path) ?? []), link])
    }
    return found
  }

  /** The old sheet stays until the new one is there, so that the page is never bare. */
  function swap(link) {
    const next = link.cloneNode()
    const url = new URL(link.href)
    url.searchParams.set('v', String(Date.now()))
    next.href = url.href
    next.addEventListener('load', () => link.remove())
    next.addEventListener('error', () => next.remove())
    link.after(next)
  }

  function isUsed(path) {
    return performance.getEntriesByType('resource').some(({ name }) => pathOf(name) === path)
  }

  function pathOf(url) {
    const { origin, pathname } = new URL(url, location.href)
    return origin === location.origin ? decode(pathname) : null
  }

  function decode(path) {
    try {
      return decodeURI(path)
    } catch {
      return path
    }
  }

  function show(faults) {
    overlay?.remove()
    overlay = null
    if (faults.length === 0) return
    overlay = document.createElement('drowse-faults')
    const root = overlay.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    const panel = element('section', { role: 'alertdialog', 'aria-label': 'Errors in the site' })
    const close = element('button', { type: 'button' }, 'Hide')
    close.addEventListener('click', hide)
    const count = faults.length === 1 ? '1 error' : `${faults.length} errors`
    panel.append(element('header', {}, element('h1', {}, count), close), ...faults.map(faultOf))
    panel.append(
      element(
        'footer',
        {},
        'The page below is the last good version. This goes away by itself once the file is saved without the error.',
      ),
    )
    root.append(panel)
    document.documentElement.append(overlay)
  }

  function faultOf({ where, line, column, message, hint, rule, excerpt }) {
    const place = [where, line, column].filter((part) => part !== undefined).join(':')
    const article = element('article', {}, element('h2', {}, place), element('p', { class: 'message' }, message))
    if (excerpt.length > 0) {
      const rows = excerpt.map((row) =>
        element('span', row.line === line ? { class: 'here' } : {}, `${String(row.line).padStart(5)}  ${row.text}\n`),
      )
      article.append(element('pre', {}, ...rows))
    }
    if (hint) article.append(element('p', {}, hint))
    article.append(element('p', { class: 'rule' }, rule))
    return article
  }

  function hide() {
    overlay?.remove()
    overlay = null
  }

  function element(name, attributes, ...children) {
    const made = document.createElement(name)
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
    made.append(...children)
    return made
  }

  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide()
  })

  const STYLE = `
    :host { all: initial; position: fixed; inset: 0; z-index: 2147483647; overflow: auto; background: #000a; color-scheme: light dark;
      font: 16px/1.5 system-ui, sans-serif; color: CanvasText; }
    section { box-sizing: border-box; max-width: 56rem; margin: 6vh auto; padding: 1rem 1.5rem; background: Canvas; border-top: 6px solid #d33; border-radius: 6px; }
    header { display: flex; justify-content: space-between; align-items: center; }
    h1 { font-size: 1.2rem; margin: .5rem 0; color: #d33; }
    h2 { font: 600 1rem ui-monospace, monospace; margin: 1.2rem 0 .3rem; overflow-wrap: anywhere; }
    p { margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre { margin: .6rem 0; padding: .6rem 0; overflow-x: auto; font: .9rem/1.5 ui-monospace, monospace; border: 1px solid #8886; border-radius: 4px; }
    pre span { display: block; padding: 0 .8rem; }
    pre .here { background: #d333; }
    .rule, footer { font-size: .85rem; opacity: .7; }
    footer { margin-top: 1.2rem; border-top: 1px solid #8886; padding-top: .6rem; }
    button { font: inherit; padding: .2rem .8rem; }
  `
})()
