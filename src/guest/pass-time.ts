import { EMPTY_PLAN, mergePlans, type Plan } from '../build/plan.ts'
import type { Site } from '../build/site.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { setShowing, showAgain } from '../model/change-entries.ts'
import { noteShowing, showingOf } from '../model/showing.ts'
import { entries } from '../model/site-tables.ts'
import type { Problem } from '../protocol/types.ts'

/**
 * Lets it be `now` for the site, unless it was later already, and shows the entries whose date has come. One that can't be shown, say because another page is
 * at its path, stays behind with a problem, and is tried again before and after every batch's writes: it must not hold up what others write.
 */
export function passTime(site: Site, now: string): { readonly plan: Plan; readonly problems: readonly Problem[] } {
  const known = showingOf(site.read).time
  const showing = { time: now > known ? now : known, drafts: false }
  try {
    return { plan: site.change((change) => setShowing(change, showing)).plan, problems: [] }
  } catch (error) {
    if (!isRefused(error)) throw error
  }
  const noted = site.change((change) => noteShowing(change, showing))
  return noted.result.map((id) => showOne(site, id)).reduce(together, { plan: noted.plan, problems: [] })
}

function showOne(site: Site, id: string): { readonly plan: Plan; readonly problems: readonly Problem[] } {
  try {
    return { plan: site.change((change) => showAgain(change, [id])).plan, problems: [] }
  } catch (error) {
    if (!isRefused(error)) throw error
    const where = site.read.row(entries, id)?.source ?? id
    const { code, message, hint } = error
    const problem: Problem = {
      where,
      rule: `schedule/${code}`,
      message: `The time of this entry has come, but it can’t be shown: ${message}`,
      ...(hint === undefined ? {} : { hint }),
      severity: 'error',
    }
    return { plan: EMPTY_PLAN, problems: [problem] }
  }
}

type Passed = ReturnType<typeof passTime>

function together(first: Passed, second: Passed): Passed {
  return { plan: mergePlans(first.plan, second.plan), problems: [...first.problems, ...second.problems] }
}

/** What the site's own content is to blame for. */
function isRefused(error: unknown): error is DrowseError {
  return error instanceof DrowseError && error.status < 500
}
