/** Begins the store's thread. A thread does not inherit the loader of its parent, so it registers tsx as bin/fieldnode.mjs does. */
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
