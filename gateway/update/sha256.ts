/** SHA-256 as this machine's Node has it. */
import { hash } from 'node:crypto'
import type { Sha256 } from '../../core/hash.ts'

export const nodeSha256: Sha256 = (message) => hash('sha256', message, 'buffer')
