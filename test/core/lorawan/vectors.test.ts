/** Published vectors: every row of 1.0.x, CMAC and ECB is right, every row of 1.1 is refused. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { aesDecrypt } from '../../../core/lorawan/aesDecrypt.ts'
import { cmac, makeCmac } from '../../../core/lorawan/cmac.ts'
import { makeSession, openData, parseData, sealData, type DataFrame } from '../../../core/lorawan/frame.ts'
import {
  deriveSessionKeys,
  openJoinAccept,
  parseJoinRequest,
  sealJoinRequest,
  verifyJoinRequest,
} from '../../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../../core/lorawan/joinAccept.ts'
import { bytes, hex } from './hex.ts'

interface Row {
  source: string
  version?: string
  type: string
  phyPayload?: string
  message?: string
  keys: Record<string, string>
  fcntHi?: number
  joinNonce?: number
  netId?: string
  devNonce?: number
  expected: Record<string, string | number | boolean>
}

const file = new URL('../../../../shared/data/vectors-lorawan.json', import.meta.url)
const present = existsSync(file)
if (!present)
  console.log('LoRaWAN vectors skipped: ../shared/data/vectors-lorawan.json is not beside the project')
const rows: Row[] = present ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Row[] }).vectors : []
const of = (type: string, version: RegExp): [string, Row][] =>
  rows.flatMap((row, i) =>
    row.type === type && version.test(row.version ?? '')
      ? [[`row ${i} ${row.source}`, row] as [string, Row]]
      : [],
  )
const ZERO_KEY = '00'.repeat(16)

function opened(row: Row): DataFrame | string {
  const { keys } = row
  const phy = bytes(row.phyPayload!)
  const header = parseData(phy)
  if (typeof header === 'string') return header
  // What a 1.0 network calls NwkSKey is FNwkSIntKey in 1.1 (1.1 specification, 6.1.2.3).
  const nwkSKey = bytes(keys['nwkSKey'] ?? keys['fNwkSIntKey']!)
  const session = makeSession(tableAes, header.devAddr, nwkSKey, bytes(keys['appSKey'] || ZERO_KEY))
  return openData(session, phy, (row.fcntHi ?? 0) * 65_536 + header.counter)
}

describe.skipIf(!present)('published vectors', () => {
  test('all rows are of a kind that is tested here', () => {
    const kinds = [
      'aes-cmac',
      'aes-ecb',
      'data',
      'joinRequest',
      'joinAccept',
      'rejoin0/2',
      'rejoin1',
      'derive10',
      'derive11',
    ]
    expect(rows.filter((row) => !kinds.includes(row.type))).toEqual([])
    expect(rows.length).toBeGreaterThan(30)
  })

  test.each(of('aes-cmac', /^$/))('AES-CMAC %s', (_name, row) => {
    const message = bytes(row.message!)
    const code = new Uint8Array(16)
    cmac(makeCmac(tableAes(bytes(row.keys['key']!))), message, message.length, code)
    expect(hex(code)).toBe(row.expected['cmac'])
  })

  test.each(of('aes-ecb', /^$/))('AES %s', (_name, row) => {
    const key = bytes(row.keys['key']!)
    const block = bytes(row.message!)
    tableAes(key)(block)
    expect(hex(block)).toBe(row.expected['cipher'])
    aesDecrypt(key, block)
    expect(hex(block)).toBe(row.message)
  })

  test.each(of('data', /^1\.0$/))('data 1.0 %s', (_name, row) => {
    const { expected } = row
    const frame = opened(row)
    if (expected['micValid'] === false) return expect(frame).toBe('mic')
    if (typeof frame === 'string') throw new Error(frame)
    if (expected['plain'] !== undefined) expect(hex(frame.payload)).toBe(expected['plain'])
    if (expected['fopts'] !== undefined) expect(hex(frame.options)).toBe(expected['fopts'])
    if (expected['fcnt'] !== undefined) expect(frame.counter).toBe(expected['fcnt'])
    if (expected['fport'] !== undefined) expect(frame.port).toBe(expected['fport'])
    if (expected['devAddr'] !== undefined)
      expect(frame.devAddr).toBe(parseInt(expected['devAddr'] as string, 16))
    for (const flag of ['adr', 'ack', 'confirmed'] as const)
      if (expected[flag] !== undefined) expect(frame[flag]).toBe(expected[flag])
    const appSKey = bytes(row.keys['appSKey'] || ZERO_KEY)
    const session = makeSession(tableAes, frame.devAddr, bytes(row.keys['nwkSKey']!), appSKey)
    expect(hex(sealData(session, frame))).toBe(row.phyPayload)
  })

  test.each(of('data', /^1\.1$/))('data 1.1 is refused: %s', (_name, row) => {
    // A downlink that acknowledges nothing has the code 1.0 would give it, so that only its encrypted options show what it is.
    const sameCode = row.phyPayload!.startsWith('60') && row.keys['fNwkSIntKey'] === row.keys['sNwkSIntKey']
    expect(opened(row)).toBe(sameCode ? 'lorawan11' : 'mic')
  })

  test.each([...of('rejoin0/2', /1\.1/), ...of('rejoin1', /1\.1/)])(
    'rejoin 1.1 is refused by name: %s',
    (_name, row) => {
      expect(parseData(bytes(row.phyPayload!))).toBe('lorawan11')
      expect(parseJoinRequest(bytes(row.phyPayload!))).toBe('lorawan11')
    },
  )

  test.each(of('joinRequest', /1\.0/))('join request %s', (_name, row) => {
    const phy = bytes(row.phyPayload!)
    const key = bytes(row.keys['key']!)
    const request = parseJoinRequest(phy)
    if (typeof request === 'string') throw new Error(request)
    expect(verifyJoinRequest(tableAes, key, phy)).toBe(true)
    expect(hex(sealJoinRequest(tableAes, key, request))).toBe(row.phyPayload)
    const { joinEui, devEui, devNonce } = row.expected
    if (joinEui) expect(hex(request.joinEui)).toBe(joinEui)
    if (devEui) expect(hex(request.devEui)).toBe(devEui)
    if (devNonce) expect(request.devNonce).toBe(devNonce)
  })

  test.each(of('joinAccept', /^1\.0$/))('join accept 1.0 %s', (_name, row) => {
    const key = bytes(row.keys['key']!)
    const accept = openJoinAccept(tableAes, key, bytes(row.phyPayload!))
    if (typeof accept === 'string') throw new Error(accept)
    expect(accept.joinNonce).toBe(row.expected['joinNonce'])
    expect(accept.netId).toBe(parseInt(row.expected['netId'] as string, 16))
    expect(accept.devAddr).toBe(parseInt(row.expected['devAddr'] as string, 16))
    const wireDelay = bytes(row.expected['decrypted'] as string)[12]!
    // 0 and 1 on the wire are both one second, so a frame that was sealed with 0 is not made again byte by byte.
    if (wireDelay) expect(hex(sealJoinAccept(tableAes, key, accept))).toBe(row.phyPayload)
  })

  test.each(of('joinAccept', /^1\.1$/))('join accept 1.1 is refused by name: %s', (_name, row) => {
    expect(openJoinAccept(tableAes, bytes(row.keys['key']!), bytes(row.phyPayload!))).toBe('lorawan11')
  })

  test.each(of('derive10', /1\.0/))('session keys %s', (_name, row) => {
    const appKey = bytes(row.keys['appKey']!)
    const keys = deriveSessionKeys(tableAes, appKey, row.joinNonce!, parseInt(row.netId!, 16), row.devNonce!)
    expect(hex(keys.nwkSKey)).toBe(row.expected['nwkSKey'])
    expect(hex(keys.appSKey)).toBe(row.expected['appSKey'])
  })

  test.each(of('derive11', /1\.1/))('keys of 1.1 are not what 1.0 derives: %s', (_name, row) => {
    const keys = deriveSessionKeys(tableAes, bytes(row.keys['nwkKey']!), row.joinNonce!, 0, row.devNonce!)
    const ours = [hex(keys.nwkSKey), hex(keys.appSKey)]
    expect(Object.values(row.expected).filter((key) => ours.includes(key as string))).toEqual([])
  })
})
