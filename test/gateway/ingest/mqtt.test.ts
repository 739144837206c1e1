/** The broker inside the gateway against an MQTT client that is not ours, over loopback: frames in both directions, and everything that is refused. */
import { connect as connectSocket, type Socket } from 'node:net'
import fc from 'fast-check'
import type { IClientOptions } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CID } from '../../../core/lorawan/commands.ts'
import { decodeAcknowledgement } from '../../../core/packet/index.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { registration, type Site } from '../site.ts'
import { group, TestDevice } from '../testDevice.ts'
import { WifiNode } from './wifiNode.ts'
import { WifiSite } from './wifiSite.ts'

const AIR = [3, 4, 16]
const good = (index: number): number[] => [2500 + 10 * index, 8000 + 10 * index, 4000]

let wifi: WifiSite
let site: Site
beforeEach(async () => {
  wifi = await WifiSite.open()
  site = wifi.site
})
afterEach(() => wifi.close())

const connected = (number?: number, options?: IClientOptions) => wifi.connected(number, options)
const speaker = (number?: number) => wifi.speaker(number)

/** A lamp that has said hello. */
async function lamp(): Promise<WifiNode> {
  const light = { link: 'mqtt', profile: 'light', lamp: { id: 'L1', group: 'market' } } as const
  const device = new TestDevice(registration(1, light))
  await site.gateway.register(device.registration)
  const node = await wifi.reach(device)
  await node.join()
  await node.publish(device.hello({ setId: 4 }))
  await node.downlink()
  return node
}

const stored = (node: WifiNode) => site.store.readings(node.device.registration.devEui, 3, 0, Infinity, 100)

describe('a node with Wi-Fi', () => {
  test('joins, says hello, and its samples are stored and acknowledged', async () => {
    const node = await speaker()
    const samples = group(0, AIR, [good(0), good(1)], { acknowledgementWanted: true })
    await node.publish(node.device.samples(samples))
    // With the PUBACK the samples are committed.
    expect((await stored(node)).map(({ value }) => value)).toEqual([2500, 2510])
    const frame = node.device.open(await node.downlink())
    expect(decodeAcknowledgement(frame.payload)).toMatchObject({ epoch: 0xabcd0102, nextSequence: 2 })
    expect(site.gateway.nodes()[0]).toMatchObject({ state: 'fresh', rssiDbm: null, snrDb: null })
  })

  test('asks for the time and is told the moment its frame came', async () => {
    const node = await connected()
    await node.join()
    await node.publish(node.device.hello({}, { options: Uint8Array.of(CID.deviceTime) }))
    const { options, port } = node.device.open(await node.downlink())
    expect([options[0], options.length, port]).toEqual([CID.deviceTime, 6, 1])
  })

  test('that is a lamp gets its command with the answer to its next frame', async () => {
    const node = await lamp()
    await site.gateway.commandLamp('L1', 40, site.clock.now() + 600_000, 'test')
    await node.publish(node.device.uplink(7, Uint8Array.of(0)))
    expect(node.device.open(await node.downlink()).port).toBe(2)
  })

  test('that is a lamp hears of a command at once', async () => {
    const node = await lamp()
    await site.gateway.commandLamp('L1', 40, site.clock.now() + 600_000, 'test')
    await site.pass(100)
    expect(node.device.open(await node.downlink()).port).toBe(2)
  })

  test('stores what comes again over a new connection once', async () => {
    const node = await speaker()
    const frame = node.device.samples(group(0, AIR, [good(0)]))
    await node.publish(frame)
    await node.close()
    const again = await wifi.reach(node.device)
    await again.publish(frame)
    expect(await stored(node)).toHaveLength(1)
    expect(site.count('refused.frame.replay')).toBe(1)
    // Sealed anew, as a node without its acknowledgement does: known, and acknowledged.
    await again.publish(again.device.samples(group(0, AIR, [good(0)], { acknowledgementWanted: true })))
    expect(again.device.open(await again.downlink()).port).toBe(1)
    expect(await stored(node)).toHaveLength(1)
  })

  test('goes on after the gateway was restarted', async () => {
    const node = await speaker()
    const restarted = site.restart()
    await new Promise<void>((resolve) => node.client.once('close', () => resolve()))
    await restarted
    const again = await wifi.reach(node.device)
    await again.publish(again.device.samples(group(0, AIR, [good(0)])))
    expect(await stored(node)).toHaveLength(1)
  })
})

describe('the PUBACK', () => {
  test('waits for the commit', async () => {
    const node = await speaker()
    const { write } = site.gatewayStore
    let commit = (): void => undefined
    site.gatewayStore.write = async (changes) => {
      await new Promise<void>((resolve) => (commit = resolve))
      return write(changes)
    }
    let acknowledged = false
    const published = node.publish(node.device.samples(group(0, AIR, [good(0)]))).then(() => {
      acknowledged = true
    })
    await node.roundTrip()
    expect(acknowledged).toBe(false)
    commit()
    await published
    expect(await stored(node)).toHaveLength(1)
  })

  test('does not come when the store fails: the connection ends', async () => {
    const node = await speaker()
    site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk full'))
    await expect(node.publish(node.device.samples(group(0, AIR, [good(0)])))).rejects.toThrow('closed')
    expect(await stored(node)).toHaveLength(0)
    expect(site.count('refused.store.failed')).toBe(1)
  })

  test('comes for a frame that is good for nothing, which would come again for ever', async () => {
    const node = await speaker()
    const forged = node.device.samples(group(0, AIR, [good(0)]))
    forged[forged.length - 1]! ^= 1
    await node.publish(forged)
    expect(site.count('refused.frame.mic')).toBe(1)
    expect(await stored(node)).toHaveLength(0)
  })
})

describe('refused', () => {
  const wrong: [string, IClientOptions][] = [
    ['a wrong password', { password: '0'.repeat(32) }],
    ['no password', { password: undefined, username: undefined }],
    ["another node's name", { username: '70b3d57ed0050002' }],
    ['an unknown device', { clientId: '70b3d57ed005ffff', username: '70b3d57ed005ffff' }],
    ['MQTT 5', { protocolVersion: 5 }],
  ]
  for (const [name, options] of wrong) {
    test(name, async () => {
      const device = new TestDevice(registration(1, { link: 'mqtt' }))
      await site.gateway.register(device.registration)
      await expect(WifiNode.open(site.gateway.mqttPort, device, options)).rejects.toThrow()
    })
  }

  test('a device of the other link: a node by radio at the broker, one with Wi-Fi on the air', async () => {
    const radio = new TestDevice(registration(1))
    await site.gateway.register(radio.registration)
    await expect(WifiNode.open(site.gateway.mqttPort, radio)).rejects.toThrow()
    expect(site.count('refused.mqtt.credentials')).toBe(1)
    const node = await speaker(2)
    await site.exchange(node.device.samples(group(0, AIR, [good(0)])))
    expect(site.count('refused.frame.unknownDevAddr')).toBe(1)
    await site.exchange(node.device.joinRequest())
    expect(site.count('refused.join.link')).toBe(1)
  })

  test('frames of another node, even its own keys over a foreign connection', async () => {
    const [one, two] = [await speaker(1), await speaker(2)]
    await one.publish(two.device.samples(group(0, AIR, [good(0)])))
    await one.publish(two.device.joinRequest())
    expect(site.count('refused.frame.unknownDevAddr')).toBe(1)
    expect(site.count('refused.join.link')).toBe(1)
    expect(await stored(two)).toHaveLength(0)
  })

  test("another node's topic, and one that nobody has", async () => {
    for (const topic of ['fieldnode/70b3d57ed0050002/up', 'fieldnode/70b3d57ed0050001/down', 'x']) {
      const node = await connected()
      await expect(node.publish(Uint8Array.of(1), topic)).rejects.toThrow('closed')
    }
    expect(site.count('refused.mqtt.topic')).toBe(3)
  })

  test('a subscription to anything but its own downlinks', async () => {
    const node = await connected()
    for (const topic of ['#', 'fieldnode/+/down', '$SYS/#', 'fieldnode/70b3d57ed0050002/down'])
      await expect(node.client.subscribeAsync(topic, { qos: 1 })).rejects.toThrow()
    expect(site.count('refused.mqtt.subscribe')).toBe(4)
    await node.join()
  })

  test('a frame that is none: empty, too long, longer than the broker reads', async () => {
    for (const bytes of [0, 256, 100_000]) {
      const node = await connected()
      await expect(node.publish(new Uint8Array(bytes))).rejects.toThrow('closed')
    }
    expect(site.count('refused.mqtt.size')).toBe(2)
  })
})

/** A bare socket at the broker's port, gone when the broker closes it. */
function socket(): Promise<{ socket: Socket; closed: Promise<void> }> {
  return new Promise((resolve) => {
    const stream = connectSocket(site.gateway.mqttPort, '127.0.0.1', () =>
      resolve({ socket: stream, closed }),
    )
    const closed = new Promise<void>((done) => stream.once('close', () => done()))
    stream.on('error', () => undefined)
    stream.resume()
  })
}

describe('bytes that are no MQTT', () => {
  test('a message of 256 MB is refused by its head', async () => {
    const { socket: stream, closed } = await socket()
    stream.write(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61))
    await closed
  })

  test('hundreds of random connections: the next node is served all the same', async () => {
    const seed = 20_261_122
    console.log(`random bytes at the broker: seed ${seed}`)
    const connect = Buffer.from('101800044d5154540402003c000c3730623364353765643030', 'hex')
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.uint8Array({ maxLength: 60 }).map((rest) => Buffer.concat([connect, rest])),
    )
    for (const each of fc.sample(bytes, { seed, numRuns: 300 })) {
      const { socket: stream } = await socket()
      stream.end(each)
    }
    const node = await speaker()
    await node.publish(node.device.samples(group(0, AIR, [good(0)])))
    expect(await stored(node)).toHaveLength(1)
  })

  test('thousands of frames with wrong bits: each gets its PUBACK, none is stored, the connection lives', async () => {
    const node = await speaker()
    const seed = 20_261_123
    console.log(`frames with wrong bits: seed ${seed}`)
    const right = node.device.samples(group(0, AIR, [good(0)]))
    const spoilt = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 255 }),
      fc.tuple(fc.nat(right.length * 8 - 1), fc.nat(255)).map(([bit, more]) => {
        const frame = Uint8Array.of(...right, ...(more < 128 ? [more] : []))
        frame[bit >> 3]! ^= 1 << (bit & 7)
        return frame
      }),
    )
    await Promise.all(fc.sample(spoilt, { seed, numRuns: 5_000 }).map((frame) => node.publish(frame)))
    expect(await stored(node)).toHaveLength(0)
    await node.publish(right)
    expect(await stored(node)).toHaveLength(1)
  })

  test('a connection that says nothing holds nobody up, and ends with the gateway', async () => {
    const { closed } = await socket()
    await speaker()
    await site.gateway.close()
    await closed
  })
})
