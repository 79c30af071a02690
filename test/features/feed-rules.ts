import { XMLParser, XMLValidator } from 'fast-xml-parser'
import * as v from 'valibot'

/**
 * What RFC 4287 (Atom) and the RSS 2.0 specification ask of a feed, element by element. RFC 4287's RELAX NG schema is informative and allows more than it says in
 * words, such as two links to one page; RSS has no schema of its own. So the rules are these, and `faultsOf` holds a feed to them.
 */
interface Rule {
  /** How often each child may stand in it: exactly once, at most once, at least once, or as often as one likes. */
  readonly children?: Readonly<Record<string, '1' | '?' | '+' | '*'>>
  readonly attributes?: Readonly<Record<string, RegExp>>
  readonly text?: RegExp
}

const ANY = /^[\s\S]*$/
const SOME = /\S/
const ADDRESS = /^https?:\/\/[^\s/]+\/\S*$/
/** RFC 3339, with a capital T and Z as RFC 4287 (section 3.3) has it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
/** RFC 822, with four digits of the year as RSS 2.0 prefers. */
const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})$/
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]+$/

const PERSON: Rule = { children: { name: '1', email: '?', uri: '?' } }
const ATOM_LINK: Rule = { attributes: { href: ADDRESS, rel: /^(?:self|alternate)$/, type: MEDIA_TYPE } }

const RULES: Readonly<Record<'atom' | 'rss', Readonly<Record<string, Rule>>>> = {
  atom: {
    feed: {
      attributes: { xmlns: /^http:\/\/www\.w3\.org\/2005\/Atom$/, 'xml:lang': LANGUAGE },
      // Section 4.1.1: an author here, unless each entry has one.
      children: { title: '1', subtitle: '?', link: '+', id: '1', updated: '1', author: '+', entry: '*' },
    },
    entry: {
      children: {
        title: '1',
        link: '+',
        id: '1',
        published: '?',
        updated: '1',
        author: '*',
        category: '*',
        summary: '?',
        content: '?',
      },
    },
    title: { text: SOME },
    subtitle: { text: SOME },
    link: ATOM_LINK,
    id: { text: ADDRESS },
    published: { text: TIME },
    updated: { text: TIME },
    author: PERSON,
    name: { text: SOME },
    category: { attributes: { term: SOME } },
    summary: { text: SOME },
    content: { attributes: { type: /^html$/ }, text: ANY },
  },
  rss: {
    rss: {
      attributes: {
        version: /^2\.0$/,
        'xmlns:atom': /^http:\/\/www\.w3\.org\/2005\/Atom$/,
        'xmlns:content': /^http:\/\/purl\.org\/rss\/1\.0\/modules\/content\/$/,
        'xmlns:dc': /^http:\/\/purl\.org\/dc\/elements\/1\.1\/$/,
      },
      children: { channel: '1' },
    },
    channel: {
      children: { title: '1', link: '1', description: '1', language: '?', lastBuildDate: '?', 'atom:link': '1', item: '*' },
    },
    item: {
      children: {
        title: '1',
        link: '1',
        guid: '1',
        pubDate: '1',
        'dc:creator': '?',
        category: '*',
        description: '?',
        'content:encoded': '?',
      },
    },
    title: { text: SOME },
    link: { text: ADDRESS },
    description: { text: SOME },
    language: { text: LANGUAGE },
    lastBuildDate: { text: DATE },
    'atom:link': ATOM_LINK,
    guid: { attributes: { isPermaLink: /^true$/ }, text: ADDRESS },
    pubDate: { text: DATE },
    'dc:creator': { text: SOME },
    category: { text: SOME },
    'content:encoded': { text: ANY },
  },
}

/** An element in the parser's order-preserving form: its name with its children, and `:@` with its attributes. */
const node = v.record(v.string(), v.unknown())
const nodes = v.array(node)
const attributesOf = v.record(v.string(), v.string())

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
})

/** What is wrong with a feed, as lines; and with what only several elements together can have wrong: ids that come twice, and an alternate page named twice. */
export function faultsOf(xml: string, format: 'atom' | 'rss'): readonly string[] {
  const wellFormed = XMLValidator.validate(xml)
  if (wellFormed !== true) return [`is not well-formed: ${wellFormed.err.msg}`]
  const [root, ...others] = v.parse(nodes, parser.parse(xml))
  if (root === undefined || others.length > 0) return ['has not exactly one root']
  const top = format === 'atom' ? 'feed' : 'rss'
  const faults = nameOf(root) === top ? elementFaults(root, RULES[format], top) : [`begins with ${nameOf(root)}`]
  const ids = [...xml.matchAll(format === 'atom' ? /<id>([^<]*)<\/id>/g : /<guid[^>]*>([^<]*)<\/guid>/g)].map(([, id]) => id)
  return [...faults, ...(new Set(ids).size === ids.length ? [] : ['has an id twice'])]
}

function elementFaults(
  element: v.InferOutput<typeof node>,
  rules: Readonly<Record<string, Rule>>,
  path: string,
): readonly string[] {
  const name = nameOf(element)
  const rule = rules[name]
  if (rule === undefined) return [`${path} is not known`]
  const content = v.parse(nodes, element[name])
  const text = content.flatMap((each) => ('#text' in each ? [String(each['#text'])] : [])).join('')
  const children = content.filter((each) => !('#text' in each))
  const given = v.parse(attributesOf, element[':@'] ?? {})
  const links = children.filter((child) => nameOf(child) === 'link').map((child) => JSON.stringify(child[':@']))
  return [
    ...Object.entries(given).flatMap(([key, value]) =>
      rule.attributes?.[key]?.test(value) ? [] : [`${path}@${key} is ${value}`],
    ),
    ...Object.keys(rule.attributes ?? {}).flatMap((key) => (key in given ? [] : [`${path}@${key} is missing`])),
    ...((rule.text ?? /^\s*$/).test(text) ? [] : [`${path} reads ${JSON.stringify(text)}`]),
    ...Object.entries(rule.children ?? {}).flatMap(([child, times]) => {
      const count = children.filter((each) => nameOf(each) === child).length
      const fits = times === '*' || (times === '+' ? count > 0 : times === '?' ? count < 2 : count === 1)
      return fits ? [] : [`${path} has ${count} ${child}`]
    }),
    ...(new Set(links).size === links.length ? [] : [`${path} has a link twice`]),
    ...children.flatMap((child) =>
      nameOf(child) in (rule.children ?? {})
        ? elementFaults(child, rules, `${path}/${nameOf(child)}`)
        : [`${path} may not hold ${nameOf(child)}`],
    ),
  ]
}

function nameOf(element: v.InferOutput<typeof node>): string {
  return Object.keys(element).find((key) => key !== ':@') ?? ''
}
