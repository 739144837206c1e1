/** A village on a river plain near Hue: plots, air, the river and its street lamps around one gateway on the commune's house. */
import { air } from '../../firmware/profiles/air.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { light } from '../../firmware/profiles/light.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import type { NodePlan } from '../node.ts'
import type { Random } from '../random.ts'
import type { Scenario } from './scenario.ts'

const LATITUDE = 16.5487
const LONGITUDE = 107.5126
const JOIN_EUI = '70b3d57ed0fa0001'
const DEV_EUI_HEAD = '70b3d57ed0'
const METRES_PER_DEGREE = 111_320
/** A hamlet is within this of the gateway. */
const RADIUS_M = 2_000
/** The technician switches the nodes on within the first quarter of an hour. */
const POWER_ON_MS_MAX = 15 * 60_000

const HAMLETS = [
  'Phước Yên', 'La Vân Thượng', 'La Vân Hạ', 'Niêm Phò', 'Lương Cổ',
  'Phò Nam A', 'Phò Nam B', 'Tân Xuân Lai', 'Xuân Tùy', 'Cổ Tháp',
] // prettier-ignore

/** Each is a group of lamps. */
const STREETS = ['Đường chợ', 'Đường đê', 'Đường trường học']

/** What each node of a dozen is; the dozen repeats. */
const DOZEN: readonly Profile[] = [soil, air, gauge, light, soil, air, gauge, soil, light, soil, air, gauge]

const PLACES: Record<Profile['name'], readonly string[]> = {
  soil: ['ruộng lúa', 'vườn rau', 'ruộng lạc', 'vườn thanh trà'],
  air: ['trạm khí tượng', 'nhà lưới', 'sân trường'],
  gauge: ['cầu', 'cống', 'bến đò'],
  light: ['cột đèn'],
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function placeName(profile: Profile['name'], ordinal: number): string {
  const places = PLACES[profile]
  const hamlet = HAMLETS[ordinal % HAMLETS.length]!
  const round = Math.floor(ordinal / HAMLETS.length)
  const place = places[(ordinal + round) % places.length]!
  return `Thôn ${hamlet}: ${place}${round > 0 ? ` ${round + 1}` : ''}`
}

function planNodes(count: number, random: Random): NodePlan[] {
  const ordinals: Record<string, number> = {}
  return Array.from({ length: count }, (_, index) => {
    const profile = DOZEN[index % DOZEN.length]!
    const ordinal = ordinals[profile.name] ?? 0
    ordinals[profile.name] = ordinal + 1
    // Even spread over the disc's area, never closer than 100 m.
    const distanceM = Math.sqrt(random.between(100 ** 2, RADIUS_M ** 2))
    const bearing = random.between(0, 2 * Math.PI)
    const street = STREETS[Math.floor(ordinal / 2) % STREETS.length]!
    const plan: NodePlan = {
      devEui: DEV_EUI_HEAD + (index + 1).toString(16).padStart(6, '0'),
      joinEui: JOIN_EUI,
      appKey: hex(random.bytes(16)),
      name: profile === light ? `${street}: đèn ${ordinal + 1}` : placeName(profile.name, ordinal),
      profile,
      latitude: LATITUDE + (distanceM * Math.cos(bearing)) / METRES_PER_DEGREE,
      longitude:
        LONGITUDE +
        (distanceM * Math.sin(bearing)) / (METRES_PER_DEGREE * Math.cos((LATITUDE * Math.PI) / 180)),
      distanceM,
      powerOnMs: Math.floor(random.between(0, POWER_ON_MS_MAX)),
    }
    if (profile === light) plan.lamp = { id: `den-${ordinal + 1}`, group: street }
    return plan
  })
}

export const village: Scenario = {
  name: 'village',
  commissionedAtBench: true,
  latitude: LATITUDE,
  longitude: LONGITUDE,
  gatewayEui: '70b3d57ed0ffff01',
  planNodes,
  // What the operator does: a lamp is switched off for an hour, and a street is lit for two by its group's command.
  acts: [
    { atHours: 12.5, target: 'den-1', levelPercent: 0, forHours: 1 },
    { atHours: 14, target: 'group:Đường chợ', levelPercent: 100, forHours: 2 },
  ],
}
