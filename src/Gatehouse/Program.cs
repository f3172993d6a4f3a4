using System.CommandLine;
using Gatehouse.Cli;

var root = new RootCommand("Gatehouse");
root.Subcommands.Add(ScriptedModelCommand.Create());
return await root.Parse(args).InvokeAsync();
