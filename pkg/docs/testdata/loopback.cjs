// Preloaded into the MCP server of Context7, which listens on every interface:
// a test listens on loopback only.
const { Server } = require('node:net');
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  if (typeof port === 'number' || typeof port === 'string') {
    return listen.call(this, { port: Number(port), host: '127.0.0.1' }, ...rest.filter((arg) => typeof arg === 'function'));
  }
  return listen.call(this, port, ...rest);
};
