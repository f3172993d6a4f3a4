using Gatehouse.Core.Estate;
using Gatehouse.Storage;

namespace Gatehouse.Estate;

/// <summary>Holds the plan in force. A reload swaps it whole, or leaves it.</summary>
internal sealed class PlanKeeper
{
    private readonly HomeDirectory _home;
    private Loaded _loaded;

    private PlanKeeper(HomeDirectory home, Loaded loaded) => (_home, _loaded) = (home, loaded);

    public EstatePlan Plan => Volatile.Read(ref _loaded).Plan;

    /// <summary>The estate file's text that is in force.</summary>
    public string Text => Volatile.Read(ref _loaded).Text;

    /// <exception cref="EstateException">The file is missing or not valid; the exception has every problem.</exception>
    public static PlanKeeper Load(HomeDirectory home) => new(home, Read(home));

    /// <summary>Reads the file again. Nothing is in force before <see cref="Swap"/>.</summary>
    /// <exception cref="EstateException">The file is missing or not valid.</exception>
    public Loaded ReadAgain() => Read(_home);

    public void Swap(Loaded loaded) => Volatile.Write(ref _loaded, loaded);

    private static Loaded Read(HomeDirectory home)
    {
        var reading = EstateFile.Read(home.Path, out var text);
        return reading.Plan is { } plan
            ? new Loaded(plan, text)
            : throw new EstateException([.. reading.Problems.Select(problem => problem.ToString())]);
    }

    /// <summary>A valid estate file and what it says.</summary>
    internal sealed record Loaded(EstatePlan Plan, string Text);
}
