/** How much the flash holds and how long it lasts: samples of the real area, and erases a sector in ten years, counted and computed. */
import { describe, expect, test } from 'vitest'
import { esp32Devkit } from '../../boards/esp32Devkit.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import { FLAG } from '../../core/flags.ts'
import { DOWNLINK_PORT, encodeGroupSetup } from '../../core/packet/index.ts'
import { tableAes } from '../../core/lorawan/aes.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { decodeSettings } from '../../core/settings.ts'
import type { Board } from '../../firmware/board.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import { JOURNAL_SECTORS, KIND, latest, openJournal } from '../../firmware/journal.ts'
import { air } from '../../firmware/profiles/air.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { light } from '../../firmware/profiles/light.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import { openQueue, push, readHeld, type Queue } from '../../firmware/queue.ts'
import { start } from '../../firmware/start.ts'
import { Air } from '../../sim/air.ts'
import { NorFlash } from '../../sim/chips/flash.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { ESP32_COSTS } from '../../sim/costs.ts'
import { SimNode } from '../../sim/node.ts'
import { Random } from '../../sim/random.ts'
import { Wire } from '../../sim/tcp.ts'
import { World } from '../../sim/world/world.ts'
import { Network } from '../parity/network.ts'
import { Broker, WIFI } from '../sim/broker.ts'

const { size, sectorSize } = ttgoLora32V21.flash
/** The last sector is the sleep chain's. */
const AREA_BYTES = size - sectorSize
const SECTORS = AREA_BYTES / sectorSize

function openEmpty(profile: Profile): Queue {
  const flash = new NorFlash(AREA_BYTES, sectorSize)
  const hal = { flash, aes: tableAes, noise: () => 1, clock: { nowMs: () => 5 } } as unknown as Hal
  return openQueue(hal, openJournal(flash, JOURNAL_SECTORS), new Uint8Array(16), profile.quantities)
}

const FLAGS = [FLAG.suspect, FLAG.fail, FLAG.missing, FLAG.notEvaluated]

/** Samples of a rough river: a level that wanders by metres, one reading in thirty not good, and now and then one that fits no narrow range. */
function fillUntilFull(queue: Queue, readings: (n: number, random: Random) => number[]): number {
  const random = new Random(11, 'river')
  const flags = new Uint8Array(queue.quantities.length)
  for (let n = 0; ; n++) {
    const values = Int32Array.from(readings(n, random))
    for (let i = 0; i < flags.length; i++)
      flags[i] = random.uint32() % 30 === 0 ? FLAGS[random.uint32() % FLAGS.length]! : FLAG.good
    push(queue, values, flags, n * 600 + (random.uint32() % 3), Math.floor(n / 400))
    // The oldest were given up just now: never does the ring hold fewer.
    if (queue.dropped > 0) return queue.next - queue.floor
  }
}

describe('the sample queue', () => {
  test.each([
    ['at the sea, in centimetres', 20_000],
    ['on a high bridge, above sea level', 1_250_000],
  ])('holds 4,096 samples of a gauge %s', (_, datum) => {
    const queue = openEmpty(gauge)
    let level = datum
    const held = fillUntilFull(queue, (n, random) => {
      level += (random.uint32() % 601) - 300
      const outlier = n % 100 === 99 ? 300_000 : 0
      return [level + outlier, 2_600 + (random.uint32() % 900), 3_600 + (random.uint32() % 500)]
    })
    console.log(JSON.stringify({ profile: 'gauge', datum, slotBytes: queue.slotBytes, held }))
    expect(held).toBeGreaterThanOrEqual(4_096)
    for (const sequence of [queue.floor, queue.floor + 1_000, queue.next - 1])
      expect(readHeld(queue, sequence)!.sample.sequence).toBe(sequence)
  })

  test('holds what each profile measures in three weeks', () => {
    for (const profile of [soil, air, gauge, light]) {
      const queue = openEmpty(profile)
      expect((queue.sectors - 1) * queue.slots, profile.name).toBeGreaterThan((21 * 86_400) / 600)
    }
  })
})

const START_MS = Date.UTC(2026, 9, 11, 17)
const DAYS = 14
const HOUR_MS = 3_600_000
const TEN_YEARS_DAYS = 3_653
const TEN_MINUTES_SECONDS = 600
const ERASES_MAX = 50_000
const PLACE = { latitude: 16.5487, longitude: 107.5126 }

interface Wear {
  journalErases: number
  queueErases: number
  computedErases: number
  wakeBytes: number
}

/** What lives: at the cable it was given an interval, and as a lamp perhaps a group. */
interface Lived {
  readonly board: Board
  readonly profile: Profile
  readonly seconds: number
  readonly inGroup: boolean
}

function groupSetup(): Uint8Array {
  const setup = new Uint8Array(24)
  encodeGroupSetup({ address: 0x01a0_0001, key: new Uint8Array(16).fill(0x5a), nextCounter: 70_000 }, setup)
  return setup
}

/** Lives for two weeks with a gateway that answers every uplink, which wears most, and scales to ten years. */
async function wearOf({ board, profile, seconds: intervalSeconds, inGroup }: Lived): Promise<Wear> {
  const clock = new VirtualClock(START_MS)
  const world = new World({ seed: 7, startMs: START_MS, ...PLACE })
  const channelsHz = [...as923_2.channelsHz, ...as923_2.extraChannelsHz]
  const ether = new Air(clock, { channelsHz, gatewayAntennaDbi: 3, nodeAntennaDbi: 0 })
  let journalBytes = 0
  let broker: Broker | undefined
  const node = new SimNode(
    {
      ...{
        devEui: '70b3d57ed0c0ffee',
        joinEui: '70b3d57ed0fa0001',
        appKey: '000102030405060708090a0b0c0d0e0f',
      },
      ...{ name: profile.name, profile, ...PLACE, distanceM: 200, powerOnMs: 0 },
    },
    {
      ...{ clock, world, air: ether, board, region: as923_2, costs: ESP32_COSTS, seed: 7 },
      wifi: { wire: new Wire(), settings: WIFI },
      log: () => undefined,
      program: (own, hal) => {
        const { region } = own.parts
        const { clock: hours, power, gpio, adc, i2c, spi, aes, flash } = hal
        start(board, profile, region, {
          ...{
            clock: hours,
            power,
            gpio,
            adc,
            i2c,
            spi,
            aes,
            files: () => hal.files(),
            settings: (file) => hal.settings(file),
            noise: () => hal.noise(),
            freeVariables: () => hal.freeVariables(),
            onError: (run) => hal.onError(run),
          },
          log: () => undefined,
          ...(broker ? { wlan: broker } : {}),
          flash: {
            ...{ size: AREA_BYTES, sectorSize, read: (offset, length) => flash.read(offset, length) },
            write: (offset, bytes) => {
              if (offset < JOURNAL_SECTORS * sectorSize) journalBytes += bytes.length
              flash.write(offset, bytes)
            },
            erase: (offset) => flash.erase(offset),
          },
        })
      },
    },
  )
  const settings = decodeSettings(node.settings!)
  if (typeof settings === 'string') throw new Error(settings)
  const network = new Network(clock, as923_2, settings.appKey, () => undefined)
  const hear = (phy: Uint8Array) => network.hear(phy, clock.nowMicros())
  if (board.link === 'lorawan') network.listen(ether)
  else broker = new Broker(node.machine, settings, hear, () => undefined)
  node.provision({ intervalSeconds })
  node.powerOn()
  if (inGroup) clock.setTimer(HOUR_MS, () => network.say(DOWNLINK_PORT.group, groupSetup()))
  await clock.run(START_MS + DAYS * 86_400_000)
  const erases = [...node.machine.flash.erases]
  const most = (from: number, to: number): number =>
    Math.round((Math.max(...erases.slice(from, to)) * TEN_YEARS_DAYS) / DAYS)
  const wakes = (DAYS * 86_400) / intervalSeconds
  const wakeBytes = journalBytes / wakes
  return {
    journalErases: most(0, JOURNAL_SECTORS),
    queueErases: most(JOURNAL_SECTORS, SECTORS),
    computedErases: Math.round(
      computed(node.machine.flash, journalBytes, Math.max(...erases.slice(0, JOURNAL_SECTORS))),
    ),
    wakeBytes: Math.round(wakeBytes),
  }
}

/** Erases of a journal sector by formula: bytes that a wake writes, over the room of a sector behind its header and what is carried into it. */
function computed(flash: NorFlash, journalBytes: number, erases: number): number {
  const journal = openJournal(flash, JOURNAL_SECTORS)
  let carriedBytes = 0
  for (const kind of Object.values(KIND)) carriedBytes += (latest(journal, kind)?.length ?? -4) + 4
  // What was carried over is in `journalBytes` too, once an erase of each sector.
  const ownBytes = journalBytes - erases * JOURNAL_SECTORS * (carriedBytes + 8)
  const bytesOfTenYears = (ownBytes * TEN_YEARS_DAYS) / DAYS
  return bytesOfTenYears / (sectorSize - 8 - carriedBytes) / JOURNAL_SECTORS
}

/** The interval that the law of the project names, and those of the profiles where they are others. */
const LIVES: readonly Lived[] = [ttgoLora32V21, esp32Devkit].flatMap((board: Board) =>
  [soil, air, gauge, light].flatMap((profile) =>
    [...new Set([TEN_MINUTES_SECONDS, profile.intervalSeconds])].flatMap((seconds) =>
      (profile === light && board.link === 'lorawan' ? [false, true] : [false]).map((inGroup) => ({
        ...{ board, profile, seconds, inGroup },
      })),
    ),
  ),
)

describe('ten years', () => {
  test.each(LIVES)('$board.name $profile.name, every $seconds s, in a group $inGroup', async (lived) => {
    const wear = await wearOf(lived)
    const { board, profile, seconds, inGroup } = lived
    console.log(JSON.stringify({ board: board.name, profile: profile.name, seconds, inGroup, ...wear }))
    expect(wear.journalErases).toBeLessThan(ERASES_MAX)
    expect(wear.queueErases).toBeLessThan(ERASES_MAX)
    expect(wear.computedErases).toBeLessThan(ERASES_MAX)
    expect(Math.abs(wear.computedErases / wear.journalErases - 1)).toBeLessThan(0.1)
  })
})
