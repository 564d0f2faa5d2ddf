import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A line to a server that a test can cut: TLS passes through untouched. */
export async function cuttableProxy(port: number): Promise<{ port: number; connections: () => number; cut(): Promise<void>; close(): Promise<void> }> {
  const open = new Set<Socket>()
  let accepted = 0
  const server = createServer(near => {
    accepted++
    const far = connect(port, '127.0.0.1')
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => open.delete(socket))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const cut = async () => {
    await Promise.all([...open].map(socket => new Promise(resolve => socket.once('close', resolve).destroy())))
  }
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => accepted,
    cut,
    close: async () => {
      await cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
