/** The driver of the SX1276 on the register-level model of its chip, which was written from the datasheet without a look at the driver. */
import { SX1276 } from './board.ts'
import { radioContract } from './radioContract.ts'

radioContract(SX1276)
