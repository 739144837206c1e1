/** The forwarder on a real socket: what it sends, what it answers, and when it transmits. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { Air } from '../../sim/air.ts'
import { airMicros } from '../../sim/chips/lora.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Forwarder } from '../../sim/forwarder.ts'
import { Random } from '../../sim/random.ts'
import { SF10_UP } from './loraWan.ts'

const EUI = '70b3d57ed0ffff01'
const TMST_START = 4_294_000_000

/** What a datagram's JSON may hold, as far as these tests look. */
interface Body {
  rxpk?: Record<string, unknown>[]
  stat?: Record<string, unknown>
  txpk_ack?: { error: string }
}

interface Datagram {
  id: number
  token: number
  eui: string
  json: Body
}

/** A gateway of three lines: acknowledges, remembers, and sends what a test hands it. */
class Peer {
  readonly socket: Socket = createSocket('udp4')
  readonly got: Datagram[] = []
  private port = 0
  private token = 500
  private waiting: (() => void) | undefined

  async open(): Promise<number> {
    this.socket.on('message', (data, from) => {
      this.port = from.port
      const text = data.subarray(12).toString()
      this.got.push({
        id: data[3]!,
        token: data.readUInt16BE(1),
        eui: data.subarray(4, 12).toString('hex'),
        json: (text ? JSON.parse(text) : {}) as Body,
      })
      const answer = { 0: 1, 2: 4 }[data[3]!]
      if (answer !== undefined)
        this.socket.send(Buffer.from([2, data[1]!, data[2]!, answer]), from.port, '127.0.0.1')
      else this.waiting?.()
    })
    this.socket.bind(0, '127.0.0.1')
    await once(this.socket, 'listening')
    return this.socket.address().port
  }

  /** Sends a PULL_RESP and waits for its TX_ACK. */
  async order(txpk: unknown): Promise<string> {
    this.token++
    const answered = new Promise<void>((resolve) => (this.waiting = resolve))
    const body = typeof txpk === 'string' ? txpk : JSON.stringify({ txpk })
    this.socket.send(
      Buffer.concat([Buffer.from([2, this.token >> 8, this.token & 0xff, 3]), Buffer.from(body)]),
      this.port,
      '127.0.0.1',
    )
    await answered
    const answer = this.got[this.got.length - 1]!
    expect([answer.id, answer.token, answer.eui]).toEqual([5, this.token, EUI])
    return answer.json.txpk_ack?.error ?? 'NONE'
  }
}

const opened: { close(): void }[] = []
afterEach(() => opened.splice(0).forEach((each) => each.close()))

async function bench() {
  const clock = new VirtualClock(1_700_000_000_000)
  const air = new Air(clock, { channelsHz: [921_400_000], gatewayAntennaDbi: 3, nodeAntennaDbi: 0 })
  const peer = new Peer()
  const udpPort = await peer.open()
  const forwarder = new Forwarder(clock, air, {
    eui: EUI,
    udpPort,
    tmstStart: TMST_START,
    powerDbmMax: 27,
    bandHz: [920e6, 923e6],
  })
  opened.push(peer.socket, forwarder)
  await forwarder.open()
  return { clock, air, peer, forwarder, startMs: clock.now() }
}

const txpk = (tmst: number, change: object = {}) => ({
  imme: false, tmst: tmst % 2 ** 32, freq: 921.4, rfch: 0, powe: 16, modu: 'LORA', datr: 'SF10BW125', codr: '4/5', ipol: true,
  size: 4, ncrc: true, data: 'AQIDBA==', ...change,
}) // prettier-ignore

describe('the forwarder', () => {
  test('says hello with PULL_DATA and a status, and again every minute', async () => {
    const { clock, peer, forwarder, startMs } = await bench()
    expect(peer.got.map(({ id, eui }) => [id, eui])).toEqual([
      [2, EUI],
      [0, EUI],
    ])
    expect(peer.got[1]!.json.stat!['rxnb']).toBe(0)
    await clock.run(startMs + 180_000, () => forwarder.answered())
    expect(peer.got.filter(({ id }) => id === 2)).toHaveLength(4)
  })

  test('forwards a frame with its time, strength and bytes, and knows when it was acknowledged', async () => {
    const { clock, air, peer, forwarder, startMs } = await bench()
    const bytes = Uint8Array.from({ length: 23 }, (_, i) => i)
    const startMicros = clock.nowMicros() + 500
    const endMicros = startMicros + airMicros(SF10_UP, 23)
    air
      .ether({ name: 'node', lossDb: 126, fading: { normal: () => 0 } as unknown as Random })
      .transmit({ setting: SF10_UP, powerDbm: 16, bytes, startMicros, endMicros })
    let held = 0
    await clock.run(startMs + 1000, () => {
      const answered = forwarder.answered()
      if (answered) held++
      return answered
    })
    expect(held).toBe(1)
    const rxpk = peer.got[2]!.json.rxpk!
    expect(rxpk).toHaveLength(1)
    expect(rxpk[0]).toMatchObject({
      tmst: (TMST_START + 500 + 370_688) % 2 ** 32, freq: 921.4, stat: 1, modu: 'LORA', datr: 'SF10BW125', codr: '4/5', rssi: -107, size: 23,
      data: Buffer.from(bytes).toString('base64'),
    }) // prettier-ignore
    expect(rxpk[0]!['lsnr']).toBeCloseTo(10, 0)
    expect(peer.got[2]!.eui).toBe(EUI)
  })

  test('transmits a downlink when its counter shows tmst, also after the counter has come round', async () => {
    const { clock, air, peer, forwarder, startMs } = await bench()
    const down: [number, number[]][] = []
    forwarder.onDownlink = (bytes) => down.push([clock.nowMicros() - startMs * 1000, [...bytes]])
    expect(await peer.order(txpk(TMST_START + 1_000_000))).toBe('NONE')
    const heard: unknown[] = []
    air
      .ether({ name: 'n', lossDb: 100, fading: { normal: () => 0 } as unknown as Random })
      .watch(() => heard.push(clock.now()))
    await clock.run(startMs + 2000, () => forwarder.answered())
    expect(down).toEqual([[1_000_000, [1, 2, 3, 4]]])
    expect(heard).toEqual([startMs + 1000])
  })

  test('at once means now', async () => {
    const { clock, peer, forwarder, startMs } = await bench()
    let sent = 0
    forwarder.onDownlink = () => sent++
    expect(await peer.order(txpk(0, { imme: true, tmst: undefined }))).toBe('NONE')
    await clock.run(startMs + 10, () => forwarder.answered())
    expect(sent).toBe(1)
  })

  const refused: [string, unknown, string][] = [
    ['too late', txpk(TMST_START - 1_000_000), 'TOO_LATE'],
    ['a millisecond ahead', txpk(TMST_START + 1_000), 'TOO_LATE'],
    ['ten minutes ahead', txpk(TMST_START + 600e6), 'TOO_EARLY'],
    ['outside the band', txpk(TMST_START + 1e6, { freq: 868.1 }), 'TX_FREQ'],
    ['too loud', txpk(TMST_START + 1e6, { powe: 30 }), 'TX_POWER'],
    ['no JSON', '{"txpk":', 'TX_FREQ'],
    ['null', 'null', 'TX_FREQ'],
    ['no data', txpk(TMST_START + 1e6, { data: undefined }), 'TX_FREQ'],
    ['a size that is not the data', txpk(TMST_START + 1e6, { size: 5 }), 'TX_FREQ'],
    ['neither tmst nor imme', txpk(0, { tmst: undefined }), 'TX_FREQ'],
    ['a data rate of nonsense', txpk(TMST_START + 1e6, { datr: 'SF13BW125' }), 'TX_FREQ'],
  ]
  for (const [what, order, error] of refused)
    test(`refuses an order that is ${what} with ${error}`, async () => {
      const { peer, forwarder } = await bench()
      expect(await peer.order(order)).toBe(error)
      expect(forwarder.counts).toMatchObject({ refused: 1, sent: 0 })
    })

  test('refuses a downlink where another one is on the air, not one behind it', async () => {
    const { peer, forwarder } = await bench()
    expect(await peer.order(txpk(TMST_START + 1_000_000))).toBe('NONE')
    expect(await peer.order(txpk(TMST_START + 1_100_000))).toBe('COLLISION_PACKET')
    expect(await peer.order(txpk(TMST_START + 2_000_000))).toBe('NONE')
    expect(forwarder.counts).toMatchObject({ downlinks: 3, collided: 1, refused: 0 })
  })

  test('lives through datagrams that are none of the protocol', async () => {
    const { clock, peer, forwarder, startMs } = await bench()
    const port = peer.got.length > 0 ? (peer as unknown as { port: number }).port : 0
    for (const bytes of [[], [2], [1, 0, 0, 1], [2, 9, 9, 1], [2, 9, 9, 77]])
      peer.socket.send(Buffer.from(bytes), port, '127.0.0.1')
    await clock.run(startMs + 120_000, () => forwarder.answered())
    expect(await peer.order(txpk(TMST_START + 121e6))).toBe('NONE')
  })
})
