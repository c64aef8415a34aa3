import { EventEmitter } from "node:events";

/** A server that writes down what is asked of it. */
export class FakeServer extends EventEmitter {
  readonly log: string[] = [];
  #closed: (() => void) | undefined;

  close(callback?: () => void): void {
    this.log.push("close");
    this.#closed = callback;
  }

  closeIdleConnections(): void {
    this.log.push("closeIdleConnections");
  }

  closeAllConnections(): void {
    this.log.push("closeAllConnections");
  }

  /** The last connection has gone. */
  emptied(): void {
    this.#closed?.();
  }

  /** A connection arrives, on which so much has been read. */
  connection(name: string, bytesRead: number): EventEmitter {
    const socket = Object.assign(new EventEmitter(), {
      bytesRead,
      destroy: () => {
        this.log.push(`destroy ${name}`);
        socket.emit("close");
      },
    });
    this.emit("connection", socket);
    return socket;
  }

  /** A request arrives; gives its response. */
  request(): EventEmitter & { shouldKeepAlive: boolean } {
    const response = Object.assign(new EventEmitter(), { shouldKeepAlive: true });
    this.emit("request", {}, response);
    return response;
  }

  get installed(): number {
    return ["connection", "secureConnection", "session", "request", "listening"].reduce(
      (sum, name) => sum + this.listenerCount(name),
      0,
    );
  }
}
