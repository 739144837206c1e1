/** ESP32-DevKitC: the plain board of Espressif, and the many like it, for about 5 EUR. No LoRa radio: its Wi-Fi is the link.
 *  Source: ESP32-DevKitC V4 getting started guide (pin header); ESP32 datasheet (pin list, strapping pins); Espruino boards/ESP32.py.
 *
 *  Taken on the board: 1, 3 console; 6-11 the chip's own flash. 0, 2, 5, 12, 15 are strapping pins: a relay or a sensor on them can keep the chip
 *  from starting. 16 and 17 belong to the PSRAM of boards with a WROVER module, so nothing is put there. While Wi-Fi is on, analog reads work on ADC1
 *  (32-39) only.
 *  - battery 35, soilProbe 36: on ADC1, inputs only. The battery's divider (two equal resistors of 100k or more) is not on the board.
 *  - trigger 25, echo 34: an echo needs no pull; JSN-SR04T answers with 5 V, so its echo comes through a divider (10k over 20k).
 *  - relay 26: not driven by the ROM at reset (a pull-down resistor at the relay's input holds it off until the node decides).
 *  - relaySense 39: reads back the relay's output through an optocoupler; input only. 39 and 36 give short false edges when the chip's ADC powers up
 *    (errata 3.11): both are read by level, none is watched. */
import type { WifiBoard } from '../firmware/board.ts'

export const esp32Devkit: WifiBoard = {
  name: 'esp32-devkit',
  mcu: 'esp32',
  link: 'mqtt',
  i2c: { data: 21, clock: 22, frequencyHz: 100_000 },
  battery: { pin: 35, dividerPerMille: 2000 },
  mount: { soilProbe: 36, trigger: 25, echo: 34, relay: 26, relaySense: 39 },
  flash: { address: 0x310000, size: 65_536, sectorSize: 4096 },
  budgets: { bundleBytes: 70_000, functions: 180, peakVariables: 1_800 },
}
