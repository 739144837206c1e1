/** Hex text and bytes, for vectors; and the oracle's Buffers. */
export const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

export const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex')
