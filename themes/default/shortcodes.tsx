import type { ShortcodeView } from 'drowse/theme'
import { Callout } from './components/Callout.tsx'

export { Details as details } from './components/Details.tsx'
export { Figure as figure } from './components/Figure.tsx'
export { Youtube as youtube } from './components/Youtube.tsx'

export const note = (shortcode: ShortcodeView) => <Callout kind="note" {...shortcode} />
export const tip = (shortcode: ShortcodeView) => <Callout kind="tip" {...shortcode} />
export const warning = (shortcode: ShortcodeView) => <Callout kind="warning" {...shortcode} />
