using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Outbound;
using Gatehouse.Server;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>
/// Waits for a job's first call that ends well, and says meanwhile what arrived instead: on the ledger what is the
/// job's, from the counters what is nobody's.
/// </summary>
internal sealed class FirstCall(HomeDirectory home, string job, ListenAddress control) : IDisposable
{
    private const int RowsMax = 1000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly ControlClient _control = new(control, home.Path);
    private readonly HashSet<string> _told = [];
    private readonly HashSet<string> _seen = [];
    private Dictionary<string, long> _counts = [];
    private long _from;

    /// <summary>Why the last connection failed; null when nothing arrived at all.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>Remembers what was there before.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        _counts = await CountsAsync(stop);
        using var reader = LedgerReader.OpenReadOnly(home);
        _from = reader.Count();
    }

    /// <summary>Looks until a call ended well.</summary>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    public async Task<ExchangeRow> WaitAsync(TimeProvider time, Action<string> tell, CancellationToken stop)
    {
        while (true)
        {
            foreach (var row in NewRows())
            {
                if (row.Outcome == "completed" && row.Status < 400) return row;
                Tell(Explain(row), tell);
            }
            foreach (var (name, count) in await CountsAsync(stop))
            {
                if (count > _counts.GetValueOrDefault(name)) Tell(Explain(name), tell);
            }
            await Task.Delay(LookEvery, time, stop);
        }
    }

    public void Dispose() => _control.Dispose();

    private IEnumerable<ExchangeRow> NewRows()
    {
        using var reader = LedgerReader.OpenReadOnly(home);
        return
        [
            .. reader.ReadExchanges(job, _from, RowsMax)
                .Where(row => row.Outcome is not null && _seen.Count < RowsMax && _seen.Add(row.Id)),
        ];
    }

    private void Tell(string what, Action<string> tell)
    {
        WhyNot = what;
        if (_told.Add(what)) tell(what);
    }

    private string Explain(ExchangeRow row) => row.Reason switch
    {
        "paused" => $"A call of {job} arrived, but {job} is paused. Let it go on with: gatehouse resume {job}",
        "model_not_found" => $"A call of {job} arrived, but it names a model that {job} does not have. "
            + $"See: gatehouse ledger show {row.Id}",
        { } reason => string.Create(CultureInfo.InvariantCulture,
            $"A call of {job} arrived and was not served: {reason} (HTTP {row.Status}). ")
            + $"See: gatehouse ledger show {row.Id}",
        null => string.Create(CultureInfo.InvariantCulture,
            $"A call of {job} arrived and ended as {row.Outcome} (HTTP {row.Status})."),
    };

    private static string Explain(string counter) => counter switch
    {
        "local" => "Some app asked for its list of models, so it reaches the gate. Now let it use one.",
        "no_credential" => "A call without a token arrived: the app's key field is empty.",
        "expired_token" => "A call with an expired token arrived: issue a new one.",
        _ => $"A call with an invalid token arrived ({counter}): is the whole token in the app's key field?",
    };

    /// <summary>Calls that are nobody's by reason, and answers that are not on record.</summary>
    private async Task<Dictionary<string, long>> CountsAsync(CancellationToken stop)
    {
        var counts = new Dictionary<string, long>();
        var reply = await _control.GetAsync("/metrics", "text/plain", stop);
        foreach (var line in Encoding.UTF8.GetString(reply.Body).Split('\n'))
        {
            const string unidentified = "gatehouse_unidentified_total{reason=\"";
            var isUnidentified = line.StartsWith(unidentified, StringComparison.Ordinal);
            if (!isUnidentified && !line.StartsWith("gatehouse_local_answers_total ", StringComparison.Ordinal))
                continue;
            var name = isUnidentified ? line[unidentified.Length..].Split('"')[0] : "local";
            if (long.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out var count))
                counts[name] = count;
        }
        return counts;
    }
}

/// <summary>
/// Reads what the running gate shows on its control address. The home's own socket is asked first: it is this gate's
/// also when the gate runs in a container, whose loopback is another.
/// </summary>
internal sealed class ControlClient(ListenAddress control, string home) : IDisposable
{
    /// <summary>Its documents are a few KiB; another program on this port may send anything.</summary>
    private const int AnswerBytesMax = 1 << 20;

    private readonly OutboundClient _client = new(new OutboundPolicy
    {
        Name = "control",
        Zones = OutboundZones.None,
        Open = cancel => ConnectAsync(control, home, cancel),
        AnswerBytesMax = AnswerBytesMax,
    });

    /// <summary>Asks for a path.</summary>
    /// <exception cref="OutboundException">Nobody answers there.</exception>
    public async Task<OutboundReply> GetAsync(string path, string accept, CancellationToken stop)
    {
        var url = new Uri($"http://localhost{path}");
        return await _client.FetchAsync(() =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            return request;
        }, stop);
    }

    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(ListenAddress control, string home, CancellationToken cancel)
    {
        try
        {
            return await OutboundSocket.OpenAsync(Path.Combine(home, "control.sock"), cancel);
        }
        catch (Exception error) when (error is SocketException or ArgumentOutOfRangeException)
        {
            // No gate on it, or not for this user: the address is for everybody on this host.
            return control is ListenAddress.Unix unix
                ? await OutboundSocket.OpenAsync(unix.Path, cancel)
                : await OutboundSocket.OpenAsync((IPEndPoint)GatehouseServer.AddressOf(control), cancel);
        }
    }
}
