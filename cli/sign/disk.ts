/** What signing asks of a disk, a step a method: small enough that a test can cut the power between any two of them.
 *  A step is done when it returns; it is durable only after `sync` of the file and `syncFolder` of its folder. Every method throws
 *  Node's own error when the system refuses. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'

export interface Disk {
  /** Makes a folder, and those above it, for its owner alone; one that is there stays. */
  makeFolder(path: string): void
  /** Makes an empty file, for its owner alone unless `open`; false when there is one of this name: of two processes one gets true. */
  create(path: string, open?: boolean): boolean
  /** Fills a file that `create` has made. */
  write(path: string, content: Uint8Array | string): void
  /** Waits until the content of a file is on the disk. */
  sync(path: string): void
  /** Waits until the names in a folder are on the disk. */
  syncFolder(path: string): void
  /** Gives a file the name it is to be found by; false, and the file stays, when there is one of this name. */
  rename(path: string, name: string): boolean
  remove(path: string): void
  /** Names in a folder, undefined when there is no such folder. */
  list(path: string): string[] | undefined
  /** Undefined when there is no such file. */
  read(path: string): Uint8Array | undefined
  /** Whether anybody but its owner may read a file. Never where the system has no such thing. */
  readableByOthers(path: string): boolean
}

const OWNER_FOLDER = 0o700
const OWNER_FILE = 0o600
const OPEN_FILE = 0o644

/** Answers false when the file or folder is there already. */
function unlessThere(act: () => void): boolean {
  try {
    act()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** A second name is refused by the system when it is taken, a rename is not. Sticks and cards know no second names: there the name is looked for. */
function renameUnlessThere(path: string, name: string): boolean {
  try {
    if (!unlessThere(() => linkSync(path, name))) return false
    rmSync(path)
  } catch {
    if (existsSync(name)) return false
    renameSync(path, name)
  }
  return true
}

function syncPath(path: string, flags: string): void {
  const handle = openSync(path, flags)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** This machine's own. */
export const realDisk: Disk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: OWNER_FOLDER }),
  create: (path, open = false) =>
    unlessThere(() => closeSync(openSync(path, 'wx', open ? OPEN_FILE : OWNER_FILE))),
  write: (path, content) => writeFileSync(path, content, { flag: 'r+' }),
  sync: (path) => syncPath(path, 'r+'),
  // Windows has no such call; there a name is as durable as its file.
  syncFolder: (path) => {
    if (process.platform !== 'win32') syncPath(path, 'r')
  },
  rename: renameUnlessThere,
  remove: (path) => rmSync(path, { force: true }),
  list: (path) => (existsSync(path) ? readdirSync(path) : undefined),
  read: (path) => (existsSync(path) ? readFileSync(path) : undefined),
  readableByOthers: (path) => process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0,
}
