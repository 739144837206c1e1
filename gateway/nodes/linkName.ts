/** How a device reaches its gateway: over the air, or by Wi-Fi and the broker. */
export type LinkName = 'lorawan' | 'mqtt'
