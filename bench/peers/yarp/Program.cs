// YARP as its documentation starts it, with one route and no log: what a proxy on this platform costs.
// Arguments: the port to listen on and the upstream's port, both on loopback.
using Yarp.ReverseProxy.Configuration;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{args[0]}");
builder.Services.AddReverseProxy().LoadFromMemory(
    [new RouteConfig { RouteId = "all", ClusterId = "mock", Match = new RouteMatch { Path = "{**rest}" } }],
    [
        new ClusterConfig
        {
            ClusterId = "mock",
            Destinations = new Dictionary<string, DestinationConfig>
            {
                ["mock"] = new() { Address = $"http://127.0.0.1:{args[1]}" },
            },
        },
    ]);
await using var app = builder.Build();
app.MapReverseProxy();
await app.RunAsync();
