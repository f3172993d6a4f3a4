using System.CommandLine;
using Gatehouse.Cli;

// No time limit on ending: the library would end a gate that still signs its last checkpoint, and exec before its
// command.
return await RootVerb.Create().Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
