/** The packet codec, whole: what nodes send and gateways read. docs/PACKET.md has every bit. */
export * from './types.ts'
export { QUANTITY_SETS, quantitiesOf, setIdOf, type QuantitySet } from './sets.ts'
export { encodeSamples } from './encode.ts'
export { decodeSamples } from './decode.ts'
export { encodeHello, decodeHello } from './hello.ts'
export { encodeAcknowledgement, decodeAcknowledgement } from './acknowledgement.ts'
export { encodeLampCommand, decodeLampCommand } from './lampCommand.ts'
export { extendSequence } from './sequence.ts'
