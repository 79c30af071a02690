import { isPublicKey } from '../../protocol/key.ts'

/** The paths by which readers ask for what is published at these keys; none for what is private. */
export function pathsOf(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.filter(isPublicKey).map((key) => `/${key.replace(/(^|\/)index\.html$/, '$1')}`))]
}

/** A path as it stands in a URL. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
