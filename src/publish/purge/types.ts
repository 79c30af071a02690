/** Makes the caches in front of a store forget. */
export interface Purge {
  readonly name: string
  /**
   * Resolves when the caches have taken the order; when they have carried it out is their affair. Paths are those of URLs, begin with a slash
   * and are not encoded: `/posts/hello/`. May be called again with the same ones. Rejects with `purge-failed`.
   */
  purge(paths: readonly string[]): Promise<void>
}
