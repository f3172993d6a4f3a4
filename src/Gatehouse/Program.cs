using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

var server = new KestrelServer(
    Options.Create(new KestrelServerOptions()),
    new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
    NullLoggerFactory.Instance);
SQLitePCL.Batteries_V2.Init();
Console.WriteLine(SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
server.Dispose();
var root = new System.CommandLine.RootCommand("x");
return root.Parse(args).Invoke();
