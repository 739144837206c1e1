/** ESP32-DevKitC: the plain board of Espressif, and the many like it, for about 5 EUR. No LoRa radio: its Wi-Fi is the link.
 *  Source: ESP32-DevKitC V4 getting started guide (pin header); ESP32 datasheet (pin list, strapping pins); Espruino boards/ESP32.py and
 *  targets/esp32/jshardware.c.
 *
 *  Taken on the board: 1, 3 console; 6-11 the chip's own flash. 0, 2, 5, 12, 15 are strapping pins: a relay or a sensor on them can keep the chip
 *  from starting. 16 and 17 belong to the PSRAM of boards with a WROVER module, so nothing is put there. While Wi-Fi is on, analog reads work on ADC1
 *  (32-39) only.
 *  - rail 4: high feeds the soil probe and the JSN-SR04T (the SHT31, 0.2 uA asleep, stays on 3.3 V: its bus would feed it anyway). A sensor that takes
 *    under 12 mA, as the soil probe with its 5 mA, hangs on the pin itself; the JSN-SR04T (30 mA) on a load switch whose enable is high, or on a high-side
 *    P-MOSFET with a small N-MOSFET at its gate, at the pin both, and with the supply that its version takes (2.0:
 *    5 V, 3.0: from 3.0 V). 4.7k from the pin to ground, since the ESP32 lets go of the pin in deep sleep. 4 is not
 *    among the pins that Espruino pulls up at its start.
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
  mount: { rail: 4, soilProbe: 36, trigger: 25, echo: 34, relay: 26, relaySense: 39 },
  flash: { address: 0x310000, size: 65_536, sectorSize: 4096 },
  budgets: { bundleBytes: 68_000, functions: 180, peakVariables: 1_800 },
}
