/** A client of MQTT and the broker that a test speaks for: made anew by `fresh` before each test. */
import { expect } from 'vitest'
import { connect, type Client } from '../../../firmware/link/mqttClient.ts'
import { TestClock, TestNetwork } from './line.ts'

export const CREDENTIALS = { host: '10.0.0.1', port: 1883, id: '0102030405060708', password: 'f'.repeat(32) }
export const TOPICS = 'fieldnode/0102030405060708/'

export const ascii = (text: string): number[] => [...Buffer.from(text)]
export const field = (text: string): number[] => [text.length >> 8, text.length & 255, ...ascii(text)]
/** A PUBLISH to the node, of fewer than 128 bytes. */
export const message = (id: number, payload: number[], topic = `${TOPICS}down`, flags = 0x32): number[] => {
  const body = [...field(topic), ...(flags & 6 ? [id >> 8, id & 255] : []), ...payload]
  return [flags, body.length, ...body]
}

export const CONNACK = [0x20, 2, 0, 0]
export const SUBACK = [0x90, 3, 0, 1, 1]

export let clock: TestClock
export let network: TestNetwork
export let client: Client
export let heard: number[][]
export let lost: number
export let answers: boolean[]

export function fresh(): void {
  clock = new TestClock()
  network = new TestNetwork()
  heard = []
  answers = []
  lost = 0
  client = {
    network,
    clock,
    topics: TOPICS,
    heard: (payload) => heard.push([...payload]),
    lost: () => lost++,
    stage: 0,
    packetId: 0,
    pinged: false,
    timer: 0,
  }
}

export const call = (): void => {
  client.credentials = CREDENTIALS
  connect(client, (good) => answers.push(good))
}

/** A client that has its subscription. */
export function open(): void {
  call()
  network.line.events.opened()
  network.line.say(...CONNACK)
  network.line.say(...SUBACK)
  expect(answers.splice(0)).toEqual([true])
  network.line.take()
}
