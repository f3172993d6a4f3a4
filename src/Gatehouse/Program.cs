using System.CommandLine;
using Gatehouse.Cli;

SafeConsole.Use();
// No time limit on ending: the library would end a gate that still signs its last checkpoint, and exec before its
// command.
var untimed = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await RootVerb.Create().Parse(args).InvokeAsync(untimed);
