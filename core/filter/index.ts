/** The anomaly filter: one step a reading, parameters a row a quantity. */
export { filterStep, hasMemory, TEST } from './filter.ts'
export { flatLimit } from './flat.ts'
export { filterRow, type FilterRow } from './row.ts'
export { FILTER_WORDS } from './state.ts'
export { stepLimit } from './step.ts'
