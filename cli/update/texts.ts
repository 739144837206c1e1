/** What `fieldnode update` says, in both languages; chosen as in cli/texts.ts. */
import type { UpdateView } from '../../gateway/api/types.ts'

const en = {
  help: [
    'Usage: fieldnode update --gateway <url> --bundle <file> --ticket <file> --node <devEui> [--node <devEui> ...] | --all',
    '       fieldnode update --gateway <url> --cancel --node <devEui> [--node <devEui> ...]',
    '       fieldnode update --gateway <url> --status [--json]',
    '  --bundle   what `fieldnode build` made, as it was signed',
    '  --ticket   what `fieldnode sign` made of it',
    '  --node     the node that is to have it; may be given several times',
    '  --all      all nodes with Wi-Fi of its profile that do not run it; a node of another board refuses it itself',
    '  --pin      the operator PIN; better in the environment variable FIELDNODE_PIN, where no list of processes shows it',
    '  --status   what became of the last update of each node',
    '  --json     one line of JSON a node',
    '  Exit codes: 0 taken, 1 refused or out of reach, 2 called wrongly.',
  ].join('\n'),
  expects: {
    url: 'the address of a gateway',
    file: 'a file that is there and not empty',
    pin: 'the operator PIN, there or in FIELDNODE_PIN',
    node: '16 hex digits',
    nodes: '--node or --all',
    oneThing: '--bundle and --ticket, --cancel or --status, one of them',
  },
  nothing: 'nothing',
  unreachable: (url: string, reason: string) => `fieldnode: update: ${url} does not answer: ${reason}`,
  refused: (where: string, expected: string, got: string) =>
    `fieldnode: update: refused: ${where}: expected ${expected}, got ${got}`,
  none: 'No node ever had an update.',
  row: (eui: string, name: string, version: number, state: string) =>
    `${eui}  ${name}: version ${version}, ${state}`,
  states: {
    queued: () => 'waits for its next uplink',
    sending: ({ received, pieces }) => `sending, ${received} of ${pieces}`,
    verified: () => 'verified, about to start',
    running: () => 'running',
    rolledBack: ({ reason, running }) => `rolled back to ${running ?? '?'} (${reason})`,
    refused: ({ reason, running }) => `refused (${reason}), runs ${running ?? '?'}`,
    cancelled: () => 'cancelled',
  } satisfies Record<UpdateView['state'], (update: UpdateView) => string> as Record<
    UpdateView['state'],
    (update: UpdateView) => string
  >,
}

export type UpdateTexts = typeof en

const vi: UpdateTexts = {
  help: [
    'Cách dùng: fieldnode update --gateway <url> --bundle <tệp> --ticket <tệp> --node <devEui> [--node <devEui> ...] | --all',
    '           fieldnode update --gateway <url> --cancel --node <devEui> [--node <devEui> ...]',
    '           fieldnode update --gateway <url> --status [--json]',
    '  --bundle   gói phần mềm do `fieldnode build` tạo, đúng như lúc ký',
    '  --ticket   bản kê đã ký do `fieldnode sign` tạo cho gói đó',
    '  --node     nút cần cập nhật; có thể ghi nhiều lần',
    '  --all      mọi nút Wi-Fi thuộc loại của gói mà chưa chạy bản này; nút có bo mạch khác sẽ tự từ chối',
    '  --pin      mã PIN của người vận hành; nên đặt trong biến môi trường FIELDNODE_PIN để danh sách tiến trình không lộ mã',
    '  --status   lần cập nhật gần nhất của mỗi nút ra sao',
    '  --json     mỗi nút một dòng JSON',
    '  Mã thoát: 0 đã nhận, 1 bị từ chối hoặc không liên lạc được, 2 gọi sai cách.',
  ].join('\n'),
  expects: {
    url: 'địa chỉ của bộ tập trung',
    file: 'một tệp đã có và không rỗng',
    pin: 'mã PIN của người vận hành, ở đây hoặc trong FIELDNODE_PIN',
    node: '16 chữ số thập lục phân',
    nodes: '--node hoặc --all',
    oneThing: '--bundle và --ticket, --cancel hoặc --status, chỉ một trong số đó',
  },
  nothing: 'không có gì',
  unreachable: (url, reason) => `fieldnode: update: ${url} không trả lời: ${reason}`,
  refused: (where, expected, got) =>
    `fieldnode: update: bị từ chối: ${where}: cần ${expected}, nhận được ${got}`,
  none: 'Chưa nút nào được cập nhật.',
  row: (eui, name, version, state) => `${eui}  ${name}: phiên bản ${version}, ${state}`,
  states: {
    queued: () => 'chờ lần gửi tới của nút',
    sending: ({ received, pieces }) => `đang gửi, ${received}/${pieces}`,
    verified: () => 'đã kiểm tra xong, sắp chạy',
    running: () => 'đang chạy',
    rolledBack: ({ reason, running }) => `đã quay lại bản ${running ?? '?'} (${reason})`,
    refused: ({ reason, running }) => `bị nút từ chối (${reason}), đang chạy bản ${running ?? '?'}`,
    cancelled: () => 'đã hủy',
  },
}

const language = process.env['FIELDNODE_LANG'] ?? process.env['LANG'] ?? ''

export const updateTexts: UpdateTexts = language.startsWith('vi') ? vi : en
