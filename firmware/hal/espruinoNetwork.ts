/** Wi-Fi and TCP on an ESP32 that runs Espruino: the part of the Hal that only boards without a LoRa radio use; the build leaves it out of other bundles.
 *  Source: Espruino 2v29, libs/network: jswrap_wifi.c, esp32/jswrap_esp32_network.c, jswrap_net.c, socketserver.c.
 *  What was read there: `connect` of Wi-Fi calls back once, with null or with the reason of its last failure, after up to three attempts. `setIP` has its
 *  callback's argument the wrong way round, and stops the DHCP server where it would have to stop the client, so that the address it is given may not be
 *  taken: nobody relies on it, since the address in use is read afterwards. `net.connect` throws where there is no network or the connection is refused at
 *  once; texts carry bytes, one character each. */
import type { Engine, Require } from './espruinoGlobals.d.ts'
import type { Network } from './network.ts'

declare const E: Engine
declare const require: Require

/** A lease is the address, the mask and the router, in dots, with spaces between them. */
export const espruinoNetwork: Network = {
  settings: () => {
    const stored = require('Storage').readArrayBuffer('wifi')
    return stored && new Uint8Array(new Uint8Array(stored))
  },
  join: (ssid, password, lease, done) => {
    const wifi = require('Wifi')
    const parts = lease.split(' ')
    try {
      if (lease) wifi.setIP({ ip: parts[0]!, netmask: parts[1]!, gw: parts[2]! }, () => {})
      wifi.connect(ssid, { password }, (error) => {
        if (error) return done(undefined)
        const address = wifi.getIP()
        done(address.ip + ' ' + address.netmask + ' ' + address.gw)
      })
    } catch {
      done(undefined)
    }
  },
  leave: () => require('Wifi').disconnect(),
  connect: (host, port, events) => {
    try {
      const socket = require('net').connect({ host, port }, () => events.opened())
      socket.on('data', (text) => events.received(new Uint8Array(E.toArrayBuffer(text!))))
      socket.on('close', () => events.closed())
      return {
        write: (bytes) => {
          try {
            socket.write(E.toString(bytes))
          } catch {
            // It has just closed: the event that says so is on its way.
          }
        },
        end: () => socket.end(),
      }
    } catch {
      return undefined
    }
  },
}
