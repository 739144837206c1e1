/** Which release this program is: a node takes no update that is not above it. The build puts the number of `fieldnode build --release` in its place. */
export const RELEASE = 1
