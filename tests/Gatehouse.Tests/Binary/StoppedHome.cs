using System.Net;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// A home with a few calls on record, made once for a class of tests: what its gate signed, and where it grew.
/// </summary>
public sealed class StoppedHome : IAsyncLifetime
{
    private BinaryModel? _model;
    private BinaryHome? _home;

    internal BinaryHome Home => _home!;

    /// <summary>A copy from the middle of its life, stopped cleanly.</summary>
    internal LedgerCopy Earlier { get; private set; } = null!;

    /// <summary>A checkpoint of all that is on record, as somebody keeps it elsewhere.</summary>
    internal string Kept => Home.PathOf("kept-elsewhere");

    /// <summary>Number of leaves.</summary>
    internal long Leaves { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _model = await BinaryModel.StartAsync();
        _home = BinaryHome.Create(_model.Address);
        await CallAsync(3);
        Earlier = LedgerCopy.Of(_home.HomePath);
        await CallAsync(3);
        await File.WriteAllTextAsync(Kept, (await _home.RunAsync("ledger", "checkpoint")).Expect(0).Output);
        using var copy = LedgerCopy.Of(_home.HomePath);
        Leaves = copy.Read<long>("SELECT count(*) FROM ledger_entry");
        Assert.InRange(Leaves, 15, 200);
    }

    public async ValueTask DisposeAsync()
    {
        Earlier?.Dispose();
        _home?.Dispose();
        if (_model is not null) await _model.DisposeAsync();
    }

    internal LedgerCopy Copy() => LedgerCopy.Of(Home.HomePath);

    private async Task CallAsync(int calls)
    {
        await using var gate = await Home.ServeAsync();
        var token = await Home.TokenAsync();
        for (var call = 0; call < calls; call++)
            Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token, $"[[tokens=2]] call {call}"));
        Assert.Equal(0, (await gate.StopAsync()).Exit);
    }
}
