/** A disk in memory that loses its power before any chosen step, and says what was durable: contents that were synced, names whose folder was.
 *  A real disk may keep more than it promised: `Loss` says for contents and for names whether what was not synced is gone. */
import type { Disk } from '../../../cli/sign/disk.ts'

/** Thrown where the power goes. */
export class Cut extends Error {}

/** What a cut takes away. None of both is a killed process on a machine that goes on. */
export interface Loss {
  readonly contents: boolean
  readonly names: boolean
}
export const LOSSES: readonly Loss[] = [
  { contents: false, names: false },
  { contents: true, names: false },
  { contents: false, names: true },
  { contents: true, names: true },
]

class File {
  now = Buffer.alloc(0)
  durable = Buffer.alloc(0)
  constructor(readonly open: boolean) {}
}

/** Names as they are and as they would be found again. */
class Folder {
  now = new Map<string, File | Folder>()
  durable = new Map<string, File | Folder>()
}

export class CutDisk implements Disk {
  private readonly root = new Folder()
  steps = 0
  /** The step before which the power goes; -1 never. */
  cutAt = -1
  /** Runs before every step, for a second process that comes in between. */
  between: (() => void) | undefined

  private step(): void {
    this.between?.()
    if (this.steps++ === this.cutAt) throw new Cut()
  }

  /** The power comes back. */
  restart(loss: Loss): void {
    this.cutAt = -1
    const forget = (folder: Folder): void => {
      if (loss.names) folder.now = new Map(folder.durable)
      else folder.durable = new Map(folder.now)
      for (const node of folder.now.values()) {
        if (node instanceof Folder) forget(node)
        else if (loss.contents) node.now = node.durable
        else node.durable = node.now
      }
    }
    forget(this.root)
  }

  /** The folder at `path` with all in it, to be put back later, there or elsewhere: a backup. */
  copy(path: string): (to?: string) => void {
    const copyOf = (folder: Folder): Folder => {
      const copied = new Folder()
      for (const [name, node] of folder.now)
        copied.now.set(name, node instanceof Folder ? copyOf(node) : node)
      copied.durable = new Map(copied.now)
      return copied
    }
    const kept = copyOf(this.at(path) as Folder)
    return (to = path) => {
      const [above, name] = this.aboveAnd(to)
      above.now.set(name, copyOf(kept))
    }
  }

  private at(path: string): File | Folder | undefined {
    let node: File | Folder | undefined = this.root
    for (const name of path.split('/').filter(Boolean))
      node = node instanceof Folder ? node.now.get(name) : undefined
    return node
  }

  private aboveAnd(path: string): [Folder, string] {
    const names = path.split('/').filter(Boolean)
    const name = names.pop()!
    const above = this.at(names.join('/'))
    if (!(above instanceof Folder)) throw Object.assign(new Error(path), { code: 'ENOENT' })
    return [above, name]
  }

  makeFolder(path: string): void {
    this.step()
    let folder = this.root
    for (const name of path.split('/').filter(Boolean)) {
      if (!folder.now.has(name)) folder.now.set(name, new Folder())
      folder = folder.now.get(name) as Folder
    }
  }

  create(path: string, open = false): boolean {
    this.step()
    const [above, name] = this.aboveAnd(path)
    if (above.now.has(name)) return false
    above.now.set(name, new File(open))
    return true
  }

  write(path: string, content: Uint8Array | string): void {
    const file = this.at(path) as File
    const bytes = Buffer.from(content as string)
    // A cut in the middle of writing.
    file.now = bytes.subarray(0, bytes.length >> 1)
    this.step()
    file.now = bytes
  }

  sync(path: string): void {
    this.step()
    const file = this.at(path) as File
    file.durable = file.now
  }

  syncFolder(path: string): void {
    this.step()
    const folder = this.at(path) as Folder
    folder.durable = new Map(folder.now)
  }

  rename(path: string, name: string): boolean {
    this.step()
    const [above, old] = this.aboveAnd(path)
    const [target, base] = this.aboveAnd(name)
    if (target.now.has(base)) return false
    target.now.set(base, above.now.get(old)!)
    above.now.delete(old)
    return true
  }

  remove(path: string): void {
    this.step()
    const [above, name] = this.aboveAnd(path)
    above.now.delete(name)
  }

  list(path: string): string[] | undefined {
    this.step()
    const node = this.at(path)
    return node instanceof Folder ? [...node.now.keys()] : undefined
  }

  read(path: string): Uint8Array | undefined {
    this.step()
    const node = this.at(path)
    return node instanceof File ? Uint8Array.from(node.now) : undefined
  }

  readableByOthers(path: string): boolean {
    this.step()
    return (this.at(path) as File).open
  }
}
