/** TTGO LoRa32 V2.1 (LilyGO T3 V1.6): ESP32 with an SX1276, made in great numbers and sold for about 12 EUR.
 *  Source: arduino-esp32 variants/ttgo-lora32-v21new/pins_arduino.h; ESP32 datasheet (pin list, strapping pins); Espruino boards/ESP32.py and
 *  targets/esp32/jshardware.c; LilyGO's page of the LoRa32 V1.6.1 (its chip is an ESP32-PICO-D4, its LED at 25 lights when the pin is high); ESP32-PICO-D4
 *  datasheet 2.2, note 2 (16 and 17 belong to the flash inside; who sets them up as pins brings the chip down, espressif/esp-idf issue 4491).
 *
 *  Taken on the board: 5, 18, 19, 23, 26, 27 radio; 21, 22 I2C and OLED; 25 LED; 2, 13, 14, 15 SD card; 35 battery; 1, 3 console; 6-11, 16, 17 the
 *  chip's own flash; 32, 33 the radio's DIO2 and DIO1.
 *  0, 2, 5, 12, 15 are strapping pins: a relay or a sensor on them can keep the chip from starting.
 *  That leaves as outputs 4, 25 with its LED, and 13 and 14 while no SD card is in its slot; 34, 36, 39 can only be inputs (no pull-ups).
 *  - rail 25: high feeds the soil probe and the JSN-SR04T (the SHT31, 0.2 uA asleep, stays on 3.3 V: its bus would feed it anyway). A sensor that takes
 *    under 12 mA, as the soil probe with its 5 mA, hangs on the pin itself; the JSN-SR04T (30 mA) on a load switch whose enable is high, or on a high-side
 *    P-MOSFET with a small N-MOSFET at its gate, at the pin both, and with the supply that its version takes (2.0:
 *    5 V, 3.0: from 3.0 V). 4.7k from the pin to ground: in deep sleep the ESP32 lets go of the pin, and from a
 *    start until the first sample Espruino pulls 25 to 27 up with some 45k, of which 4.7k leave 0.3 V. The board's LED shows that the rail is on.
 *  - soilProbe 36: analog reads work on ADC1 (32-39) only, and 36 is free of any digital use.
 *  - trigger 14, echo 34: an echo needs no pull; JSN-SR04T answers with 5 V, so its echo comes through a divider (10k over 20k).
 *  - relay 4: not driven by the ROM at reset (a pull-down resistor at the relay's input holds it off until the node decides).
 *  - relaySense 39: reads back the relay's output through an optocoupler; input only, so it can never drive what it measures.
 *    39 and 36 give short false edges when the chip's ADC powers up (errata 3.11): both are read by level, none is watched. */
import type { LoraBoard, Sx1276Pins } from '../firmware/board.ts'
import { Sx1276 } from '../firmware/radio/sx1276.ts'

export const ttgoLora32V21: LoraBoard<Sx1276Pins> = {
  name: 'ttgo-lora32-v21',
  mcu: 'esp32',
  link: 'lorawan',
  i2c: { data: 21, clock: 22, frequencyHz: 100_000 },
  spi: { clock: 5, miso: 19, mosi: 27, frequencyHz: 8_000_000 },
  radio: { chip: 'sx1276', select: 18, reset: 23, interrupt: 26, powerDbmMax: 17 },
  openRadio: (hal, pins) => new Sx1276(hal, pins),
  battery: { pin: 35, dividerPerMille: 2000 },
  mount: { rail: 25, soilProbe: 36, trigger: 14, echo: 34, relay: 4, relaySense: 39 },
  flash: { address: 0x310000, size: 65_536, sectorSize: 4096 },
  budgets: { bundleBytes: 60_000, functions: 180, peakVariables: 1_800 },
}
