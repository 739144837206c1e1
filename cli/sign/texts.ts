/** What `fieldnode sign` says, in both languages; chosen as in cli/texts.ts. */
import type { TicketError } from '../../core/update/ticket.ts'
import type { SignFault } from './fault.ts'

const en = {
  help: [
    'Usage: fieldnode sign init --key <folder>',
    '       fieldnode sign --key <folder> --board <board> --profile <profile> --version <n> --out <file> [--region AS923-2] [--bundle <file>]',
    '       fieldnode sign verify <file> --public <file> [--bundle <file>]',
    '       fieldnode sign adopt --key <folder> --from <leaf>',
    '  init       makes a key of 1,024 signatures: private.key, public.key and used in a folder that is new or empty',
    '  --version  1 to 4294967295; a node takes only what is newer than what it runs',
    '  --out      the signed manifest, 2,601 bytes, a new file; the bundle itself stays as it is',
    '  --bundle   without it, dist/firmware/<board>-<profile>.js',
    '  verify     whether the file was signed with the key, what it says, and whether it is of the bundle',
    '  adopt      go on with a key that was moved to this machine or brought back from a copy; <leaf> has to be above',
    '             the leaf of every signature that was ever made with it (verify prints it): one leaf used twice gives the key away',
    '  This machine keeps a record of the used leaves in FIELDNODE_STATE (else ~/.local/state/fieldnode).',
  ].join('\n'),
  expects: {
    folder: 'a folder',
    file: 'a file',
    newFile: 'a file that does not exist yet, in a folder that does',
    bundle: 'a bundle of 1 to 1,048,576 bytes',
    publicKey: 'a public key that `fieldnode sign init` has made',
    version: 'a whole number from 1 to 4294967295',
    release: (number: number) => `${number}, as the bundle was built (fieldnode build --release)`,
    oneOf: (names: readonly string[]) => names.join(' | '),
    action: 'init, verify, adopt or nothing',
  },
  nothing: 'nothing',
  made: (folder: string, signatures: number) =>
    `A key of ${signatures} signatures was made in ${folder}. Nodes need public.key; keep private.key secret and in one place.`,
  signed: (file: string, leaf: number, left: number) =>
    `${file} is signed with leaf ${leaf}; ${left} signatures are left.`,
  fewLeft: 'Few signatures are left: make a new key, and send its public key to the nodes with one of them.',
  adopted: (from: number) => `This machine goes on with leaf ${from}.`,
  valid: (board: string, profile: string, region: string, version: number, bytes: number, leaf: number) =>
    `Signed: board ${board}, profile ${profile}, region ${region}, version ${version}, ${bytes} bytes, leaf ${leaf}.`,
  ofBundle: (file: string) => `${file} is the signed bundle.`,
  notOfBundle: (file: string) => `${file} is not the signed bundle.`,
  failed: (what: string, detail: string) => `fieldnode sign: ${what} (${detail}).`,
  faults: {
    exists: 'there is something already',
    noKey: 'the folder holds no private key',
    readable: 'others than its owner may read the private key; see who has, then `chmod 600`',
    damaged: 'the private key is not what was written',
    unwitnessed:
      'this machine keeps no record of the key: was it moved here? `fieldnode sign adopt` goes on with it',
    restored:
      'the folder lacks a leaf that this machine knows to be used: it is an older copy. Bring the newer one back, or see `fieldnode sign adopt`',
    exhausted: 'every signature of the key is used: make a new key',
    used: 'a leaf is used that should be free',
    downgrade: 'this version or a later one was signed already for another bundle',
    selfCheck: 'the signature that was made is not good: is the machine in order? its leaf is used',
    disk: 'the system refused',
  } satisfies Record<SignFault, string>,
  refusals: {
    keyLength: 'the public key has a wrong length',
    keyType: 'the public key is of an unknown kind',
    length: 'the signature has a wrong length',
    type: 'the signature is of another kind than the key',
    leaf: 'the signature names a leaf that no key has',
    wrong: 'the signature was not made with this key over this manifest',
    short: 'the file is too short',
    long: 'the manifest is too long',
    format: 'the manifest is of an unknown format',
    version: 'the manifest has no good version',
    board: 'the manifest has no good board',
    profile: 'the manifest has no good profile',
    region: 'the manifest has no good region',
    bundleBytes: 'the manifest has no good length of its bundle',
    digest: 'the manifest has no good digest',
  } satisfies Record<TicketError, string>,
}

export type SignTexts = typeof en

const vi: SignTexts = {
  help: [
    'Cách dùng: fieldnode sign init --key <thư mục>',
    '           fieldnode sign --key <thư mục> --board <bo mạch> --profile <loại nút> --version <n> --out <tệp> [--region AS923-2] [--bundle <tệp>]',
    '           fieldnode sign verify <tệp> --public <tệp> [--bundle <tệp>]',
    '           fieldnode sign adopt --key <thư mục> --from <lá>',
    '  init       tạo khóa có 1.024 chữ ký: private.key, public.key và used trong một thư mục mới hoặc trống',
    '  --version  từ 1 đến 4294967295; nút chỉ nhận bản mới hơn bản đang chạy',
    '  --out      bản kê đã ký, 2.601 byte, một tệp mới; gói phần mềm giữ nguyên',
    '  --bundle   nếu không có thì lấy dist/firmware/<bo mạch>-<loại nút>.js',
    '  verify     tệp có được ký bằng khóa này không, nội dung là gì, và có đúng gói phần mềm không',
    '  adopt      dùng tiếp khóa đã chuyển sang máy này hoặc lấy lại từ bản sao; <lá> phải lớn hơn lá của mọi chữ ký',
    '             từng được tạo bằng khóa (verify in ra số lá): dùng một lá hai lần là lộ khóa',
    '  Máy này ghi các lá đã dùng trong FIELDNODE_STATE (nếu không có thì ~/.local/state/fieldnode).',
  ].join('\n'),
  expects: {
    folder: 'một thư mục',
    file: 'một tệp',
    newFile: 'một tệp chưa tồn tại, trong thư mục đã có',
    bundle: 'gói phần mềm từ 1 đến 1.048.576 byte',
    publicKey: 'khóa công khai do `fieldnode sign init` tạo ra',
    version: 'số nguyên từ 1 đến 4294967295',
    release: (number) => `${number}, như khi tạo gói (fieldnode build --release)`,
    oneOf: (names) => names.join(' | '),
    action: 'init, verify, adopt hoặc không có gì',
  },
  nothing: 'không có gì',
  made: (folder, signatures) =>
    `Đã tạo khóa có ${signatures} chữ ký trong ${folder}. Các nút cần public.key; giữ kín private.key và chỉ ở một nơi.`,
  signed: (file, leaf, left) => `${file} đã được ký bằng lá ${leaf}; còn ${left} chữ ký.`,
  fewLeft:
    'Còn ít chữ ký: hãy tạo khóa mới và dùng một chữ ký còn lại để gửi khóa công khai mới đến các nút.',
  adopted: (from) => `Máy này dùng tiếp từ lá ${from}.`,
  valid: (board, profile, region, version, bytes, leaf) =>
    `Đã ký: bo mạch ${board}, loại nút ${profile}, vùng ${region}, phiên bản ${version}, ${bytes} byte, lá ${leaf}.`,
  ofBundle: (file) => `${file} đúng là gói phần mềm đã ký.`,
  notOfBundle: (file) => `${file} không phải gói phần mềm đã ký.`,
  failed: (what, detail) => `fieldnode sign: ${what} (${detail}).`,
  faults: {
    exists: 'ở đó đã có dữ liệu',
    noKey: 'thư mục không có khóa bí mật',
    readable: 'người khác ngoài chủ sở hữu đọc được khóa bí mật; hãy xem ai đã đọc, rồi chạy `chmod 600`',
    damaged: 'khóa bí mật khác với khóa đã ghi',
    unwitnessed:
      'máy này không có ghi chép về khóa: khóa được chuyển đến đây? dùng tiếp bằng `fieldnode sign adopt`',
    restored:
      'thư mục thiếu một lá mà máy này biết là đã dùng: đây là bản sao cũ. Hãy lấy lại bản mới hơn, hoặc xem `fieldnode sign adopt`',
    exhausted: 'mọi chữ ký của khóa đã dùng hết: hãy tạo khóa mới',
    used: 'một lá lẽ ra còn trống thì đã dùng',
    downgrade: 'phiên bản này hoặc phiên bản sau đã được ký cho gói khác',
    selfCheck: 'chữ ký vừa tạo không đúng: máy có hoạt động tốt không? lá của nó đã dùng',
    disk: 'hệ thống từ chối',
  },
  refusals: {
    keyLength: 'khóa công khai có độ dài sai',
    keyType: 'khóa công khai thuộc loại không biết',
    length: 'chữ ký có độ dài sai',
    type: 'chữ ký khác loại với khóa',
    leaf: 'chữ ký nêu một lá không có trong khóa',
    wrong: 'chữ ký không do khóa này tạo cho bản kê này',
    short: 'tệp quá ngắn',
    long: 'bản kê quá dài',
    format: 'bản kê có định dạng không biết',
    version: 'bản kê không có phiên bản hợp lệ',
    board: 'bản kê không có bo mạch hợp lệ',
    profile: 'bản kê không có loại nút hợp lệ',
    region: 'bản kê không có vùng tần số hợp lệ',
    bundleBytes: 'bản kê không có độ dài gói hợp lệ',
    digest: 'bản kê không có mã băm hợp lệ',
  },
}

const language = process.env['FIELDNODE_LANG'] ?? process.env['LANG'] ?? ''

export const signTexts: SignTexts = language.startsWith('vi') ? vi : en
