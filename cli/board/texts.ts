/** What `fieldnode provision` and `fieldnode upload` say, in both languages; chosen as in cli/texts.ts. */
import type { BoardFault } from './error.ts'

const en = {
  faults: {
    port: 'the port cannot be opened',
    noAnswer:
      'nothing at the port answers as Espruino does (is it the right port? a sleeping node answers after its reset button)',
    closed: 'the port was closed in the middle of the work',
    noSpace: "the board's Storage has no room",
    write: 'the board did not take a piece',
    crc: 'what was read back is not what was written; the damaged file was erased',
    silent: 'the program was started but sent no packet in time',
    program: 'the program stopped with an error',
  } satisfies Record<BoardFault, string>,
  failed: (command: string, what: string, detail: string) => `fieldnode ${command}: ${what} (${detail}).`,
  tryingAgain: (what: string, detail: string) => `${what} (${detail}). Trying again.`,
  upload: {
    help: [
      'Usage: fieldnode upload --port tcp://host:port|serial-path [--profile soil] [--board ttgo-lora32-v21] [bundle.js]',
      '  bundle.js        a bundle; without it, dist/firmware/<board>-<profile>.js',
      '  --patience       seconds the board may take to answer (10)',
      '  --packet-wait    seconds to wait for the first packet (120); 0 does not wait',
    ].join('\n'),
    expectsBundle: 'a bundle that `npm run build` has made',
    connected: (port: string) => `Connected to ${port}.`,
    progress: (written: number, total: number) => `${written} of ${total} bytes`,
    verified: (bytes: number, crc: string) =>
      `${bytes} bytes written and read back, CRC-32 ${crc}. Starting.`,
    line: (line: string) => `  | ${line}`,
    packet: 'The node has sent its first packet.',
    noSettings: 'The program runs, but the node has no settings yet: run `fieldnode provision`.',
    started: 'The program was started.',
  },
  provision: {
    help: [
      'Usage: fieldnode provision --name <name> --profile soil|air|gauge|light --latitude <deg> --longitude <deg> [options]',
      '  --port <port>            write the settings to the board at tcp://host:port or a serial path',
      '  --out <file>             write them to a file instead (mode 0600); one of the two is needed',
      "  --gateway <url>          register the device there; the operator's PIN is taken from FIELDNODE_PIN",
      '  --dev-eui, --join-eui    16 hexadecimal digits; the first is drawn when left out, the second is 0',
      "  --interval <seconds>     between two samples; 0 leaves the profile's own",
      "  --samples <count>        samples an uplink; 0 leaves the profile's own",
      '  --soil-dry, --soil-wet   millivolts of the probe in dry air and in water (soil)',
      '  --height-mm <mm>         the sensor above the datum (gauge)',
      "  --alarm-above-cm, --alarm-rise-cm, --alarm-within <min>   level, and rise within so long, that is an alarm; 0 leaves the profile's own (gauge)",
      '  --lamp <id> --group <name>   what the page calls the lamp and its group (light)',
      '  --lamp-on, --lamp-off <min>  lit so long after sunset, until so long after sunrise; negative: before (light)',
      '  --dark-from, --dark-to <hh:mm>   dark between these times of the night, at most ten hours (light)',
      '  --utc-offset <min>       of the local time (420)',
      '  --ssid <name> --wifi-password <password> --broker <host[:port]>   access point and gateway of a node with Wi-Fi;',
      '                           an address in numbers lets it keep its own address (1883)',
      '  --abp                    a node that never joins; its session is drawn, or given by --dev-addr <8 hex digits>,',
      '                           --nwk-s-key and --app-s-key <32 hex digits>; no session serves a second node, nor a second time',
      '  A negative number is joined to its option: --latitude=-10.5',
    ].join('\n'),
    expects: {
      needed: 'a value',
      abp: '--abp beside an address or keys of a session',
      fits: 'a value that agrees with the others',
      portOrOut: 'one of --port and --out',
      hex: (digits: number) => `${digits} hexadecimal digits`,
      degrees: (max: number) => `degrees from -${max} to ${max} with at most 4 decimals`,
      url: 'http://host:port or https://host',
      pin: "the operator's PIN",
      newFile: 'a file that does not exist yet',
      ssid: 'a name of 1 to 32 bytes',
      wifiPassword: 'nothing, or 8 to 63 bytes',
      broker: 'host or host:port; an IPv4 address or a name',
    },
    nothing: 'nothing',
    exists: 'a file that exists',
    cannotWrite: 'the settings cannot be written',
    written: (where: string) => `Settings written to ${where}.`,
    registered: (devEui: string, gateway: string) => `Device ${devEui} is registered at ${gateway}.`,
    notRegistered: (devEui: string) => `Device ${devEui} is not registered at any gateway (no --gateway).`,
    refused: (where: string, expected: string, got: string) =>
      `fieldnode provision: the gateway refused: ${where}: expected ${expected}, got ${got}.`,
    unreachable: (gateway: string, reason: string) =>
      `fieldnode provision: no answer from ${gateway} (${reason}).`,
    again: 'The settings on the node are not known to the gateway: run the command again.',
  },
}

export type BoardTexts = typeof en

const vi: BoardTexts = {
  faults: {
    port: 'không mở được cổng',
    noAnswer:
      'ở cổng này không có Espruino trả lời (có đúng cổng không? nút đang ngủ chỉ trả lời sau khi nhấn nút reset)',
    closed: 'cổng bị đóng giữa chừng',
    noSpace: 'bộ nhớ Storage của bo mạch không còn chỗ',
    write: 'bo mạch không nhận một đoạn dữ liệu',
    crc: 'dữ liệu đọc lại khác dữ liệu đã ghi; tệp hỏng đã được xóa',
    silent: 'chương trình đã chạy nhưng không gửi gói tin nào trong thời gian chờ',
    program: 'chương trình dừng vì lỗi',
  },
  failed: (command, what, detail) => `fieldnode ${command}: ${what} (${detail}).`,
  tryingAgain: (what, detail) => `${what} (${detail}). Đang thử lại.`,
  upload: {
    help: [
      'Cách dùng: fieldnode upload --port tcp://host:port|đường-dẫn-serial [--profile soil] [--board ttgo-lora32-v21] [bundle.js]',
      '  bundle.js        gói phần mềm; nếu không có thì lấy dist/firmware/<board>-<profile>.js',
      '  --patience       số giây chờ bo mạch trả lời (10)',
      '  --packet-wait    số giây chờ gói tin đầu tiên (120); 0 là không chờ',
    ].join('\n'),
    expectsBundle: 'gói phần mềm do `npm run build` tạo ra',
    connected: (port) => `Đã kết nối với ${port}.`,
    progress: (written, total) => `${written} trên ${total} byte`,
    verified: (bytes, crc) => `Đã ghi và đọc lại ${bytes} byte, CRC-32 ${crc}. Đang khởi động.`,
    line: (line) => `  | ${line}`,
    packet: 'Nút đã gửi gói tin đầu tiên.',
    noSettings: 'Chương trình đã chạy nhưng nút chưa có cấu hình: chạy `fieldnode provision`.',
    started: 'Chương trình đã được khởi động.',
  },
  provision: {
    help: [
      'Cách dùng: fieldnode provision --name <tên> --profile soil|air|gauge|light --latitude <độ> --longitude <độ> [tùy chọn]',
      '  --port <cổng>            ghi cấu hình vào bo mạch ở tcp://host:port hoặc đường dẫn serial',
      '  --out <tệp>              ghi vào tệp (quyền 0600); cần một trong hai',
      '  --gateway <url>          đăng ký thiết bị ở đó; mã PIN của người vận hành lấy từ FIELDNODE_PIN',
      '  --dev-eui, --join-eui    16 chữ số thập lục phân; nếu không có thì mã đầu được tạo ngẫu nhiên, mã sau là 0',
      '  --interval <giây>        giữa hai lần đo; 0 là theo loại nút',
      '  --samples <số>           số mẫu mỗi lần gửi; 0 là theo loại nút',
      '  --soil-dry, --soil-wet   milivôn của đầu dò trong không khí khô và trong nước (soil)',
      '  --height-mm <mm>         độ cao cảm biến so với mốc (gauge)',
      '  --alarm-above-cm, --alarm-rise-cm, --alarm-within <phút>   mức nước, và mức dâng trong thời gian đó, là báo động; 0 là theo loại nút (gauge)',
      '  --lamp <mã> --group <tên>    tên đèn và tên nhóm trên trang web (light)',
      '  --lamp-on, --lamp-off <phút> sáng từ chừng ấy phút sau khi mặt trời lặn đến chừng ấy phút sau khi mọc; số âm là trước (light)',
      '  --dark-from, --dark-to <giờ:phút>   tắt trong khoảng này của đêm, nhiều nhất mười giờ (light)',
      '  --utc-offset <phút>      giờ địa phương so với UTC (420)',
      '  --ssid <tên> --wifi-password <mật khẩu> --broker <host[:port]>   điểm truy cập và bộ tập trung của nút dùng Wi-Fi;',
      '                           ghi địa chỉ bằng số thì nút giữ được địa chỉ của mình (1883)',
      '  --abp                    nút không bao giờ xin gia nhập; phiên được tạo ngẫu nhiên, hoặc ghi bằng --dev-addr <8 chữ số thập lục phân>,',
      '                           --nwk-s-key và --app-s-key <32 chữ số>; không dùng một phiên cho nút khác hay dùng lại',
      '  Số âm viết liền với tùy chọn: --latitude=-10.5',
    ].join('\n'),
    expects: {
      needed: 'một giá trị',
      abp: '--abp đi cùng địa chỉ hoặc khóa của phiên',
      fits: 'một giá trị phù hợp với các giá trị khác',
      portOrOut: 'một trong hai: --port hoặc --out',
      hex: (digits) => `${digits} chữ số thập lục phân`,
      degrees: (max) => `số độ từ -${max} đến ${max}, nhiều nhất 4 chữ số thập phân`,
      url: 'http://host:port hoặc https://host',
      pin: 'mã PIN của người vận hành',
      newFile: 'một tệp chưa tồn tại',
      ssid: 'tên dài 1 đến 32 byte',
      wifiPassword: 'để trống, hoặc 8 đến 63 byte',
      broker: 'host hoặc host:port; địa chỉ IPv4 hoặc tên miền',
    },
    nothing: 'không có gì',
    exists: 'tệp đã tồn tại',
    cannotWrite: 'không ghi được cấu hình',
    written: (where) => `Đã ghi cấu hình vào ${where}.`,
    registered: (devEui, gateway) => `Thiết bị ${devEui} đã được đăng ký ở ${gateway}.`,
    notRegistered: (devEui) =>
      `Thiết bị ${devEui} chưa được đăng ký ở bộ tập trung nào (không có --gateway).`,
    refused: (where, expected, got) =>
      `fieldnode provision: bộ tập trung từ chối: ${where}: cần ${expected}, nhận được ${got}.`,
    unreachable: (gateway, reason) => `fieldnode provision: không có trả lời từ ${gateway} (${reason}).`,
    again: 'Bộ tập trung chưa biết cấu hình vừa ghi vào nút: hãy chạy lại lệnh.',
  },
}

const language = process.env['FIELDNODE_LANG'] ?? process.env['LANG'] ?? ''

export const boardTexts: BoardTexts = language.startsWith('vi') ? vi : en
