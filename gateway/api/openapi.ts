/** /openapi.json: the API in OpenAPI 3.1, its schemas those that check the input. */
import { z } from 'zod'
import * as schema from './schema.ts'

type Json = Record<string, unknown>

const component = (type: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema, ...rest } = z.toJSONSchema(type, { io }) as Json
  return rest
}

const content = (name: string): Json => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
})
const answer = (description: string, name: string): Json => ({ description, content: content(name) })
const refused = (description: string): Json => answer(description, 'Error')
const parameter = (name: string, place: 'path' | 'query', required: boolean, type: string): Json => ({
  name,
  in: place,
  required,
  schema: { type },
})
const pin = [{ operatorPin: [] }]

/** Of a change of settings. */
const configurationPath = () => ({
  get: {
    summary: "What became of the last change of a node's settings",
    parameters: [parameter('eui', 'path', true, 'string')],
    responses: { 200: answer('the change', 'Configuration'), 404: refused('no such change') },
  },
  post: {
    summary: "Change a node's settings over the air, all fields or none",
    security: pin,
    parameters: [parameter('eui', 'path', true, 'string')],
    requestBody: { required: true, content: content('ConfigurationRequest') },
    responses: {
      202: answer('kept; the node hears it after its next uplink', 'Configuration'),
      400: refused('bad body, or a number out of range'),
      401: refused('no PIN or a wrong one'),
      404: refused('no such node'),
      413: refused('body too large'),
      429: refused('too many wrong PINs'),
      503: refused('the store cannot write'),
    },
  },
})

/** Of updates over the air. */
const updatePaths = () => ({
  '/api/updates': {
    get: {
      summary: 'The last update of each node that ever had one',
      responses: { 200: answer('updates', 'Updates') },
    },
    post: {
      summary: 'Bring a release and name the nodes that are to have it, or all of its profile',
      security: pin,
      requestBody: { required: true, content: content('UpdateRequest') },
      responses: {
        202: answer('kept; each node is offered it after its next uplink', 'Updates'),
        400: refused('bad body; no ticket, a bad signature, or not the bundle of the ticket'),
        401: refused('no PIN or a wrong one'),
        404: refused('no such node'),
        409: refused('of another region or profile, not newer, by radio, or for nobody'),
        413: refused('body too large'),
        429: refused('too many wrong PINs'),
        503: refused('the store cannot write'),
      },
    },
  },
  '/api/updates/{eui}': {
    delete: {
      summary: 'Cancel an update that is queued or being sent',
      security: pin,
      parameters: [parameter('eui', 'path', true, 'string')],
      responses: {
        200: answer('cancelled; a node that is busy with it is told after its next uplink', 'Updates'),
        401: refused('no PIN or a wrong one'),
        404: refused('no such update'),
        429: refused('too many wrong PINs'),
        503: refused('the store cannot write'),
      },
    },
  },
})

const paths = (): Json => ({
  '/api/nodes': {
    get: { summary: 'All nodes as they are now', responses: { 200: answer('nodes', 'Nodes') } },
  },
  '/api/nodes/{eui}/readings': {
    get: {
      summary: "One quantity of one node over time, oldest first, at most the span's newest 20000",
      parameters: [
        parameter('eui', 'path', true, 'string'),
        parameter('quantity', 'query', true, 'string'),
        parameter('from', 'query', false, 'integer'),
        parameter('to', 'query', false, 'integer'),
      ],
      responses: {
        200: answer('points', 'Readings'),
        400: refused('bad query'),
        404: refused('no such node or quantity'),
      },
    },
  },
  '/api/nodes/{eui}/configuration': configurationPath(),
  '/api/lamps/{id}/command': {
    post: {
      summary: 'Command a lamp, or group:<name>, until a time',
      security: pin,
      parameters: [parameter('id', 'path', true, 'string')],
      requestBody: { required: true, content: content('LampCommandRequest') },
      responses: {
        202: answer('stored; the lamp hears it after its next uplink', 'LampCommand'),
        400: refused('bad body'),
        401: refused('no PIN or a wrong one'),
        404: refused('no such lamp'),
        410: refused('its time is over'),
        413: refused('body too large'),
        429: refused('too many wrong PINs'),
        503: refused('the store cannot write'),
      },
    },
  },
  ...updatePaths(),
  '/api/devices': {
    post: {
      summary: 'Register a device',
      security: pin,
      requestBody: { required: true, content: content('DeviceRequest') },
      responses: {
        201: answer('registered', 'Device'),
        400: refused('bad body'),
        401: refused('no PIN or a wrong one'),
        409: refused('registered with other data'),
        413: refused('body too large'),
        429: refused('too many wrong PINs'),
        503: refused('the store cannot write'),
      },
    },
  },
  '/api/events': {
    get: {
      summary: 'Server-sent events: `nodes` {nowMs, nodes that changed}, `tick` {nowMs}',
      responses: {
        200: { description: 'a stream', content: { 'text/event-stream': {} } },
        503: refused('too many listeners'),
      },
    },
  },
  '/api/status': {
    get: { summary: 'Counts since the start', responses: { 200: answer('counts', 'Status') } },
  },
})

export function openApiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'fieldnode gateway', version: '1', license: { name: 'MIT', identifier: 'MIT' } },
    paths: paths(),
    components: {
      securitySchemes: { operatorPin: { type: 'apiKey', in: 'header', name: 'x-operator-pin' } },
      schemas: {
        Nodes: component(schema.nodesAnswer, 'output'),
        Readings: component(schema.readingsAnswer, 'output'),
        ConfigurationRequest: component(schema.configurationRequest, 'input'),
        Configuration: component(schema.configurationAnswer, 'output'),
        UpdateRequest: component(schema.updateRequest, 'input'),
        Updates: component(schema.updatesAnswer, 'output'),
        LampCommandRequest: component(schema.lampCommandRequest, 'input'),
        LampCommand: component(schema.lampCommandAnswer, 'output'),
        DeviceRequest: component(schema.deviceRequest, 'input'),
        Device: component(schema.deviceAnswer, 'output'),
        Status: component(schema.statusAnswer, 'output'),
        Error: component(schema.errorAnswer, 'output'),
      },
    },
  }
}
