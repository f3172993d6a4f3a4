using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;

namespace Gatehouse.Cli;

/// <summary>What <c>gatehouse adopt</c> says to a person.</summary>
internal sealed class AdoptScreen(TextWriter output)
{
    public void Show(AdoptionProposal proposal, bool everyStep)
    {
        var layout = proposal.Layout;
        if (proposal.Steps.Length == 0)
        {
            output.WriteLine(layout.Standing is null
                ? "Nothing here can be adopted." : "There is nothing more to adopt: the adoption is in place.");
            Bypasses(layout);
            Notes(proposal.Notes);
            output.WriteLine("What runs on this host: gatehouse discover");
            return;
        }
        if (proposal.IsFix)
        {
            output.WriteLine("Changed since the adoption:");
            foreach (var note in proposal.Notes) Wrapped(note);
            output.WriteLine();
            output.WriteLine("To bring it back:");
            foreach (var step in proposal.Steps) output.WriteLine($"  {SafeText.OneLine(step.Says)}");
            return;
        }
        if (layout.Host is { } host) Places(host);
        else Places(layout);
        Bypasses(layout);
        Notes(proposal.Notes);
        output.WriteLine();
        if (everyStep)
        {
            output.WriteLine(proposal.Steps.Length == 1 ? "The step:" : $"The {proposal.Steps.Length} steps:");
            foreach (var step in proposal.Steps) output.WriteLine($"  {SafeText.OneLine(step.Says)}");
            output.WriteLine();
        }
        output.WriteLine("No setting of an app changes. Calls that are open are cut once. If one of the");
        output.WriteLine($"{proposal.Steps.Length} step{(proposal.Steps.Length == 1 ? "" : "s")} fails, all is undone."
            + (everyStep ? "" : " (--dry-run lists them.)"));
    }

    public async Task<bool> AskAsync(string question, CancellationToken stop)
    {
        output.Write($"{question} [y/N] ");
        output.Flush();
        // Reading a terminal cannot be ended, so it is left to itself when the person stops it.
        var answer = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(stop);
        return answer?.Trim() is "y" or "Y" or "yes";
    }

    public void Say(string text) => output.WriteLine(text);

    public void Step(string text) => output.WriteLine($"  {SafeText.OneLine(text)}");

    public void Adopted(
        AdoptionProposal proposal, IReadOnlyCollection<VerifyJobStep> notTried, TimeSpan took, string home)
    {
        output.WriteLine();
        output.WriteLine($"Adopted in {took.TotalSeconds:0.0} s: {Count(proposal, notTried)}.");
        output.WriteLine($"  who calls what:  gatehouse ledger show --follow{HomeOption.Shown(home)}");
        output.WriteLine($"  the jobs:        gatehouse jobs{HomeOption.Shown(home)}");
        output.WriteLine("  undo it:         gatehouse adopt --undo");
        output.WriteLine($"  keep watch:      gatehouse adopt --watch{HomeOption.Shown(home)}");
    }

    public void NotFixed(AdoptionStep step, string why)
    {
        output.WriteLine($"failed: {SafeText.OneLine(step.Says)}");
        output.WriteLine(SafeText.Lines(why));
        output.WriteLine("Fix that and run the command again, or undo the adoption: gatehouse adopt --undo");
    }

    /// <summary>How many jobs are on record, and how many of them were tried, not only planned to be.</summary>
    private static string Count(AdoptionProposal proposal, IReadOnlyCollection<VerifyJobStep> notTried)
    {
        var layout = proposal.Layout;
        var tried = proposal.Steps.OfType<VerifyJobStep>().Where(step => !notTried.Contains(step))
            .Select(static step => step.Job).ToHashSet(StringComparer.Ordinal);
        var down = layout.Apps.Where(app => !tried.Contains(app.Job)
            && app.Containers.All(one => !one.IsRunning || notTried.Any(step => step.Container?.Id == one.Id)))
            .Select(static app => app.Job).ToHashSet(StringComparer.Ordinal);
        var parts = new List<string>
        {
            $"{layout.Jobs.Length} on record", $"{layout.Jobs.Count(tried.Contains)} tried",
        };
        if (down.Count > 0) parts.Add($"{down.Count} not running");
        if (layout.Jobs.Count(job => !tried.Contains(job) && !down.Contains(job)) is > 0 and var others)
            parts.Add($"{others} without a caller to try");
        if (layout.Bypasses.Length > 0) parts.Add($"{Paths(layout)} left past the gate");
        return string.Join(", ", parts);
    }

    private static string Paths(AdoptionLayout layout)
        => layout.Bypasses.Length == 1 ? "1 path" : $"{layout.Bypasses.Length} paths";

    public void RolledBack(string why, IReadOnlyList<string> left)
    {
        output.WriteLine();
        output.WriteLine(left.Count == 0
            ? "Not adopted. Everything is as it was before. The reason:"
            : "Not adopted, and not everything could be undone. The reason:");
        output.WriteLine(SafeText.Lines(why));
        if (left.Count > 0) output.WriteLine("Not undone yet. Fix what it names, then run: gatehouse adopt --undo");
        foreach (var one in left) output.WriteLine($"  {SafeText.OneLine(one)}");
    }

    public void Undone(JournalFile journal, IReadOnlyList<string> left)
    {
        if (left.Count == 0)
        {
            output.WriteLine($"The adoption of {journal.Plan.At:yyyy-MM-dd HH:mm} UTC is undone.");
            output.WriteLine($"What the gate recorded stays in {journal.Plan.Home}.");
            return;
        }
        output.WriteLine("Not everything could be undone. Fix what is named here, then run the command again:");
        foreach (var one in left) output.WriteLine($"  {SafeText.OneLine(one)}");
    }

    private void Places(AdoptionLayout layout)
    {
        if (layout.Models.Length > 0) output.WriteLine("Behind the gate, where only the gate reaches it:");
        foreach (var model in layout.Models)
        {
            var kept = model.Keeps.Length == 0 ? ""
                : $", and still in {string.Join(", ", model.Keeps.Select(static one => one.Network))}";
            output.WriteLine(
                $"  {model.Container.ShownName} (port {model.Port}), in the network {model.Network}{kept}");
        }
        var ports = layout.Uplink?.Ports.DistinctBy(static port => port.Job).ToArray() ?? [];
        if (layout.Apps.IsEmpty && layout.Addresses.IsEmpty && ports.Length == 0) return;
        output.WriteLine();
        output.WriteLine(layout.Apps.IsEmpty ? "In front of it:"
            : "In front of it, each in a network of its own with the gate:");
        var callers = new TextTable(new(""), new("")) { Indent = "  " };
        foreach (var app in layout.Apps)
        {
            var names = app.Models.SelectMany(model => app.UsedNames(model).Select(name => $"{name}:{model.Port}"))
                .Concat(layout.Addresses.Where(taken => taken.Callers.Any(one => app.Containers.Any(
                    mine => mine.Id == one.Id))).Select(static taken => $"{taken.Listen} as {taken.Job}"));
            var state = app.Containers.All(static one => !one.IsRunning) ? " (not running)"
                : app.Containers.Any(static one => one.IsRestarting) ? " (restarting over and over)" : "";
            var through = app.Owners.Length == 0 ? "" : $", through the network of {string.Join(", ", app.Owners)}";
            callers.Add(app.Job, $"goes on calling {string.Join(" and ", names)}{through}{state}");
        }
        foreach (var taken in layout.Addresses)
            callers.Add(taken.Job, $"goes on calling {taken.Listen}");
        foreach (var port in ports)
        {
            callers.Add(port.Job, $"goes on calling port {port.Published.HostPort} of this host, to "
                + port.Model.Container.ShownName);
        }
        callers.Write(output);
    }

    private void Bypasses(AdoptionLayout layout)
    {
        if (layout.Bypasses.Length == 0) return;
        output.WriteLine();
        output.WriteLine($"Left as it was, past the gate ({Paths(layout)}):");
        foreach (var path in layout.Bypasses) Wrapped($"{path.Caller} -> {path.Server}: {path.Why}");
    }

    private void Places(HostModelPlace host)
    {
        output.WriteLine("Behind the gate, on another port of this host:");
        output.WriteLine($"  {host.Server.Unit} (now {host.Server.Address}, then {host.Address})");
        output.WriteLine();
        output.WriteLine("In front of it, the gate as a service of this host, where the model was:");
        var callers = new TextTable(new(""), new("")) { Indent = "  " };
        foreach (var listen in host.Listens) callers.Add(host.Job, $"goes on calling {listen}");
        callers.Write(output);
    }

    private void Notes(IReadOnlyCollection<string> notes)
    {
        if (notes.Count == 0) return;
        output.WriteLine();
        output.WriteLine("Notes:");
        foreach (var note in notes) Wrapped(note);
    }

    private void Wrapped(string text) => WrappedText.Write(output, "  ", "- ", text);
}
