import type { RenderParts } from '../build/page-renderer.ts'
import type { Plan } from '../build/plan.ts'
import type { Sink, Site } from '../build/site.ts'
import type { Send } from '../protocol/serve.ts'
import type { Problem } from '../protocol/types.ts'
import type { Unpublished } from './ledger.ts'

/** What a batch's answer says of the pages. */
export interface Delivery {
  /** Keys that are no longer part of the site. */
  readonly removed: readonly string[]
  /** What readers have not been shown and were not waiting for yet. */
  readonly changed: readonly Unpublished[]
  /** Pages of the plan whose render function ran. */
  readonly rendered: number
  readonly problems: readonly Problem[]
}

/**
 * Renders and sends a plan's pages, and once more whatever is still waiting to be published. A waiting page that can't be rendered now counts as never
 * rendered, since nobody has its bytes any more: it is sent as soon as it can be.
 */
export async function deliver(
  plan: Plan,
  waiting: readonly Unpublished[],
  { site, parts, send }: { readonly site: Site; readonly parts: RenderParts; readonly send: Send },
): Promise<Delivery> {
  const versions = site.forgetVersions(waiting.map(({ key }) => key))
  const changed: Unpublished[] = []
  const sink: Sink = async (object, bytes) => {
    if (versions.get(object.key)?.object?.hash !== object.hash) changed.push({ key: object.key, removed: false })
    await send({ type: 'object', object }, bytes)
  }
  const summary = await site.render(plan, parts, sink)
  const again = new Set([...versions.values()].map(({ path }) => path).filter((path) => !plan.pages.has(path)))
  const repeated = await site.render({ pages: again, removed: new Set() }, parts, sink)

  const gone = [...plan.removed].filter((key) => site.pages.byKey(key) === null)
  for (const key of gone) changed.push({ key, removed: true })
  const waitingToGo = waiting.filter(({ key, removed }) => {
    const page = site.pages.byKey(key)
    return page === null || (removed && page.object === null)
  })
  return {
    removed: [...new Set([...gone, ...waitingToGo.map(({ key }) => key)])],
    changed,
    rendered: summary.rendered,
    problems: [...summary.problems, ...repeated.problems],
  }
}
