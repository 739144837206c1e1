/** Who a node is to an MQTT broker: made on both sides out of what `fieldnode provision` wrote, so that nothing more has to be kept.
 *  The password is a code under the AppKey: it opens the broker's door and tells nothing of the key. Frames are sealed all the same. */
import type { Aes } from './cipher.ts'
import { cmac, makeCmac } from './lorawan/cmac.ts'

/** 16 bytes, so that the code is that of one whole block. */
const PURPOSE = 'fieldnode mqtt 1'
const DIGITS = '0123456789abcdef'

/** Bytes of the longest application payload: a frame of 235 bytes fits the 255 that a message may have. */
export const MQTT_PAYLOAD_BYTES_MAX = 222

/** Lower-case hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += DIGITS.charAt(bytes[i]! >> 4) + DIGITS.charAt(bytes[i]! & 15)
  return text
}

/** Client id and user name: the DevEUI in 16 digits. */
export function mqttId(devEui: Uint8Array): string {
  return hexOf(devEui)
}

/** What each topic of a node begins with: `up`, `down` and `will` follow. */
export function mqttTopics(devEui: Uint8Array): string {
  return 'fieldnode/' + hexOf(devEui) + '/'
}

/** 32 digits: AES-CMAC of a fixed text under the AppKey. */
export function mqttPassword(aes: Aes, appKey: Uint8Array): string {
  const text = new Uint8Array(PURPOSE.length)
  for (let i = 0; i < text.length; i++) text[i] = PURPOSE.charCodeAt(i)
  const code = new Uint8Array(16)
  cmac(makeCmac(aes(appKey)), text, text.length, code)
  return hexOf(code)
}
