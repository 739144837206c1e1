/** What `fieldnode energy` and `fieldnode airtime` say, in both languages; chosen as in cli/texts.ts. */

const en = {
  energy: {
    help: [
      'Usage: fieldnode energy [--model casals2017] [--data-rate 5] [--bytes 1] [--minutes 5] [--json]',
      '  --model      casals2017: a MultiTech mDot, class A, unacknowledged uplinks, 2,400 mAh (Sensors 17, 2364)',
      '  --data-rate  0 to 5, as in EU868 (SF12 to SF7)',
      '  --bytes      application payload, from 1 to what the data rate carries',
      '  --minutes    from one uplink to the next',
      '  --json       one line of JSON: activeMs, chargeMas, years',
    ].join('\n'),
    figures: ({ activeMs, chargeMas, years }: { activeMs: number; chargeMas: number; years: number }) =>
      `awake ${activeMs} ms and ${chargeMas} mAs an uplink; ${years} years`,
  },
  airtime: {
    help: [
      'Usage: fieldnode airtime [--sf 10] [--phy-bytes 23] [--json]',
      '  --sf         spreading factor, 7 to 12, at 125 kHz',
      '  --phy-bytes  the whole frame, 1 to 255: 13 bytes more than its payload',
      '  --json       one line of JSON: ms',
    ].join('\n'),
    figure: (ms: number) => `${ms} ms in the air`,
  },
}

const vi: typeof en = {
  energy: {
    help: [
      'Cách dùng: fieldnode energy [--model casals2017] [--data-rate 5] [--bytes 1] [--minutes 5] [--json]',
      '  --model      casals2017: MultiTech mDot, lớp A, gửi không cần xác nhận, 2.400 mAh (Sensors 17, 2364)',
      '  --data-rate  từ 0 đến 5, như trong EU868 (SF12 đến SF7)',
      '  --bytes      số byte dữ liệu, từ 1 đến mức tốc độ cho phép',
      '  --minutes    số phút giữa hai lần gửi',
      '  --json       một dòng JSON: activeMs, chargeMas, years',
    ].join('\n'),
    figures: ({ activeMs, chargeMas, years }) =>
      `thức ${activeMs} ms và ${chargeMas} mAs mỗi lần gửi; ${years} năm`,
  },
  airtime: {
    help: [
      'Cách dùng: fieldnode airtime [--sf 10] [--phy-bytes 23] [--json]',
      '  --sf         hệ số trải phổ, từ 7 đến 12, ở 125 kHz',
      '  --phy-bytes  cả khung, từ 1 đến 255: dài hơn phần dữ liệu 13 byte',
      '  --json       một dòng JSON: ms',
    ].join('\n'),
    figure: (ms) => `${ms} ms trên không trung`,
  },
}

const language = process.env['FIELDNODE_LANG'] ?? process.env['LANG'] ?? ''

export const energyTexts = language.startsWith('vi') ? vi : en
