/** The plugin. */
export const espruino = { rules: {} }
