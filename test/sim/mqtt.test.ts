/** Nodes with Wi-Fi in the simulator, over real TCP to a real broker, in virtual time: join, hello, samples, acknowledgement, and a broker that is away,
 *  silent, or no broker at all. */
import { afterEach, describe, expect, test } from 'vitest'
import { esp32Devkit } from '../../boards/esp32Devkit.ts'
import { encodeAbp, type AbpSession } from '../../core/abp.ts'
import { CLOCK, decodeHealth, decodeSamples, UPLINK_PORT, type Health } from '../../core/packet/index.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { decodeSettings, type Settings } from '../../core/settings.ts'
import { JOURNAL_SECTORS, KIND, latest, openJournal } from '../../firmware/journal.ts'
import { SYNC_AT, SYNC_UNIX } from '../../firmware/nodeState.ts'
import { air } from '../../firmware/profiles/air.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { light } from '../../firmware/profiles/light.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { takeWords } from '../../firmware/wakeRecord.ts'
import { Air } from '../../sim/air.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { ESP32_COSTS } from '../../sim/costs.ts'
import { SimNode } from '../../sim/node.ts'
import { Wire } from '../../sim/tcp.ts'
import { World } from '../../sim/world/world.ts'
import { Network } from '../parity/network.ts'
import { MqttSite } from './mqttSite.ts'

const START_MS = Date.UTC(2026, 9, 11, 17)
const SEED = 11
let clock: VirtualClock
let wire: Wire
let node: SimNode
let site: MqttSite
let network: Network
let logs: string[]
/** Frames that the gateway answered with, and the microseconds the node was awake. */
let downs: Uint8Array[]

/** A node in its ordinary cadence: its first minutes are another test's. */
async function build(ordered: Profile, abp?: AbpSession): Promise<void> {
  const profile = { ...ordered, commissioned: false }
  clock = new VirtualClock(START_MS)
  wire = new Wire()
  logs = []
  downs = []
  const place = { latitude: 16.5487, longitude: 107.5126 }
  const plan = {
    ...{
      devEui: '70b3d57ed0c0ffee',
      joinEui: '70b3d57ed0fa0001',
      appKey: '000102030405060708090a0b0c0d0e0f',
    },
    ...{ name: profile.name, profile, ...place, distanceM: 100, powerOnMs: 0 },
  }
  const ether = new Air(clock, { channelsHz: as923_2.channelsHz, gatewayAntennaDbi: 3, nodeAntennaDbi: 0 })
  const settings = { ssid: 'Xa', password: 'mot hai ba', host: '127.0.0.1', port: 1 }
  node = new SimNode(plan, {
    ...{ clock, air: ether, board: esp32Devkit, region: as923_2, costs: ESP32_COSTS, seed: SEED },
    world: new World({ seed: SEED, startMs: START_MS, ...place }),
    wifi: { wire, settings },
    log: (_, line) => logs.push(line),
  })
  const written = decodeSettings(node.settings!) as Settings
  site = new MqttSite(written)
  network = new Network(clock, as923_2, written.appKey, (bytes) => site.say(bytes))
  if (abp) {
    node.abp = encodeAbp(abp)
    network.know(abp)
  }
  site.hear = (phy) => {
    const answer = network.hear(phy, clock.nowMicros())
    if (answer) downs.push(answer)
    return answer
  }
  await site.start()
  settings.port = site.port
  node.powerOn()
}

const hours = (count: number): Promise<void> =>
  clock.run(clock.now() + count * 3_600_000, () => wire.answered())
const ports = (): number[] => network.uplinks.map(({ port }) => port)

afterEach(async () => {
  node.powerOff()
  await site.stop()
})

describe('a battery node', () => {
  test('joins, says hello, and sends its samples, each stored and acknowledged', async () => {
    await build(air)
    await hours(6.5)
    expect(network.joins).toBe(1)
    expect(ports().slice(0, 2)).toEqual([UPLINK_PORT.hello, UPLINK_PORT.sample])
    // Every ten minutes a sample, an uplink an hour.
    expect(network.stored.size).toBeGreaterThanOrEqual(36)
    expect([...network.stored]).toEqual([...network.stored].map((_, i) => i))
    expect([logs.filter((line) => !line.startsWith('sent ')), site.wills]).toEqual([[], 0])
    // Join, hello and the first sample are one connection, then one an hour.
    expect(site.accepted).toBeLessThanOrEqual(9)
  })

  test('that never joins speaks under its own session, through silence and power cuts', async () => {
    const keys = { nwkSKey: new Uint8Array(16).fill(5), appSKey: new Uint8Array(16).fill(6) }
    await build(gauge, { devAddr: 0x00123456, ...keys })
    await hours(1.5)
    expect(ports().slice(0, 2)).toEqual([UPLINK_PORT.hello, UPLINK_PORT.sample])
    // The broker takes all, and the gateway behind it says nothing.
    network.deaf = true
    await hours(50)
    node.powerOff()
    await hours(0.1)
    node.powerOn()
    network.deaf = false
    await hours(6)
    const all = [...network.stored].sort((a, b) => a - b)
    expect(all.length).toBeGreaterThan(300)
    expect(all).toEqual(all.map((_, i) => i))
    expect(site.frames.filter((phy) => phy[0]! >> 5 === 0)).toEqual([])
    const counters = network.uplinks.map(({ counter }) => counter)
    expect(counters).toEqual([...new Set(counters)].sort((a, b) => a - b))
  })

  test('asks for an address once, and uses it again for half a day', async () => {
    await build(gauge)
    await hours(11)
    const asked = node.network!.joins.filter(({ lease }) => lease === '')
    expect(node.network!.joins.length).toBeGreaterThan(60)
    expect(asked.length).toBe(1)
    await hours(2)
    expect(node.network!.joins.filter(({ lease }) => lease === '').length).toBe(2)
  })

  test('keeps its samples while the broker is away, and brings them all when it is back', async () => {
    await build(gauge)
    await hours(2)
    const before = network.stored.size
    await site.stop()
    await hours(6)
    expect(network.stored.size).toBe(before)
    await site.start()
    await hours(2)
    const all = [...network.stored].sort((a, b) => a - b)
    expect(all.length).toBeGreaterThanOrEqual(6 * 10 - 2)
    expect(all).toEqual(all.map((_, i) => i))
    expect(network.joins).toBe(1)
  })

  test('gives up a broker that accepts and says nothing, less and less often, and is back afterwards', async () => {
    await build(gauge)
    await hours(1)
    site.manner = 'silent'
    site.accepted = 0
    await hours(6)
    // A minute, two, four and so on up to an hour: not at every one of 36 samples.
    expect(site.accepted).toBeGreaterThan(5)
    expect(site.accepted).toBeLessThan(20)
    site.manner = 'broker'
    await hours(2)
    const all = [...network.stored].sort((a, b) => a - b)
    expect(all.length).toBeGreaterThanOrEqual(6 * 9 - 2)
    expect(all).toEqual(all.map((_, i) => i))
  })

  test('leaves garbage at once, and a Wi-Fi without its access point', async () => {
    await build(gauge)
    await hours(1)
    site.manner = 'garbage'
    await hours(2)
    wire.up = false
    await hours(2)
    const before = network.stored.size
    site.manner = 'broker'
    wire.up = true
    await hours(2)
    expect(network.stored.size).toBeGreaterThan(before + 20)
    expect(node.machine.program).toBeGreaterThan(0)
  })

  test('never uses a nonce or a counter twice, whatever the power does', async () => {
    await build(gauge)
    await hours(0.2)
    // Nobody answers: what is saved is saved for the frame's own sake.
    site.hear = () => undefined
    const used = new Set<string>()
    const seen = (phy: Uint8Array): string =>
      phy[0]! >> 5 === 0
        ? `nonce ${phy[17]! | (phy[18]! << 8)}`
        : `${phy.slice(1, 5).join()} ${phy[6]! | (phy[7]! << 8)} ${network.joins}`
    for (let cut = 0; cut < 40; cut++) {
      await clock.run(clock.now() + 700_000 + cut * 137, () => wire.answered())
      node.powerOff()
      await clock.run(clock.now() + 1_000, () => wire.answered())
      node.powerOn()
    }
    await hours(1)
    for (const phy of site.frames) {
      const key = seen(phy)
      expect(used.has(key), key).toBe(false)
      used.add(key)
    }
    expect(site.frames.length).toBeGreaterThan(40)
  })
})

/** The second at which the node was switched on, by the time that it goes by. */
function switchedOnSeconds(): number {
  const record = latest(openJournal(node.machine.flash, JOURNAL_SECTORS), KIND.node)!
  const words = new Int32Array(record[0]!)
  takeWords(record, words)
  expect(words[SYNC_UNIX]).not.toBe(0)
  return words[SYNC_UNIX]! - words[SYNC_AT]!
}

describe('the time that the gateway tells', () => {
  test.each([gauge, air, light])('is the time that a node of $name goes by', async (profile) => {
    await build(profile)
    await hours(0.4)
    // Before a battery node's oscillator has gone wrong by much: two seconds for the answer's way, and what it slept.
    expect(Math.abs(switchedOnSeconds() - START_MS / 1000)).toBeLessThanOrEqual(profile === light ? 2 : 45)
    await hours(3)
    const said = network.uplinks.filter(({ port }) => port === UPLINK_PORT.health)
    expect(said.length).toBeGreaterThan(0)
    for (const { payload } of said) expect((decodeHealth(payload) as Health).clock).toBe(CLOCK.known)
  })

  test('gives samples their ages', async () => {
    await build(air)
    const taken: number[] = []
    const { hear } = site
    site.hear = (phy) => {
      const before = network.uplinks.length
      const answer = hear(phy)
      for (const { port, payload } of network.uplinks.slice(before)) {
        const found = decodeSamples(port, payload)
        if (typeof found === 'string') continue
        const last = clock.now() / 1000 - found.ageSeconds
        for (let i = 1 - found.samples.length; i <= 0; i++) taken.push(last + i * found.intervalSeconds)
      }
      return answer
    }
    await hours(8)
    expect(taken.length).toBeGreaterThan(40)
    // Once the oscillator has been measured, which takes an hour or two, ten minutes are ten minutes.
    const gaps = taken.slice(1).map((at, i) => at - taken[i]!)
    for (const gap of gaps.slice(18)) expect(Math.abs(gap - 600)).toBeLessThanOrEqual(30)
  })
})

describe('a light', () => {
  test('stays connected, hears a command at once, and comes back by itself', async () => {
    await build(light)
    await hours(1)
    expect([site.accepted, network.joins]).toEqual([1, 1])
    await site.stop()
    await hours(0.5)
    site.accepted = 0
    await site.start()
    await hours(0.2)
    expect(site.accepted).toBe(1)
    expect(ports().filter((port) => port === UPLINK_PORT.hello).length).toBe(1)
    const all = [...network.stored].sort((a, b) => a - b)
    expect(all).toEqual(all.map((_, i) => i))
  })

  test('names each downlink that it has no use for, of any port and length, and goes on', async () => {
    await build(light)
    await hours(0.5)
    logs.length = 0
    for (let port = 7; port < 256; port += 3) {
      network.say(port, new Uint8Array(port % 200).fill(port))
      wire.touch()
      await hours(0.01)
    }
    expect(logs.filter((line) => line === 'downlink port').length).toBe(83)
    const words = ['', 'acknowledgement long', 'lamp command', 'no group', 'mode long', '', 'update ']
    for (const port of [1, 2, 3, 4, 6]) {
      logs.length = 0
      network.say(port, new Uint8Array(180).fill(0xee))
      wire.touch()
      await hours(0.01)
      expect(logs.join(), String(port)).toMatch(words[port]!)
    }
    const before = network.stored.size
    await hours(3)
    expect([network.stored.size > before, site.accepted]).toEqual([true, 1])
  })

  test('refuses what is forged or was heard before, and goes on', async () => {
    await build(light)
    await hours(0.5)
    logs.length = 0
    site.say(downs[downs.length - 1]!)
    site.say(Uint8Array.from({ length: 20 }, (_, i) => 0x60 + i))
    for (const none of [new Uint8Array(0), new Uint8Array(17).fill(0x20)]) site.say(none)
    wire.touch()
    await hours(0.01)
    expect(logs.sort().join()).toBe('accept refused,frame refused,frame refused,frame refused')
    const before = network.uplinks.length
    await hours(0.5)
    expect([network.uplinks.length > before, site.accepted]).toEqual([true, 1])
  })
})
