// Loaded before the server, which has no option for any of this: it listens on this machine only, unless
// POD_AGENT_LISTEN names another address; it finishes the requests under way before it ends; and it ends with the
// program that started it, even one that was killed (its end of the pipe closes).
const net = require('node:net');

const ADDRESS = process.env.POD_AGENT_LISTEN || '127.0.0.1';
const LAST_REQUESTS_MS = 5000;
const listening = new Set();

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenOnOneAddress(...args) {
  const [first, ...rest] = args;
  listening.add(this);
  if (typeof first === 'number') {
    const others = rest.filter((item) => typeof item !== 'string');
    return listen.call(this, first, ADDRESS, ...others);
  }
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: ADDRESS }, ...rest);
  }
  throw new Error(`this server listens on ports of ${ADDRESS} only`);
};

function end() {
  const open = [...listening].filter((server) => server.listening);
  if (open.length === 0) {
    process.exit(0);
  }
  setTimeout(() => process.exit(0), LAST_REQUESTS_MS);
  let left = open.length;
  for (const server of open) {
    server.close(() => {
      left -= 1;
      if (left === 0) {
        process.exit(0);
      }
    });
    server.closeIdleConnections?.();
  }
}

process.once('SIGTERM', end);
process.stdin.resume();
process.stdin.once('close', end);
