using Gatehouse.Cli;

return await RootVerb.Create().Parse(args).InvokeAsync();
