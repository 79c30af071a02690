declare module 'commonmark-spec' {
  interface Example {
    readonly markdown: string
    readonly html: string
    readonly section: string
    readonly number: number
  }
  export const tests: readonly Example[]
}
