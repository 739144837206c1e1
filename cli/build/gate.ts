/** The last look at a bundle before it goes to a board. */
export interface Finding {
  rule: string
  file: string
  line: number
  message: string
}
export function gate(_code: string, _map: string): Finding[] {
  return []
}
