/** What the command line says, in both languages. Vietnamese where the environment's language is Vietnamese, else English. */
import { REGION_DEFAULT, REGIONS } from '../core/regions/index.ts'

const REGION_NAMES = REGIONS.map(({ name }) => name).join(' | ')

const en = {
  usage: 'Usage: fieldnode <command> [options]',
  moreHelp: 'fieldnode <command> --help says more about one command.',
  unknownCommand: (name: string) => `fieldnode: there is no command "${name}".`,
  commands: {
    demo: 'a simulated village with its gateway and its page, in accelerated time',
    gateway: 'the gateway: network server, filter, store and page in one process',
    sim: 'a simulated village as fast as the machine allows, with a summary',
    build: 'the firmware bundles of every board and profile',
    bench: 'measure packet sizes, codec speed or energy beside a baseline',
    energy: 'the energy of an uplink by a published model',
    airtime: 'how long a frame is in the air',
    provision: 'draw the keys of a new node and register it at the gateway',
    configure: 'change settings of a node over the air, through its gateway',
    upload: 'put a bundle on a node, read it back, start it and wait for its first packet',
    update: 'bring a signed bundle to nodes over the air, through their gateway',
    sign: 'sign a bundle for updates over the air; make and keep the key',
  },
  errors: {
    argument: (where: string, expected: string, got: string) =>
      `fieldnode: ${where}: expected ${expected}, got ${got}.`,
  },
  build: {
    help: [
      'Usage: fieldnode build [--region AS923-2] [--release 1] [--json]',
      `  --region  frequency plan of the bundles: ${REGION_NAMES}; ${REGION_DEFAULT} when left out`,
      '  --release number of the release, 1 to 4294967295: nodes take only higher ones over the air',
      '  --json    a line of JSON a bundle: board, profile, region, file, bytes, functions',
    ].join('\n'),
    made: (file: string, bytes: number, functions: number) =>
      `${file}: ${bytes} bytes, ${functions} functions`,
    loader: (file: string, bytes: number) => `${file}: ${bytes} bytes`,
    refused: (file: string, where: string, message: string, rule: string) =>
      `${where}: ${message} (${rule}; ${file} refused)`,
  },
  demo: {
    help: [
      'Usage: fieldnode demo [--port 8080] [--nodes 14] [--speed 60] [--seed 1]',
      '  --port   port of the page on this machine (0 takes any free port)',
      '  --nodes  nodes in the village, at least 12',
      '  --speed  virtual seconds a second',
      '  --seed   seed of weather, noise and radio',
    ].join('\n'),
    ready: (address: string) => `The village is at ${address}`,
    simulated: (nodes: number, speed: number) =>
      [
        `Simulated: ${nodes} nodes with their chips, radios and Wi-Fi, the weather, the soil and the river, one radio forwarder.`,
        `Real: the firmware's code, LoRaWAN with its keys, MQTT, UDP and TCP on this machine, the gateway, its store and the page.`,
        `The last 24 hours were computed first; from now on a second of yours is ${speed} s of the village.`,
      ].join('\n'),
    pin: (pin: string) => `The operator's PIN for the lamps: ${pin}`,
    stop: 'Ctrl-C ends it.',
    stopped: 'The village has stopped.',
    portTaken: (port: number) => `Port ${port} is taken; another one is used.`,
    noPage: 'The page is not built yet: run `npm run build`.',
  },
  gateway: {
    help: [
      'Usage: fieldnode gateway --data <folder> [--region AS923-2] [--http 127.0.0.1:8080] [--udp 127.0.0.1:1700] [--mqtt 127.0.0.1:1883] [--signer <file>]',
      '  --data    folder of the store and the keys; made when absent',
      `  --region  frequency plan: ${REGION_NAMES}; ${REGION_DEFAULT} when left out`,
      '  --http    address of the page and the API',
      '  --udp     address the radio forwarders send to',
      '  --mqtt    address the nodes with Wi-Fi connect to; without it there is no broker',
      '  --signer  public key of the releases (`fieldnode sign init` makes it): others are refused here; without it only the nodes check',
      "  The operator's PIN is read from the environment variable FIELDNODE_PIN at the first start and kept as a hash.",
    ].join('\n'),
    ready: (address: string, udp: string, mqtt: string | undefined) =>
      `The gateway's page is at ${address}; forwarders send to ${udp} (UDP)${mqtt ? `, nodes with Wi-Fi to ${mqtt} (MQTT)` : ''}.`,
    stopped: 'The gateway has stopped.',
    needsPin:
      "FIELDNODE_PIN is not set and the folder holds no PIN yet: lamps can't be switched from the page.",
  },
  sim: {
    help: [
      'Usage: fieldnode sim [--scenario village | commune] [--nodes 100] [--hours 24] [--seed 1] [--costs 1] [--region AS923-2] [--replay quantity=file.csv] [--json]',
      '  --nodes   1 to 2000',
      '  --hours   virtual hours, 2 or more; the last one takes no readings, so that queues drain',
      '  --seed    seed of weather, noise and radio: the same seed gives the same trace',
      '  --costs   times what a call costs the ESP32 by our estimate, 1 to 4',
      `  --region  frequency plan of nodes and gateway: ${REGION_NAMES}; ${REGION_DEFAULT} when left out`,
      '  --replay  a recorded series (CSV with the columns timestamp and value) in place of airTemperature, airHumidity, soilMoisture or waterLevel;',
      '            may be given once a quantity',
      '  --json    one line of JSON',
      '  Exit code 1: a reading was lost or is stored twice.',
    ].join('\n'),
    figures: {
      nodes: 'nodes',
      virtualHours: 'virtual hours',
      wallSeconds: 'wall seconds',
      readingsTaken: 'readings taken',
      readingsStored: 'readings stored',
      heldByNodes: 'still held by nodes',
      lost: 'lost',
      duplicated: 'stored twice',
      uplinksSent: 'uplinks sent',
      uplinksReceived: 'uplinks received',
      downlinks: 'downlinks',
      traceSha256: 'trace (SHA-256)',
    },
  },
  configure: {
    help: [
      'Usage: fieldnode configure --gateway <url> --node <devEui> [--interval <s>] [--samples <n>] [--soil-dry <mV>] [--soil-wet <mV>]',
      '                           [--height-mm <mm>] [--latitude <degrees>] [--longitude <degrees>]',
      '                           [--alarm-above-cm <cm>] [--alarm-rise-cm <cm>] [--alarm-within <min>] [--lamp-on <min>] [--lamp-off <min>]',
      '                           [--dark-from <hh:mm>] [--dark-to <hh:mm>] [--utc-offset <min>]',
      '       fieldnode configure --port tcp://host:port|serial-path [--patience 10] [any of these]   at the cable: keys stay, what came over the air does not',
      '  All that is given is changed together, or nothing. Without any of it: what became of the last change.',
      '  The operator PIN is read from FIELDNODE_PIN. Keys are changed at the cable only (fieldnode provision).',
    ].join('\n'),
    unreachable: (url: string, reason: string) => `fieldnode: configure: ${url} does not answer: ${reason}`,
    oneWay: 'either the cable or a gateway with its node',
    change: 'at least one setting to change',
    changed: (port: string) => `The settings of the node at ${port} are changed; it starts anew.`,
    noSettings: (port: string, what: string) =>
      `fieldnode: configure: the node at ${port} has no good settings (${what}): fieldnode provision writes them.`,
  },
  bench: {
    help: [
      'Usage: fieldnode bench packet|lorawan|energy|windows [--json] [--csv <file>]',
      '  packet   bytes of the codec on a series of nine quantities (--csv, default ../shared/data/packet-series.csv)',
      '  lorawan  frames a second, decode + MIC + decrypt, beside lora-packet in the same run',
      '  energy   mJ a wake and years on a cell, a line a profile: the firmware runs simulated days, times measured or remembered currents',
      '  windows  joins and downlinks that nodes hear when the interpreter is slower by a factor, a line a data rate; the last line is the limit',
    ].join('\n'),
    noFile: (file: string) => `fieldnode: bench packet: there is no file ${file}; name one with --csv.`,
    noBundle: (file: string) =>
      `fieldnode: bench energy: there is no ${file}, whose size is part of every wake; run \`npm run build\` first.`,
  },
}

export type Texts = typeof en

const vi: Texts = {
  usage: 'Cách dùng: fieldnode <lệnh> [tùy chọn]',
  moreHelp: 'fieldnode <lệnh> --help nói rõ hơn về một lệnh.',
  unknownCommand: (name) => `fieldnode: không có lệnh "${name}".`,
  commands: {
    demo: 'một xã mô phỏng với bộ tập trung và trang web, thời gian chạy nhanh',
    gateway: 'bộ tập trung: máy chủ mạng, bộ lọc, kho số liệu và trang web trong một tiến trình',
    sim: 'một xã mô phỏng chạy nhanh hết mức của máy, có bản tóm tắt',
    build: 'các gói phần mềm cho từng bo mạch và từng loại nút',
    bench: 'đo kích thước gói tin, tốc độ mã hóa hoặc năng lượng, bên cạnh một mốc so sánh',
    energy: 'năng lượng của một lần gửi theo một mô hình đã công bố',
    airtime: 'một khung phát sóng trong bao lâu',
    provision: 'tạo khóa cho nút mới và đăng ký nút với bộ tập trung',
    configure: 'đổi cài đặt của một nút qua vô tuyến, nhờ cổng của nó',
    upload: 'nạp phần mềm vào nút, đọc lại, khởi động và đợi gói tin đầu tiên',
    update: 'đưa gói phần mềm đã ký đến các nút từ xa, qua bộ tập trung',
    sign: 'ký gói phần mềm để cập nhật qua mạng; tạo và giữ khóa',
  },
  errors: {
    argument: (where, expected, got) => `fieldnode: ${where}: cần ${expected}, nhận được ${got}.`,
  },
  build: {
    help: [
      'Cách dùng: fieldnode build [--region AS923-2] [--release 1] [--json]',
      `  --region  quy hoạch tần số của các gói: ${REGION_NAMES}; không ghi thì là ${REGION_DEFAULT}`,
      '  --release số của bản phát hành, từ 1 đến 4294967295: qua mạng nút chỉ nhận bản có số cao hơn',
      '  --json    mỗi gói một dòng JSON: board, profile, region, file, bytes, functions',
    ].join('\n'),
    made: (file, bytes, functions) => `${file}: ${bytes} byte, ${functions} hàm`,
    loader: (file, bytes) => `${file}: ${bytes} byte`,
    refused: (file, where, message, rule) => `${where}: ${message} (${rule}; ${file} bị từ chối)`,
  },
  demo: {
    help: [
      'Cách dùng: fieldnode demo [--port 8080] [--nodes 14] [--speed 60] [--seed 1]',
      '  --port   cổng của trang web trên máy này (0: lấy cổng trống bất kỳ)',
      '  --nodes  số nút trong xã, ít nhất 12',
      '  --speed  số giây mô phỏng trong một giây thật',
      '  --seed   hạt giống của thời tiết, nhiễu và sóng vô tuyến',
    ].join('\n'),
    ready: (address) => `Xã mô phỏng ở địa chỉ ${address}`,
    simulated: (nodes, speed) =>
      [
        `Mô phỏng: ${nodes} nút với chip, sóng vô tuyến và Wi-Fi, thời tiết, đất và sông, một trạm chuyển tiếp.`,
        `Thật: phần mềm của nút, LoRaWAN với khóa riêng, MQTT, UDP và TCP trên máy này, bộ tập trung, kho số liệu và trang web.`,
        `24 giờ vừa qua đã được tính trước; từ giờ một giây của bạn là ${speed} giây ở xã.`,
      ].join('\n'),
    pin: (pin) => `Mã PIN của người vận hành đèn: ${pin}`,
    stop: 'Nhấn Ctrl-C để dừng.',
    stopped: 'Xã mô phỏng đã dừng.',
    portTaken: (port) => `Cổng ${port} đang bận; dùng cổng khác.`,
    noPage: 'Trang web chưa được dựng: chạy `npm run build`.',
  },
  gateway: {
    help: [
      'Cách dùng: fieldnode gateway --data <thư mục> [--region AS923-2] [--http 127.0.0.1:8080] [--udp 127.0.0.1:1700] [--mqtt 127.0.0.1:1883] [--signer <tệp>]',
      '  --data    thư mục của kho số liệu và khóa; tạo mới nếu chưa có',
      `  --region  quy hoạch tần số: ${REGION_NAMES}; không ghi thì là ${REGION_DEFAULT}`,
      '  --http    địa chỉ của trang web và API',
      '  --udp     địa chỉ nhận gói tin của trạm chuyển tiếp',
      '  --mqtt    địa chỉ để các nút Wi-Fi kết nối; không ghi thì không nhận MQTT',
      '  --signer  khóa công khai của các bản phát hành (`fieldnode sign init` tạo ra): bản ký bằng khóa khác bị từ chối ngay; không ghi thì chỉ các nút kiểm tra',
      '  Mã PIN của người vận hành lấy từ biến môi trường FIELDNODE_PIN ở lần chạy đầu và được lưu dưới dạng băm.',
    ].join('\n'),
    ready: (address, udp, mqtt) =>
      `Trang web của bộ tập trung ở ${address}; trạm chuyển tiếp gửi tới ${udp} (UDP)${mqtt ? `, nút Wi-Fi kết nối tới ${mqtt} (MQTT)` : ''}.`,
    stopped: 'Bộ tập trung đã dừng.',
    needsPin: 'Chưa có FIELDNODE_PIN và thư mục chưa lưu mã PIN: không thể bật tắt đèn từ trang web.',
  },
  sim: {
    help: [
      'Cách dùng: fieldnode sim [--scenario village | commune] [--nodes 100] [--hours 24] [--seed 1] [--costs 1] [--region AS923-2] [--replay đại-lượng=tệp.csv] [--json]',
      '  --nodes   từ 1 đến 2000',
      '  --hours   số giờ mô phỏng, ít nhất 2; giờ cuối không đo nữa để các nút gửi hết số liệu',
      '  --seed    hạt giống của thời tiết, nhiễu và sóng vô tuyến: cùng hạt giống thì cùng kết quả',
      '  --costs   nhân chi phí ước lượng của mỗi lời gọi trên ESP32, từ 1 đến 4',
      `  --region  quy hoạch tần số của các nút và bộ tập trung: ${REGION_NAMES}; không ghi thì là ${REGION_DEFAULT}`,
      '  --replay  chuỗi đã ghi (CSV có cột timestamp và value) thay cho airTemperature, airHumidity, soilMoisture hoặc waterLevel;',
      '            mỗi đại lượng một lần',
      '  --json    một dòng JSON',
      '  Mã thoát 1: có số đo bị mất hoặc bị lưu hai lần.',
    ].join('\n'),
    figures: {
      nodes: 'số nút',
      virtualHours: 'số giờ mô phỏng',
      wallSeconds: 'số giây thật',
      readingsTaken: 'số đo đã lấy',
      readingsStored: 'số đo đã lưu',
      heldByNodes: 'còn giữ ở các nút',
      lost: 'bị mất',
      duplicated: 'lưu hai lần',
      uplinksSent: 'gói đã gửi lên',
      uplinksReceived: 'gói đã nhận',
      downlinks: 'gói gửi xuống',
      traceSha256: 'dấu vết (SHA-256)',
    },
  },
  configure: {
    help: [
      'Cách dùng: fieldnode configure --gateway <url> --node <devEui> [--interval <s>] [--samples <n>] [--soil-dry <mV>] [--soil-wet <mV>]',
      '                               [--height-mm <mm>] [--latitude <độ>] [--longitude <độ>]',
      '                               [--alarm-above-cm <cm>] [--alarm-rise-cm <cm>] [--alarm-within <phút>] [--lamp-on <phút>] [--lamp-off <phút>]',
      '                               [--dark-from <giờ:phút>] [--dark-to <giờ:phút>] [--utc-offset <phút>]',
      '           fieldnode configure --port tcp://host:port|cổng-nối-tiếp [--patience 10] [các giá trị trên]   bằng cáp: khóa giữ nguyên, thay đổi qua mạng thì mất',
      '  Mọi giá trị được đổi cùng lúc, hoặc không đổi gì. Không có giá trị nào: cho biết lần đổi gần nhất ra sao.',
      '  PIN của người vận hành được đọc từ FIELDNODE_PIN. Khóa chỉ đổi được bằng cáp (fieldnode provision).',
    ].join('\n'),
    unreachable: (url, reason) => `fieldnode: configure: ${url} không trả lời: ${reason}`,
    oneWay: 'hoặc cáp, hoặc bộ tập trung cùng với nút',
    change: 'ít nhất một giá trị cần đổi',
    changed: (port) => `Đã đổi cài đặt của nút ở ${port}; nút khởi động lại.`,
    noSettings: (port, what) =>
      `fieldnode: configure: nút ở ${port} không có cài đặt dùng được (${what}): hãy ghi bằng fieldnode provision.`,
  },
  bench: {
    help: [
      'Cách dùng: fieldnode bench packet|lorawan|energy|windows [--json] [--csv <tệp>]',
      '  packet   số byte của bộ mã hóa trên chuỗi chín đại lượng (--csv, mặc định ../shared/data/packet-series.csv)',
      '  lorawan  số khung mỗi giây, giải mã + MIC + giải mật, bên cạnh lora-packet trong cùng lần chạy',
      '  energy   mJ mỗi lần thức và số năm với một viên pin, mỗi loại nút một dòng: phần mềm chạy nhiều ngày mô phỏng, nhân với bảng dòng điện',
      '  windows  số lần gia nhập và gói tin xuống mà nút nghe được khi trình thông dịch chậm hơn, mỗi tốc độ một dòng; dòng cuối là giới hạn',
    ].join('\n'),
    noFile: (file) => `fieldnode: bench packet: không có tệp ${file}; chỉ ra tệp bằng --csv.`,
    noBundle: (file) =>
      `fieldnode: bench energy: không có ${file}, mà kích thước của nó có trong mỗi lần thức; hãy chạy \`npm run build\` trước.`,
  },
}

const language = process.env['FIELDNODE_LANG'] ?? process.env['LANG'] ?? ''

/** The texts in the language of the environment (FIELDNODE_LANG, else LANG). */
export const texts: Texts = language.startsWith('vi') ? vi : en
