/** The thread that owns the file: takes all requests that wait, runs them in one transaction, commits, and only then answers.
 *  The queue forms by itself while a commit writes to the disk, so the group grows with the load and no timer is needed. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { refusal, runGroup, type Replies, type Requests } from './group.ts'
import { SqliteEngine } from './sqlite.ts'

/** Everything that waits at the port, `first` included. */
function waiting(port: MessagePort, first: Requests): Requests {
  const requests = [...first]
  for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) {
    requests.push(...(more.message as Requests))
  }
  return requests
}

function serve(port: MessagePort, engine: SqliteEngine): void {
  port.on('message', (first: Requests) => {
    const requests = waiting(port, first)
    const closing = requests.find((request) => request.method === 'close')
    const calls = requests.filter((request) => request !== closing)
    const replies: Replies = calls.length ? runGroup(engine, calls) : []
    if (closing) {
      engine.close()
      replies.push({ id: closing.id })
      port.postMessage(replies)
      port.close()
    } else port.postMessage(replies)
  })
}

function start(port: MessagePort): void {
  try {
    serve(port, new SqliteEngine(workerData as string))
    port.postMessage([{ id: -1 }] satisfies Replies)
  } catch (error) {
    port.postMessage([refusal(-1, error)] satisfies Replies)
    port.close()
  }
}

if (parentPort) start(parentPort)
