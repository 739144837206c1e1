#!/usr/bin/env node
/** The `fieldnode` command. The sources run as they are through tsx, so that it works right after `npm ci`. */
import { register } from 'tsx/esm/api'

register()
await import('../cli/main.ts')
