/** The shapes of types.ts as zod schemas: they check what comes in and make the OpenAPI document. */
import { z } from 'zod'
import type * as types from './types.ts'

const milliseconds = z
  .int()
  .min(0)
  .max(8_640_000_000_000_000)
  .meta({ description: 'Unix time in milliseconds' })
const eui = z
  .string()
  .regex(/^[0-9a-fA-F]{16}$/)
  .transform((text) => text.toLowerCase())
const name = z.string().trim().min(1).max(64)
const profile = z.enum(['soil', 'air', 'gauge', 'light'])
const flag = z
  .literal([1, 2, 3, 4, 9])
  .meta({ description: 'QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing' })

export const readingView = z.object({
  quantity: z.string(),
  unit: z.string(),
  perUnit: z.int().meta({ description: 'integers a unit' }),
  value: z.int().nullable(),
  flag,
  timeMs: milliseconds,
  timeUncertain: z.boolean(),
  timeErrorSeconds: z
    .int()
    .optional()
    .meta({ description: 'bound of an uncertain time, where there is one' }),
})

export const lampCommandView = z.object({
  id: z.int().min(1).max(65_535),
  levelPercent: z.int().min(0).max(100),
  untilMs: milliseconds,
  state: z.enum(['commanded', 'waiting', 'confirmed', 'expired', 'ended']),
  createdMs: milliseconds,
  by: z.string(),
})

const lampView = z.object({
  id: z.string(),
  group: z.string(),
  confirmed: z
    .object({
      levelPercent: z.int(),
      reason: z.enum(['schedule', 'command', 'doubt', 'fault']),
      timeMs: milliseconds,
    })
    .nullable(),
  command: lampCommandView.nullable(),
})

const count = z.int().min(0)
const healthView = z.object({
  timeMs: milliseconds,
  resetReason: z.enum(['unknown', 'powerOn', 'software', 'watchdog', 'brownOut', 'load', 'memory']),
  mode: z.enum(['normal', 'commissioning', 'safe']),
  supply: z.enum(['full', 'low', 'empty']),
  clock: z.enum(['unknown', 'known', 'old']),
  outOfMemory: z.boolean(),
  lowMemory: z.boolean(),
  callbackFailed: z.boolean(),
  inputLost: z.boolean(),
  brownOuts: count,
  crashes: count,
  powerOns: count,
  settingsRevision: z
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .meta({ description: 'of the change in force that came over the air' }),
  settingsCrc: z
    .int()
    .min(0)
    .max(65_535)
    .nullable()
    .meta({ description: "last two bytes of the technician's record, where that is in force" }),
  freeVariables: count,
  batteryMillivolts: count.nullable(),
  held: count.meta({ description: 'samples that nobody has acknowledged' }),
  alarms: z.array(z.enum(['safe', 'batteryEmpty', 'outOfMemory', 'brownOut', 'crash', 'batteryLow'])),
})

const updateView = z.object({
  state: z.enum(['queued', 'sending', 'verified', 'running', 'rolledBack', 'refused', 'cancelled']),
  version: z.int().min(1),
  received: count.meta({ description: 'pieces that the node has' }),
  pieces: count.meta({ description: 'of how many; 0 before it wanted any' }),
  reason: z.string().meta({ description: 'of a refused or rolled back one, a word of docs/PACKET.md' }),
  running: count.nullable().meta({ description: 'version that the node last said it runs' }),
  createdMs: milliseconds,
  changedMs: milliseconds,
  by: z.string(),
})

export const nodeView = z.object({
  eui: z.string(),
  name: z.string(),
  profile,
  latitude: z.number(),
  longitude: z.number(),
  lastSeenMs: milliseconds.nullable(),
  intervalSeconds: z.int().nullable(),
  state: z
    .enum(['fresh', 'late', 'lost', 'never'])
    .meta({ description: 'late after 2 intervals, lost after 6' }),
  rssiDbm: z.number().nullable(),
  snrDb: z.number().nullable(),
  readings: z.array(readingView),
  health: healthView.nullable(),
  lamp: lampView.optional(),
  update: updateView.optional(),
})

export const nodesAnswer = z.object({
  nowMs: milliseconds,
  connected: z.literal(true),
  nodes: z.array(nodeView),
})

export const readingsQuery = z.object({
  quantity: z.string().min(1).max(64),
  from: z.coerce.number().pipe(milliseconds).default(0),
  to: z.coerce.number().pipe(milliseconds).default(8_640_000_000_000_000),
})

export const readingsAnswer = z.object({
  eui: z.string(),
  quantity: z.string(),
  unit: z.string(),
  perUnit: z.int(),
  points: z.array(z.tuple([milliseconds, z.int().nullable(), flag])),
})

export const lampCommandRequest = z.strictObject({
  levelPercent: z.int().min(0).max(100),
  untilMs: milliseconds,
})
export const lampCommandAnswer = z.object({ command: lampCommandView })

const setting = z.int().optional()
/** Names and ranges as core/settings.ts has them; keys are no part of it. */
export const configurationRequest = z.strictObject({
  latitudeE4: setting,
  longitudeE4: setting,
  intervalSeconds: setting,
  samplesPerUplink: setting,
  soilDryMillivolts: setting,
  soilWetMillivolts: setting,
  gaugeHeightMm: setting,
  alarmAbove: setting,
  alarmRise: setting,
  alarmWithinMinutes: setting,
  lampOnMinutes: setting,
  lampOffMinutes: setting,
  darkFromMinutes: setting,
  darkToMinutes: setting,
  utcOffsetMinutes: setting,
})
export const configurationAnswer = z.object({
  configuration: z.object({
    revision: z.int(),
    state: z.enum(['commanded', 'waiting', 'applied', 'refused']),
    refused: z.string().optional(),
  }),
})

const key = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/)
  .transform((text) => text.toLowerCase())
const devAddr = z
  .string()
  .regex(/^[0-9a-fA-F]{8}$/)
  .transform((text) => text.toLowerCase())
/** Their sizes are judged as bytes, by gateway/update/release.ts. */
const base64 = z.base64().max(1_400_000)
const UPDATED_NODES_MAX = 10_000
export const updateRequest = z
  .strictObject({
    ticket: base64,
    bundle: base64,
    nodes: z.array(eui).min(1).max(UPDATED_NODES_MAX).optional(),
    all: z.literal(true).optional(),
  })
  .refine(({ nodes, all }) => (nodes === undefined) !== (all === undefined), {
    path: ['nodes'],
    message: 'nodes or all',
  })
export const updatesAnswer = z.object({
  updates: z.array(updateView.extend({ eui: z.string(), name: z.string() })),
})

/** A lamp's name must not look like a group's. */
const lampName = name.regex(/^[^:/]+$/)

export const deviceRequest = z.strictObject({
  devEui: eui,
  joinEui: eui,
  appKey: key,
  name,
  profile,
  link: z.enum(['lorawan', 'mqtt']).default('lorawan'),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  lamp: z.strictObject({ id: lampName, group: lampName }).optional(),
  abp: z.strictObject({ devAddr, nwkSKey: key, appSKey: key }).optional(),
})
export const deviceAnswer = z.object({ devEui: z.string(), name: z.string() })

export const statusAnswer = z.object({
  nowMs: milliseconds,
  simulated: z.boolean(),
  counts: z.record(z.string(), z.number()),
})
export const errorAnswer = z.object({
  error: z.object({ where: z.string(), expected: z.string(), got: z.string() }),
})

/** Each schema gives the very type that the page is built against; a difference fails to compile here. */
export type Agreement = [
  z.infer<typeof nodesAnswer> extends types.NodesAnswer ? true : never,
  types.NodesAnswer extends z.infer<typeof nodesAnswer> ? true : never,
  z.infer<typeof readingsAnswer> extends types.ReadingsAnswer ? true : never,
  types.ReadingsAnswer extends z.infer<typeof readingsAnswer> ? true : never,
  z.infer<typeof configurationRequest> extends types.ConfigurationRequest ? true : never,
  z.infer<typeof configurationAnswer> extends types.ConfigurationAnswer ? true : never,
  z.infer<typeof updateRequest> extends types.UpdateRequest ? true : never,
  z.infer<typeof updatesAnswer> extends types.UpdatesAnswer ? true : never,
  types.UpdatesAnswer extends z.infer<typeof updatesAnswer> ? true : never,
  z.infer<typeof lampCommandRequest> extends types.LampCommandRequest ? true : never,
  z.infer<typeof lampCommandAnswer> extends types.LampCommandAnswer ? true : never,
  types.LampCommandAnswer extends z.infer<typeof lampCommandAnswer> ? true : never,
  z.infer<typeof deviceRequest> extends types.DeviceRequest ? true : never,
  z.infer<typeof statusAnswer> extends types.StatusAnswer ? true : never,
  z.infer<typeof errorAnswer> extends types.ErrorAnswer ? true : never,
]
/** Assigned once so that the comparison above is made. */
export const AGREEMENT: Agreement = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
]
