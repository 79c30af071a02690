import { fold, partOf, placesOfWords, stemOf, wordsIn } from 'drowse/search'

// Fills in the search page. For each word sought it loads the part of the index that the word is in, and of what it found the titles and then the texts of
// those it shows.

const AT_ONCE = 10
const TYPING_MS = 150
/** Characters of a text that are shown before the first word that was found, and in all. */
const BEFORE = 60
const SHOWN = 200
/** Places in a text that are compared. */
const LOOKED_AT = 200

const root = document.querySelector('.search')
const form = root.querySelector('form')
const input = form.querySelector('input[name=q]')
const status = root.querySelector('.search-status')
const list = root.querySelector('.search-results')
const more = root.querySelector('.search-more')

const { index, groups, words: json } = root.dataset
const words = JSON.parse(json)
const language = document.documentElement.lang
const numbers = new Intl.NumberFormat(language)
const plurals = new Intl.PluralRules(language)
const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })

/** @type {Map<string, Promise<string>>} */
const loaded = new Map()

/** A file's text, '' for one that isn't there. One that could not be loaded is asked for again next time. */
function load(path) {
  const known = loaded.get(path)
  if (known) return known
  const text = fetch(path).then((response) => {
    if (response.status >= 500) throw new Error(`${path}: ${response.status}`)
    return response.ok ? response.text() : ''
  })
  loaded.set(path, text)
  text.catch(() => loaded.delete(path))
  return text
}

const allGroups = Array.from({ length: Number(groups) }, (_, group) => group)

/** The entries that have a word, by group and key, with how well they fit. */
async function entriesWith(word) {
  const stem = stemOf(word)
  const part = partOf(word)
  const texts = await Promise.all(allGroups.map((group) => load(`${index}words-${group}-${part}.txt`)))
  const pattern = new RegExp(` ${stem ?? word}${stem === null ? '' : '[^ \\n+]*'}(\\+?)(?=[ \\n])`, 'g')
  const found = new Map()
  for (const [group, text] of texts.entries()) {
    for (const line of text.split('\n')) {
      let fit = 0
      for (const [match, title] of `${line}\n`.matchAll(pattern)) {
        const exact = match.length === word.length + 1 + title.length ? 1 : 0
        fit = Math.max(fit, (title ? 4 : 1) + exact)
      }
      if (fit > 0) found.set(`${group} ${line.slice(0, line.indexOf(' '))}`, fit)
    }
  }
  return found
}

/** What has all the words: the best first, then the newest. */
async function find(wanted) {
  const each = await Promise.all(wanted.map(entriesWith))
  const [first = new Map(), ...others] = each.toSorted((a, b) => a.size - b.size)
  const common = [...first].filter(([entry]) => others.every((found) => found.has(entry)))
  return common
    .map(([entry, fit]) => {
      const [group, key] = entry.split(' ')
      return { group, key, fit: others.reduce((sum, found) => sum + found.get(entry), fit) }
    })
    .sort((a, b) => b.fit - a.fit || (a.key < b.key ? 1 : a.key > b.key ? -1 : 0))
}

async function entriesOf(hits) {
  const rows = await Promise.all(
    hits.map(async ({ group, key }) => {
      const text = await load(`${index}entries-${group}.json`)
      return text === '' ? [] : JSON.parse(text).filter(([of]) => of === key)
    }),
  )
  return rows.flat().map(([, title, path, date]) => ({ title, path, date }))
}

/** Where a text has one of the words sought, and which. */
function marksIn(text, stems) {
  return placesOfWords(text).flatMap(({ word, start, end }) => {
    const found = stems.findIndex(({ stem, exact }) => (exact ? word === stem : word.startsWith(stem)))
    return found === -1 ? [] : [{ found, start, end }]
  })
}

/** The text with the words that were found marked, as nodes. */
function marked(text, stems, offset = 0) {
  const nodes = []
  let at = 0
  for (const { start, end } of marksIn(text, stems)) {
    nodes.push(text.slice(at, start))
    const mark = document.createElement('mark')
    mark.textContent = text.slice(start, end)
    nodes.push(mark)
    at = end
  }
  nodes.push(text.slice(at))
  return offset > 0 ? ['…', ...nodes] : nodes
}

/** The page itself says what stands around the words. */
async function showText(path, stems, paragraph) {
  const html = await load(path).catch(() => '')
  const content = new DOMParser().parseFromString(html, 'text/html')
  const body = content.querySelector('main .prose') ?? content.querySelector('main')
  for (const other of body?.querySelectorAll(
    'pre, script, style, svg, math, nav, form, h1, time, .sr-only, [data-footnote-backref]',
  ) ?? [])
    other.remove()
  const text = textOf(body)
  let start = Math.max(0, bestPlace(marksIn(text, stems).slice(0, LOOKED_AT)) - BEFORE)
  if (start > 0) start = text.indexOf(' ', start) + 1
  const end = text.lastIndexOf(' ', start + SHOWN)
  const cut =
    text.length <= start + SHOWN || end <= start
      ? text.slice(start, start + SHOWN)
      : `${text.slice(start, end).replace(/[.,;:]+$/, '')}…`
  paragraph.append(...marked(cut, stems, start))
}

/** Where the most different words stand together, the first such place. */
function bestPlace(marks) {
  let best = { start: 0, count: 0 }
  for (const { start } of marks) {
    const near = marks.filter((other) => other.start >= start && other.end <= start + SHOWN - BEFORE)
    const count = new Set(near.map(({ found }) => found)).size
    if (count > best.count) best = { start, count }
  }
  return best.start
}

/** Words of two blocks don't run together. */
function textOf(element) {
  for (const block of element?.querySelectorAll('p, li, h2, h3, h4, h5, h6, td, th, dt, dd, figcaption, summary, div, br') ?? [])
    block.after(' ')
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim()
}

function itemOf({ title, path, date }, stems) {
  const item = document.createElement('li')
  item.className = 'entry-card'
  const heading = document.createElement('h2')
  const link = document.createElement('a')
  link.href = path
  link.append(...marked(title, stems))
  heading.append(link)
  item.append(heading)
  if (date !== null) {
    const time = document.createElement('time')
    time.dateTime = date
    time.textContent = dates.format(new Date(date))
    item.append(time)
  }
  const text = document.createElement('p')
  item.append(text)
  void showText(path, stems, text)
  return item
}

/** Counts searches: what an older one found is not shown any more. */
let run = 0
let hits = []

async function search(query) {
  const mine = ++run
  const wanted = [...new Set(wordsIn(query))]
  if (wanted.length === 0) return show([], '')
  status.textContent = words.searching
  try {
    const found = await find(wanted)
    if (mine !== run) return
    const count = `${numbers.format(found.length)} ${words.results[plurals.select(found.length)] ?? words.results.other}`
    await show(found, found.length === 0 ? words.noResults.replace('{query}', () => query.trim()) : count, wanted)
  } catch {
    if (mine === run) await show([], words.searchFailed)
  }
}

let stems = []

async function show(found, message, wanted = []) {
  hits = found
  stems = wanted.map((word) => ({ stem: stemOf(word) ?? word, exact: stemOf(word) === null }))
  status.textContent = message
  const mine = run
  const items = await nextItems()
  if (mine === run) list.replaceChildren(...items)
}

async function nextItems() {
  const some = hits.splice(0, AT_ONCE)
  more.hidden = hits.length === 0
  return (await entriesOf(some)).map((entry) => itemOf(entry, stems))
}

more.addEventListener('click', async () => {
  const items = await nextItems()
  list.append(...items)
  items[0]?.querySelector('a').focus()
})

function searchFor(query) {
  const address = new URL(location.href)
  if (fold(query).trim() === '') address.searchParams.delete('q')
  else address.searchParams.set('q', query)
  history.replaceState(null, '', address)
  void search(query)
}

let typing = 0
input.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(() => searchFor(input.value), TYPING_MS)
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  clearTimeout(typing)
  searchFor(input.value)
})

const asked = new URLSearchParams(location.search).get('q') ?? ''
// Somebody may have begun to type before this script was there.
if (asked !== '') input.value = asked
else input.focus()
if (input.value !== '') void search(input.value)
