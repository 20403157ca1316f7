// Loaded before the server, which has no option for either: it may listen on this machine only,
// and it ends with the program that started it, even one that was killed (its end of the pipe closes).
const net = require('node:net');

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenOnLoopback(...args) {
  const [first, ...rest] = args;
  if (typeof first === 'number') {
    const others = rest.filter((item) => typeof item !== 'string');
    return listen.call(this, first, '127.0.0.1', ...others);
  }
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest);
  }
  throw new Error('this server listens on ports of 127.0.0.1 only');
};

process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
