/** Stands in for the board inside the real interpreter: replays a transcript of test/parity against whatever program runs after it.
 *  It is stored as .boot0, the bundle as .bootcde, so both run from flash. Every call of the program must be the transcript's next entry, bit by bit;
 *  the answer is the recorded one. Numbers travel as doubles of 8 bytes: Espruino prints eleven digits. Written for Espruino as it is, without a build. */
;(function () {
  // Espruino runs this after a reset too: a board that has no program yet is itself, so that one can be uploaded.
  if (!require('Storage').read('.bootcde', 0, 1)) {
    return
  }
  /** The interpreter's own: a bundle gets what was recorded. */
  var memory = process.memory
  var before = memory().usage
  var fs = require('fs')
  var later = setTimeout
  // A file a program; the interpreter boots anew for each, with nothing left of the one before: `before` is the same each time.
  var program = +fs.readFileSync('program')
  var file = E.openFile(program + '.bin', 'r')
  var index = 0
  var hashes = 0
  var peak = 0
  var lastTimer = 0
  var lastWatch = 0
  var timers = {}
  var watches = {}
  var sockets = {}
  var joined
  var over = false
  var dumpAt = 0
  var ballast
  var inside
  var say = print

  function view(text) {
    return new Uint8Array(E.toArrayBuffer(text))
  }
  function piece(length) {
    return length > 0 ? file.read(length) : ''
  }
  function doubles(text) {
    return new Float64Array(E.toArrayBuffer(text))
  }
  function stop(mark, what) {
    over = true
    say(mark + JSON.stringify(what))
    if (mark !== 'END ') {
      return
    }
    fs.writeFileSync('program', '' + (program + 1))
    // From the idle loop: what is asked for within the event `init` is forgotten.
    later(load, 1)
  }
  function measure() {
    // To collect what is no longer used takes long, so only where it could be a peak.
    if (memory(false).usage <= peak) {
      return
    }
    var usage = memory().usage
    if (usage > peak) peak = usage
  }
  // Head of the next entry: code, count of numbers, length of bytes, kind and length of the answer (transcript.ts).
  function next() {
    return view(piece(7))
  }
  function call(code, numbers, bytes, more) {
    if (over) throw 'over'
    measure()
    var head = next()
    var want = piece(8 * head[1])
    var wantBytes = piece(head[2] | (head[3] << 8))
    var got = numbers.length > 0 ? E.toString(new Float64Array(numbers).buffer) : ''
    var gotBytes = bytes === '' ? '' : E.toString(bytes)
    if (more) gotBytes += E.toString(more)
    if (head[0] !== code || want !== got || wantBytes !== gotBytes) {
      stop('DIFFERS ', { index: index, code: code, numbers: btoa(got), bytes: btoa(gotBytes) })
      throw 'over'
    }
    index++
    if (index === dumpAt) E.dumpVariables()
    var answer = piece(head[5] | (head[6] << 8))
    if (head[4] === 3) throw 'no answer'
    return head[4] === 0 ? undefined : head[4] === 1 ? doubles(answer)[0] : view(answer)
  }
  // What comes back in one piece wants variables side by side, and the prelude stands in what a board has free.
  function roomy(native, a, b, c) {
    var made = native(a, b, c)
    if (made) return made
    E.defrag()
    return native(a, b, c)
  }
  // As deep as a call, so that the prelude's share is the same.
  function look(code, numbers, bytes, more) {
    measure()
    return roomy(sha256, bytes)
  }
  // Everything that comes in from the board: timers and edges, in the recorded order.
  function live() {
    while (!over) {
      var head = next()
      var numbers = doubles(piece(8 * head[1]))
      var bytes = piece(head[2] | (head[3] << 8))
      if (head[0] === 0)
        return stop('END ', {
          calls: index,
          peak: peak,
          hashes: hashes,
          before: before,
          prelude: own,
          memory: process.memory().total,
        })
      index++
      try {
        if (head[0] === 1) {
          var run = timers[numbers[0]]
          delete timers[numbers[0]]
          run()
        } else if (head[0] === 2) watches[numbers[0]]({ state: numbers[1] > 0, time: numbers[2] })
        else if (head[0] === 31) {
          // Called once, and then forgotten, as on a board; and so is a socket that has closed.
          var answer = joined
          joined = undefined
          answer(numbers[0] ? null : 'no access point')
          answer = undefined
        } else if (head[0] === 32) sockets[numbers[0]].opened()
        else if (head[0] === 33) sockets[numbers[0]].data(bytes)
        else if (head[0] === 34) {
          sockets[numbers[0]].close()
          delete sockets[numbers[0]]
        } else return stop('DIFFERS ', { index: index - 1, code: -1, numbers: '', bytes: '' })
      } catch (e) {
        if (e !== 'over' && e !== 'sleep')
          stop('THREW ', { index: index, error: e.toString(), stack: e.stack })
      }
      measure()
    }
  }

  global.getTime = function () {
    return call(3, [], '')
  }
  global.setTimeout = function (run, delay) {
    timers[++lastTimer] = run
    return call(4, [delay], '')
  }
  global.clearTimeout = function (timer) {
    delete timers[timer]
    call(5, [timer], '')
  }
  global.setWatch = function (run, pin, options) {
    watches[++lastWatch] = run
    return call(6, [pin, options.repeat ? 1 : 0], options.edge)
  }
  global.clearWatch = function (watch) {
    delete watches[watch]
    call(7, [watch], '')
  }
  global.pinMode = function (pin, mode) {
    call(8, [pin], mode)
  }
  global.digitalWrite = function (pin, high) {
    call(9, [pin, high ? 1 : 0], '')
  }
  global.digitalRead = function (pin) {
    return call(10, [pin], '')
  }
  global.digitalPulse = function (pin, high, ms) {
    call(11, [pin, high ? 1 : 0, ms], '')
  }
  global.analogRead = function (pin) {
    return call(12, [pin], '')
  }
  SPI1.setup = function (o) {
    call(13, [o.sck, o.miso, o.mosi, o.baud], '')
  }
  SPI1.send = function (bytes, select) {
    // 0x80 writes the radio's FIFO: what follows is a frame.
    if (bytes[0] === 128) say('FRAME ' + btoa(E.toString(bytes)))
    return call(14, [select], bytes)
  }
  I2C1.setup = function (o) {
    call(15, [o.sda, o.scl, o.bitrate], '')
  }
  I2C1.writeTo = function (address, bytes) {
    call(16, [address], bytes)
  }
  I2C1.readFrom = function (address, length) {
    return call(17, [address, length], '')
  }
  global.ESP32 = {
    deepSleep: function (us) {
      call(18, [us], '')
      throw 'sleep'
    },
    getWakeupCause: function () {
      return call(19, [], '')
    },
  }
  E.enableWatchdog = function (seconds, automatic) {
    call(20, [seconds, automatic ? 1 : 0], '')
  }
  global.peek32 = function (address) {
    return call(28, [address], '')
  }
  E.kickWatchdog = function () {
    call(29, [], '')
  }
  process.memory = function (collect) {
    return collect === false ? { free: call(30, [0], '') } : memory()
  }
  var aes = require('crypto').AES
  var sha256 = require('crypto').SHA256
  var storage = require('Storage')
  var modules = {
    Flash: {
      read: function (length, address) {
        return call(21, [length, address], '')
      },
      write: function (bytes, address) {
        call(22, [address], bytes)
      },
      erasePage: function (address) {
        call(23, [address], '')
      },
    },
    Storage: {
      // The loader's part and an update's: the interpreter's own flash, which stays from one program to the next.
      read: function (name, offset, length) {
        return storage.read(name, offset, length)
      },
      write: function (name, text, offset) {
        return storage.write(name, text, offset)
      },
      readArrayBuffer: function (name) {
        var bytes = call(24, [], name)
        return bytes && bytes.buffer
      },
    },
    Wifi: {
      setIP: function (o) {
        call(35, [], o.ip + ' ' + o.netmask + ' ' + o.gw)
      },
      connect: function (ssid, options, done) {
        joined = done
        call(36, [], ssid + '\n' + options.password)
      },
      getIP: function () {
        var parts = E.toString(call(37, [], '')).split(' ')
        return { ip: parts[0], netmask: parts[1], gw: parts[2] }
      },
      disconnect: function () {
        call(38, [], '')
      },
    },
    net: {
      connect: function (o, opened) {
        var id = call(39, [o.port], o.host)
        var socket = {
          opened: opened,
          on: function (event, run) {
            socket[event] = run
          },
          write: function (text) {
            call(40, [id], text)
          },
          end: function () {
            call(41, [id], '')
          },
        }
        sockets[id] = socket
        return socket
      },
    },
    crypto: {
      // The interpreter's own, and no word to the board: what comes of it is heard in what the node says.
      SHA256: function (message) {
        hashes++
        return look(0, [0], message)
      },
      AES: {
        // The interpreter's own AES, and it has to come to what the simulator's came to.
        encrypt: function (message, key, options) {
          var want = call(25, [], message, key)
          var got = roomy(aes.encrypt, message, key, options)
          if (E.toString(got) !== E.toString(want))
            stop('DIFFERS ', { index: index - 1, code: 25, numbers: '', bytes: btoa(got) })
          return got
        },
      },
    },
  }
  global.require = function (name) {
    return modules[name]
  }
  Math.random = function () {
    return call(26, [], '')
  }
  global.print = function (line) {
    call(27, [], line)
    say(line)
  }
  if (file) E.on('init', live)
  if (!file) {
    return
  }
  var head = next()
  dumpAt = head[0] | (head[1] << 8)
  if (head[2] | head[3]) ballast = ' '.repeat(12 * (head[2] | (head[3] << 8)))
  // What this prelude takes up by itself, and what one of its stand-ins needs while it measures.
  function probe(code, numbers, bytes, more) {
    inside = memory().usage
  }
  function stub(bytes, select) {
    probe(14, [select], bytes)
  }
  var own = memory().usage
  stub('', 0)
  own = inside - before
})()
