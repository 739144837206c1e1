/** A new node before it exists: its identity and keys, the record it carries, and the request that registers it at a gateway. */
import { randomBytes } from 'node:crypto'
import type { AbpSession } from '../../core/abp.ts'
import { networkFault, type NetworkSettings } from '../../core/networkSettings.ts'
import { settingsFault, type Settings, type SettingsField } from '../../core/settings.ts'
import type { DeviceRequest, ProfileName } from '../../gateway/api/types.ts'
import { centimetres, clockMinutes, OptionError, wholeNumber } from '../options.ts'
import { boardTexts } from './texts.ts'

const PROFILES: readonly ProfileName[] = ['soil', 'air', 'gauge', 'light']
const JOIN_EUI = '0000000000000000'
const NWK_ADDR_MASK = 0x1ffffff
/** Viet Nam's, in minutes. */
const UTC_OFFSET = '420'

/** Options whose number can be good and yet contradict another one. */
const CONTRADICTED: { readonly [Field in SettingsField]?: string } = {
  soilWetMillivolts: '--soil-wet',
  alarmWithinMinutes: '--alarm-within',
  darkToMinutes: '--dark-to',
}

const { expects, nothing } = boardTexts.provision

/** The options of `fieldnode provision` that say what the node is. */
export interface NodeOptions {
  name?: string | undefined
  profile?: string | undefined
  latitude?: string | undefined
  longitude?: string | undefined
  'dev-eui'?: string | undefined
  'join-eui'?: string | undefined
  interval?: string | undefined
  samples?: string | undefined
  'soil-dry'?: string | undefined
  'soil-wet'?: string | undefined
  'height-mm'?: string | undefined
  'alarm-above-cm'?: string | undefined
  'alarm-rise-cm'?: string | undefined
  'alarm-within'?: string | undefined
  'lamp-on'?: string | undefined
  'lamp-off'?: string | undefined
  'dark-from'?: string | undefined
  'dark-to'?: string | undefined
  'utc-offset'?: string | undefined
  lamp?: string | undefined
  group?: string | undefined
  ssid?: string | undefined
  'wifi-password'?: string | undefined
  broker?: string | undefined
  abp?: boolean | undefined
  'dev-addr'?: string | undefined
  'nwk-s-key'?: string | undefined
  'app-s-key'?: string | undefined
}

export interface NewNode {
  settings: Settings
  /** Of a node with Wi-Fi. */
  network: NetworkSettings | undefined
  /** Of a node that never joins. */
  abp: AbpSession | undefined
  device: DeviceRequest
}

function needed(where: string, text: string | undefined): string {
  if (text === undefined || text.trim() === '') throw new OptionError(where, expects.needed, nothing)
  return text
}

/** Degrees as 0.0001 degrees. */
function degreesE4(where: string, text: string | undefined, max: number): number {
  const given = needed(where, text)
  const value = /^-?\d{1,3}(\.\d{1,4})?$/.test(given) ? Math.round(parseFloat(given) * 10_000) : NaN
  if (!(Math.abs(value) <= max * 10_000)) throw new OptionError(where, expects.degrees(max), given)
  return value
}

/** A `secret` that is nearly right is not shown. */
function hexBytes(where: string, text: string, bytes: number, secret = false): Uint8Array {
  if (!new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`).test(text))
    throw new OptionError(where, expects.hex(bytes * 2), secret ? '...' : text)
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

/** A random EUI-64 of nobody's: locally administered, and no group (IEEE 802, bits 1 and 0 of the first byte). */
export function drawEui(): Uint8Array {
  const eui = Uint8Array.from(randomBytes(8))
  eui[0] = (eui[0]! & 0xfc) | 0x02
  return eui
}

function profileOf(text: string | undefined): ProfileName {
  const found = PROFILES.find((name) => name === text)
  if (!found) throw new OptionError('--profile', PROFILES.join(' | '), text ?? nothing)
  return found
}

function lampOf(options: NodeOptions, profile: ProfileName): DeviceRequest['lamp'] {
  if (profile !== 'light') return undefined
  return { id: needed('--lamp', options.lamp), group: needed('--group', options.group) }
}

/** A number of the profile that needs it; 0 for the others. */
function numberFor(
  where: string,
  text: string | undefined,
  wanted: boolean,
  min: number,
  max: number,
): number {
  return wanted || text !== undefined ? wholeNumber(where, needed(where, text), min, max) : 0
}

/** When a reading is an alarm, and when a lamp is lit: what is left out is as the profile has it. Which ranges, the record says. */
function ownRules(
  options: NodeOptions,
): Pick<
  Settings,
  | 'alarmAbove'
  | 'alarmRise'
  | 'alarmWithinMinutes'
  | 'lampOnMinutes'
  | 'lampOffMinutes'
  | 'darkFromMinutes'
  | 'darkToMinutes'
  | 'utcOffsetMinutes'
> {
  return {
    alarmAbove: centimetres('--alarm-above-cm', options['alarm-above-cm'] ?? '0', -1_000, 3_000),
    alarmRise: centimetres('--alarm-rise-cm', options['alarm-rise-cm'] ?? '0', 0, 600),
    alarmWithinMinutes: wholeNumber('--alarm-within', options['alarm-within'] ?? '0', 0, 1_440),
    lampOnMinutes: wholeNumber('--lamp-on', options['lamp-on'] ?? '0', -120, 120),
    lampOffMinutes: wholeNumber('--lamp-off', options['lamp-off'] ?? '0', -120, 120),
    darkFromMinutes: clockMinutes('--dark-from', options['dark-from'] ?? '00:00'),
    darkToMinutes: clockMinutes('--dark-to', options['dark-to'] ?? '00:00'),
    utcOffsetMinutes: wholeNumber('--utc-offset', options['utc-offset'] ?? UTC_OFFSET, -720, 840),
  }
}

const BROKER_PORT = '1883'

/** How the node gets onto its network; undefined when none of the three options is there. An SSID or password is taken as its bytes in UTF-8. */
function networkOf(options: NodeOptions): NetworkSettings | undefined {
  const { ssid, 'wifi-password': password, broker } = options
  if (ssid === undefined && password === undefined && broker === undefined) return undefined
  const [host, port = BROKER_PORT, ...rest] = needed('--broker', broker).split(':')
  const network: NetworkSettings = {
    ssid: Buffer.from(needed('--ssid', ssid)).toString('latin1'),
    password: Buffer.from(password ?? '').toString('latin1'),
    host: host!,
    port: rest.length > 0 ? NaN : wholeNumber('--broker', port, 1, 65_535),
  }
  const fault = networkFault(network)
  if (fault === 'ssid') throw new OptionError('--ssid', expects.ssid, ssid!)
  // What was given may be nearly right: it is not shown.
  if (fault === 'password') throw new OptionError('--wifi-password', expects.wifiPassword, '...')
  if (fault) throw new OptionError('--broker', expects.broker, broker!)
  return network
}

/** A session for a node that never joins: what is not given is drawn, the address for a private network (NetID 0). Undefined without --abp. */
function abpOf(options: NodeOptions): AbpSession | undefined {
  const { 'dev-addr': devAddr, 'nwk-s-key': nwkSKey, 'app-s-key': appSKey } = options
  if (!options.abp) {
    const given = [devAddr, nwkSKey, appSKey].find((text) => text !== undefined)
    if (given !== undefined) throw new OptionError('--abp', expects.abp, nothing)
    return undefined
  }
  const key = (where: string, text: string | undefined): Uint8Array =>
    text === undefined ? Uint8Array.from(randomBytes(16)) : hexBytes(where, text, 16, true)
  return {
    devAddr:
      devAddr === undefined
        ? randomBytes(4).readUInt32BE(0) & NWK_ADDR_MASK
        : Buffer.from(hexBytes('--dev-addr', devAddr, 4)).readUInt32BE(0),
    nwkSKey: key('--nwk-s-key', nwkSKey),
    appSKey: key('--app-s-key', appSKey),
  }
}

/** Draws the keys and checks every option. Fails with OptionError, naming the option. */
export function newNode(options: NodeOptions): NewNode {
  const profile = profileOf(options.profile)
  const joinEui = hexBytes('--join-eui', options['join-eui'] ?? JOIN_EUI, 8)
  const settings: Settings = {
    devEui: options['dev-eui'] === undefined ? drawEui() : hexBytes('--dev-eui', options['dev-eui'], 8),
    joinEui,
    appKey: Uint8Array.from(randomBytes(16)),
    latitudeE4: degreesE4('--latitude', options.latitude, 90),
    longitudeE4: degreesE4('--longitude', options.longitude, 180),
    intervalSeconds: wholeNumber('--interval', options.interval ?? '0', 0, 86_400),
    samplesPerUplink: wholeNumber('--samples', options.samples ?? '0', 0, 16),
    soilDryMillivolts: numberFor('--soil-dry', options['soil-dry'], profile === 'soil', 0, 3_300),
    soilWetMillivolts: numberFor('--soil-wet', options['soil-wet'], profile === 'soil', 0, 3_300),
    gaugeHeightMm: numberFor('--height-mm', options['height-mm'], profile === 'gauge', -30_000, 30_000),
    ...ownRules(options),
  }
  const lamp = lampOf(options, profile)
  const abp = abpOf(options)
  const device: DeviceRequest = {
    devEui: hex(settings.devEui),
    joinEui: hex(joinEui),
    appKey: hex(settings.appKey),
    name: needed('--name', options.name).trim(),
    profile,
    latitude: settings.latitudeE4 / 10_000,
    longitude: settings.longitudeE4 / 10_000,
    ...(lamp ? { lamp } : {}),
    ...(abp ? { abp: hexOf(abp) } : {}),
  }
  const fault = settingsFault(settings)
  if (fault)
    throw new OptionError(CONTRADICTED[fault] ?? fault, expects.fits, JSON.stringify(settings[fault]))
  return { settings, network: networkOf(options), abp, device }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

const hexOf = ({ devAddr, nwkSKey, appSKey }: AbpSession): NonNullable<DeviceRequest['abp']> => ({
  devAddr: devAddr.toString(16).padStart(8, '0'),
  nwkSKey: hex(nwkSKey),
  appSKey: hex(appSKey),
})
