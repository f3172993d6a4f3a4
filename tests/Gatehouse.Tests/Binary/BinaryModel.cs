using System.Text.Json;

namespace Gatehouse.Tests.Binary;

/// <summary>The scripted model as a process of its own, so that it outlives every gate that a test kills.</summary>
internal sealed class BinaryModel : IAsyncDisposable
{
    private readonly Child _child;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });

    private BinaryModel(Child child, string address) => (_child, Address) = (child, address);

    public string Address { get; }

    public int Port => new Uri(Address).Port;

    public static async Task<BinaryModel> StartAsync(string listen = "127.0.0.1:0")
    {
        var child = Child.Start(GateBinary.Path, ["scripted-model", "--listen", listen]);
        try
        {
            return new BinaryModel(child, await FirstLineAsync(child));
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Bodies of the calls that reached the model on its text routes since the start or the last clearing.
    /// </summary>
    public async Task<IReadOnlyList<string>> BodiesAsync()
    {
        using var calls = JsonDocument.Parse(await _client.GetStringAsync(new Uri(Address + "/_scripted/calls")));
        return [.. calls.RootElement.GetProperty("calls").EnumerateArray()
            .Select(call => call.GetProperty("body").GetString()!)
            .Where(body => body.Length > 0)];
    }

    /// <summary>Waits until a call has reached the model.</summary>
    public async Task WaitForCallAsync()
    {
        for (var looks = 0; looks < 2_000; looks++)
        {
            if ((await BodiesAsync()).Count > 0) return;
            await Task.Delay(5);
        }
        throw new TimeoutException("No call reached the model.");
    }

    public async Task ClearAsync() => (await _client.DeleteAsync(new Uri(Address + "/_scripted/calls"))).Dispose();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _child.DisposeAsync();
    }

    private static async Task<string> FirstLineAsync(Child child)
    {
        for (var looks = 0; looks < 4_000 && !child.HasExited; looks++)
        {
            if (child.Output.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end) return child.Output[..end];
            await Task.Delay(5);
        }
        throw new TimeoutException($"The scripted model did not start.\n{child.Output}\n{child.Errors}");
    }
}
