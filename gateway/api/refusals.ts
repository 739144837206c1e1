/** Every way in which the API refuses, by name: its HTTP status, where the fault is, and what would have been right. */
import type { z } from 'zod'
import type { ApiError } from './types.ts'

// prettier-ignore
const REFUSALS = {
  body:         { status: 400, where: 'body',           expected: 'a JSON object' },
  input:        { status: 400, where: 'body',           expected: 'fields as /openapi.json says' },
  quantity:     { status: 404, where: 'quantity',       expected: 'the name of a quantity' },
  pinMissing:   { status: 401, where: 'x-operator-pin', expected: "the operator's PIN" },
  pinWrong:     { status: 401, where: 'x-operator-pin', expected: "the operator's PIN" },
  pinUnset:     { status: 401, where: 'x-operator-pin', expected: 'a gateway that was given a PIN' },
  pinLocked:    { status: 429, where: 'x-operator-pin', expected: 'at most 10 wrong tries a minute' },
  unknownPath:  { status: 404, where: 'path',           expected: 'a path of /openapi.json' },
  unknownNode:  { status: 404, where: 'eui',            expected: 'the EUI of a registered node' },
  unknownLamp:  { status: 404, where: 'id',             expected: 'the id of a lamp, or group:<name>' },
  unknownChange: { status: 404, where: 'eui',           expected: 'a node whose settings were changed since the gateway started' },
  setting:      { status: 400, where: 'body',           expected: 'a number in the range of its setting that agrees with the others' },
  nothing:      { status: 400, where: 'body',           expected: 'at least one setting' },
  ticketSize:   { status: 400, where: 'ticket',         expected: 'what `fieldnode sign` writes, at most 16384 bytes' },
  ticket:       { status: 400, where: 'ticket',         expected: 'a ticket with a manifest' },
  signature:    { status: 400, where: 'ticket',         expected: "a ticket signed with this gateway's release key" },
  bundleSize:   { status: 400, where: 'bundle',         expected: '1 to 1048576 bytes' },
  bundle:       { status: 400, where: 'bundle',         expected: 'the bundle that the ticket is of' },
  otherRegion:  { status: 409, where: 'ticket',         expected: "a bundle of this gateway's region" },
  otherProfile: { status: 409, where: 'nodes',          expected: "nodes of the bundle's profile" },
  overLorawan:  { status: 409, where: 'nodes',          expected: 'nodes with Wi-Fi: by radio there is no update yet' },
  old:          { status: 409, where: 'ticket',         expected: 'a version above what runs and what is queued' },
  nobody:       { status: 409, where: 'all',            expected: 'a node with Wi-Fi of this profile that does not run it' },
  collision:    { status: 409, where: 'ticket',         expected: 'a ticket whose name no other one has; sign it again' },
  unknownUpdate: { status: 404, where: 'eui',           expected: 'a node with an update that is queued or being sent' },
  past:         { status: 410, where: 'untilMs',        expected: 'a time ahead of now' },
  tooLate:      { status: 400, where: 'untilMs',        expected: 'a time at most 7 days ahead' },
  registered:   { status: 409, where: 'devEui',         expected: 'an EUI that is not registered with other data' },
  keysTaken:    { status: 409, where: 'abp',            expected: 'session keys that no other device has' },
  lampTaken:    { status: 409, where: 'lamp.id',        expected: 'an id that no other lamp has' },
  tooLarge:     { status: 413, where: 'body',           expected: 'at most 16384 bytes, 1700000 with a bundle' },
  tooMany:      { status: 503, where: 'events',         expected: 'at most 100 listeners' },
  store:        { status: 503, where: 'store',          expected: 'a store that can write' },
  failure:      { status: 500, where: 'server',         expected: 'no failure' },
} as const

export type RefusalName = keyof typeof REFUSALS
export type RefusalStatus = (typeof REFUSALS)[RefusalName]['status']

export interface Refusal {
  name: RefusalName
  status: RefusalStatus
  error: ApiError
}

/** Longest part of a wrong input that is said back. */
const GOT_CHARS_MAX = 64

/** A refusal by its name; `got` is what came, cut short. */
export function refusal(name: RefusalName, got: string): Refusal {
  const { status, where, expected } = REFUSALS[name]
  return { name, status, error: { where, expected, got: got.slice(0, GOT_CHARS_MAX) } }
}

/** The first issue of a failed check, with its place. */
export function inputRefusal(error: z.ZodError, place: string): Refusal {
  const issue = error.issues[0]!
  const expected = 'expected' in issue ? String(issue.expected) : issue.message
  const where = [place, ...issue.path.map(String)].join('.')
  return {
    name: 'input',
    status: 400,
    error: { where, expected, got: issue.message.slice(0, GOT_CHARS_MAX) },
  }
}

export const isRefusal = (value: object): value is Refusal => 'error' in value
