/** What a node may ask of a board that has Wi-Fi: an access point and TCP connections. Implementations: espruinoNetwork.ts (the board) and sim/tcp.ts
 *  (the simulator, over real sockets); tests have one in memory. Nothing here blocks; what takes time has a callback, and a callback that never comes is
 *  the caller's to time. */

/** What comes in on a connection. */
export interface SocketEvents {
  /** The other side has accepted. */
  opened(): void
  /** 1 byte or more, as they come: the beginnings and ends of what was written are not kept. */
  received(bytes: Uint8Array): void
  /** Over, or never begun; nothing comes after it. */
  closed(): void
}

export interface Socket {
  /** Hands bytes over; they go out when the program next waits. */
  write(bytes: Uint8Array): void
  /** Sends what was written, then closes. What still comes in is for nobody. */
  end(): void
}

export interface Network {
  /** The record a technician wrote with `fieldnode provision` (core/networkSettings.ts), or undefined. */
  settings(): Uint8Array | undefined
  /** Joins an access point. `lease` is what an earlier join gave to `done`, which saves asking for an address (about 2 s), or ''. `done` is called at most
   *  once: with the lease in use, or with undefined when the access point refuses. */
  join(ssid: string, password: string, lease: string, done: (lease: string | undefined) => void): void
  /** Turns Wi-Fi off. */
  leave(): void
  /** Opens a TCP connection; undefined when there is no way even to try. */
  connect(host: string, port: number, events: SocketEvents): Socket | undefined
}
