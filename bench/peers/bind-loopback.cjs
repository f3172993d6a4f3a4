// Portkey's gateway has no setting for the address it binds and takes every interface: keep it on this machine.
const net = require('node:net');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenOnLoopback(first, ...rest) {
  if (first !== null && typeof first === 'object') return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest);
  const others = rest.filter((one) => typeof one !== 'string');
  return listen.call(this, first, '127.0.0.1', ...others);
};
