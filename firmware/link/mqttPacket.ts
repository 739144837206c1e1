/** MQTT 3.1.1 packets as bytes: what a node sends, and where one ends in what it receives. Source: OASIS MQTT Version 3.1.1, chapters 2 and 3. */

/** First byte of each packet, with the flags that 2.2.2 prescribes; of a PUBLISH the flags say more. */
export const MQTT = {
  connect: 0x10,
  connack: 0x20,
  publish: 0x30,
  puback: 0x40,
  subscribe: 0x82,
  suback: 0x90,
  pingreq: 0xc0,
  pingresp: 0xd0,
  disconnect: 0xe0,
} as const

/** QoS 1 in the flags of a PUBLISH, 3.3.1. */
export const QOS1 = 2

/** Connect flags, 3.1.2: user name, password, will of QoS 1, clean session. */
const CONNECT_FLAGS = 0x80 | 0x40 | 0x08 | 0x04 | 0x02
const PROTOCOL_LEVEL = 4

/** Longest packet taken: a topic of 31 bytes, a packet id, a frame of 255 and what stands before them. */
export const PACKET_BYTES_MAX = 300

/** The bytes of a text of ASCII. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** A packet of up to 16,383 bytes behind its head: each text with its length before it (1.5.3), everything else as it is. */
function mqttPacket(first: number, fields: readonly (string | Uint8Array)[]): Uint8Array {
  let length = 0
  for (const field of fields) length += field.length + (typeof field === 'string' ? 2 : 0)
  const headBytes = length < 128 ? 2 : 3
  const packet = new Uint8Array(headBytes + length)
  packet[0] = first
  packet[1] = length < 128 ? length : (length & 127) | 128
  if (headBytes === 3) packet[2] = length >> 7
  let at = headBytes
  for (const field of fields) {
    if (typeof field === 'string') {
      packet[at] = field.length >> 8
      packet[at + 1] = field.length
      at += 2
    }
    packet.set(typeof field === 'string' ? bytesOf(field) : field, at)
    at += field.length
  }
  return packet
}

/** A packet's id, on the wire. */
function packetId(id: number): Uint8Array {
  return new Uint8Array([id >> 8, id])
}

/** CONNECT with a will of one zero byte; the client id is the user name too. */
export function connectPacket(
  id: string,
  password: string,
  willTopic: string,
  keepAliveSeconds: number,
): Uint8Array {
  const level = new Uint8Array([PROTOCOL_LEVEL, CONNECT_FLAGS, keepAliveSeconds >> 8, keepAliveSeconds])
  return mqttPacket(MQTT.connect, ['MQTT', level, id, willTopic, new Uint8Array([0, 1, 0]), id, password])
}

/** SUBSCRIBE to one topic with QoS 1. */
export function subscribePacket(id: number, topic: string): Uint8Array {
  return mqttPacket(MQTT.subscribe, [packetId(id), topic, new Uint8Array([1])])
}

/** PUBLISH with QoS 1, never sent twice: a connection that fails in between begins anew, and the application says again what was lost. */
export function publishPacket(id: number, topic: string, payload: Uint8Array): Uint8Array {
  return mqttPacket(MQTT.publish | QOS1, [topic, packetId(id), payload])
}

/** PUBACK of what was received under `id`. */
export function pubackPacket(id: number): Uint8Array {
  return new Uint8Array([MQTT.puback, 2, id >> 8, id])
}

/** A packet that is nothing but its head: PINGREQ, DISCONNECT. */
export function barePacket(first: number): Uint8Array {
  return new Uint8Array([first, 0])
}

/** Bytes of the head of the packet that begins at `from`: 0 when its end is not there yet, -1 when it is longer than any packet taken here. */
export function headBytes(bytes: Uint8Array, from: number): number {
  let end = from + 1
  while (end < bytes.length && end - from < 3 && bytes[end]! & 128) end++
  if (end - from === 3) return -1
  return end < bytes.length ? end - from + 1 : 0
}

/** Bytes behind a head of `head` bytes that begins at `from`. */
export function bodyBytes(bytes: Uint8Array, from: number, head: number): number {
  return (bytes[from + 1]! & 127) | (head > 2 ? bytes[from + 2]! << 7 : 0)
}
