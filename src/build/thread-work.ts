import type { ErrorCode } from '../errors/codes.ts'
import { asDrowseError } from '../errors/drowse-error.ts'
import { type SourcesRead, SourcesReader, type SourcesToRead } from './read-thread.ts'
import { type PagesToRender, type RenderedPages, RenderThread, type SiteToRender } from './render-thread.ts'

/** What a thread is sent. It answers all but `site`. */
export type Task =
  | ({ readonly type: 'read' } & SourcesToRead)
  | ({ readonly type: 'site' } & SiteToRender)
  | ({ readonly type: 'render' } & PagesToRender)

/** What a thread answers where it can't go on: an error's members, since an error of our own class would not come through whole. */
export interface Fault {
  readonly fault: { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
}

/** What one thread does for a build: it reads sources, and later renders pages. */
export class ThreadWork {
  readonly #sources = new SourcesReader()
  #site: RenderThread | null = null

  /** What a task comes to. To be called again when it has. */
  async answer(task: Task): Promise<SourcesRead | RenderedPages | Fault | undefined> {
    switch (task.type) {
      case 'read':
        return this.#sources.read(task)
      case 'site':
        this.#site = await RenderThread.open(task)
        return undefined
      case 'render':
        try {
          return await this.#site?.render(task)
        } catch (error) {
          const { code, message, hint } = asDrowseError(error)
          return { fault: { code, message, hint } }
        }
    }
  }

  close(): void {
    this.#site?.close()
    this.#site = null
  }
}
