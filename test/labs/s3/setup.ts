import type { TestProject } from 'vitest/node'
import { type Lab, startLab } from './ceph.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    s3Lab: Lab
  }
}

/** One lab for all suites of a run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { lab, stop } = await startLab((line) => console.error(line))
  provide('s3Lab', lab)
  return stop
}
