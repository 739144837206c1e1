/** How code of the core reads what is too long to lie in memory: a file in flash, a signature, a bundle. */

/** `length` bytes from `offset`; fewer when there are no more. The answer is good until the next call. */
export type Reader = (offset: number, length: number) => Uint8Array
