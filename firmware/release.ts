/** Which release this program is: a node takes no update that is not above it. A build of release 7 puts 7 in its place, and behind the bundle. */
export const RELEASE = 1
export const RELEASE_MAX = 0xffffffff
