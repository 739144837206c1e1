/** What a program and its board say to each other, in order: every call with its arguments and its answer, every timer and edge that came in.
 *  `packed` is the form the real interpreter replays: pieces it can read from a file one after the other, numbers as doubles of 8 bytes, so that no
 *  text stands between two machines that print numbers differently. */

/** Every call of a board, by name. The index is its code in the packed form; test/espruino/prelude.js knows the same list. */
export const CALLS = [
  'end',
  'timer',
  'edge',
  'getTime',
  'setTimeout',
  'clearTimeout',
  'setWatch',
  'clearWatch',
  'pinMode',
  'digitalWrite',
  'digitalRead',
  'digitalPulse',
  'analogRead',
  'SPI1.setup',
  'SPI1.send',
  'I2C1.setup',
  'I2C1.writeTo',
  'I2C1.readFrom',
  'ESP32.deepSleep',
  'ESP32.getWakeupCause',
  'E.enableWatchdog',
  'Flash.read',
  'Flash.write',
  'Flash.erasePage',
  'Storage.readArrayBuffer',
  'AES.encrypt',
  'Math.random',
  'print',
  'peek32',
  'E.kickWatchdog',
  'process.memory',
  'wifi',
  'opened',
  'data',
  'closed',
  'Wifi.setIP',
  'Wifi.connect',
  'Wifi.getIP',
  'Wifi.disconnect',
  'net.connect',
  'socket.write',
  'socket.end',
] as const
export type Call = (typeof CALLS)[number]

/** `numbers` and `bytes` are the arguments, or what came in with an event. */
export interface Entry {
  readonly call: Call
  readonly numbers: readonly number[]
  readonly bytes: Uint8Array
  answer?: number | Uint8Array | undefined
  /** The call threw instead of answering. */
  threw?: boolean
}

/** All entries of one program, from its start to its end. */
export type Transcript = Entry[]

/** Of each entry in the packed form. */
export const HEAD_BYTES = 7
const NO_BYTES = new Uint8Array(0)

function doubles(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(numbers).buffer)
}

/** Kinds of answers in the packed form. */
const ANSWER = { nothing: 0, number: 1, bytes: 2, throws: 3 } as const

function answerOf({ answer, threw }: Entry): [number, Uint8Array] {
  if (threw) return [ANSWER.throws, NO_BYTES]
  if (answer === undefined) return [ANSWER.nothing, NO_BYTES]
  return typeof answer === 'number' ? [ANSWER.number, doubles([answer])] : [ANSWER.bytes, answer]
}

/** Each entry: code, count of numbers, length of bytes (16 bits), kind of answer, length of the answer (16 bits); numbers, bytes, answer. */
export function packed(transcript: Transcript): Uint8Array {
  const pieces = transcript.flatMap((entry) => {
    const [kind, answer] = answerOf(entry)
    const { length } = entry.bytes
    const head = [CALLS.indexOf(entry.call), entry.numbers.length, length & 255, length >> 8]
    head.push(kind, answer.length & 255, answer.length >> 8)
    return [Uint8Array.from(head), doubles(entry.numbers), entry.bytes, answer]
  })
  return Uint8Array.from(Buffer.concat([...pieces, new Uint8Array(HEAD_BYTES)]))
}

/** The entry of that number in the packed form, without its answer. */
export function entryAt(bytes: Uint8Array, index: number): Pick<Entry, 'call' | 'numbers' | 'bytes'> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0, left = index; ; left--) {
    const [code, count] = [bytes[at]!, bytes[at + 1]!]
    const numbersAt = at + HEAD_BYTES
    const bytesAt = numbersAt + 8 * count
    const end = bytesAt + view.getUint16(at + 2, true)
    if (left === 0)
      return {
        call: CALLS[code]!,
        numbers: Array.from({ length: count }, (_, i) => view.getFloat64(numbersAt + 8 * i, true)),
        bytes: bytes.subarray(bytesAt, end),
      }
    at = end + view.getUint16(at + 5, true)
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** An entry as a person reads it. */
export function said({ call, numbers, bytes }: Pick<Entry, 'call' | 'numbers' | 'bytes'>): string {
  const text =
    call === 'print' || /^(Storage|Wifi|net)/.test(call) ? Buffer.from(bytes).toString() : hex(bytes)
  return `${call}(${[...numbers, ...(bytes.length > 0 ? [text] : [])].join(', ')})`
}
